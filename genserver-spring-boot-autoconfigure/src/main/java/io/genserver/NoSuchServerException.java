package io.genserver;

/**
 * Thrown when no server answers to a name or type.
 *
 * @since 0.1.0
 */
public class NoSuchServerException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 */
	public NoSuchServerException(String message) {
		super(message, true);
	}

}
