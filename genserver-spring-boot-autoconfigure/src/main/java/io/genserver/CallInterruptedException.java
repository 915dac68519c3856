package io.genserver;

/**
 * Thrown when the calling thread is interrupted while it waits. Its interrupt flag stays
 * set and the call is cancelled.
 *
 * @since 0.1.0
 */
public class CallInterruptedException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 */
	public CallInterruptedException(String message, boolean notExecuted) {
		super(message, notExecuted);
	}

}
