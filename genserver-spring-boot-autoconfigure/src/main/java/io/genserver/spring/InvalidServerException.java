package io.genserver.spring;

/**
 * Thrown when a bean definition cannot become a server or a background service.
 */
public class InvalidServerException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	private final String description;

	private final String action;

	/**
	 * Create an exception.
	 * @param description what is wrong, in full sentences
	 * @param action what to do about it
	 */
	public InvalidServerException(String description, String action) {
		super(description + " " + action);
		this.description = description;
		this.action = action;
	}

	/**
	 * Return what is wrong.
	 * @return full sentences
	 */
	public String description() {
		return this.description;
	}

	/**
	 * Return what to do about it.
	 * @return full sentences
	 */
	public String action() {
		return this.action;
	}

}
