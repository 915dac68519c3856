package io.genserver;

/**
 * Thrown when a function is sent to a server that takes none, because its methods are
 * secured: a function would reach its fields and methods past {@code @PreAuthorize} and
 * the like. Such a server is called through its contract or by messages.
 *
 * @since 0.1.0
 */
public class FunctionRefusedException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 */
	public FunctionRefusedException(String message) {
		super(message, true);
	}

}
