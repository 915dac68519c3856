package io.genserver;

/**
 * Thrown when a server has no handler for a message.
 *
 * @since 0.1.0
 */
public class UnknownOperationException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 */
	public UnknownOperationException(String message) {
		super(message, true);
	}

}
