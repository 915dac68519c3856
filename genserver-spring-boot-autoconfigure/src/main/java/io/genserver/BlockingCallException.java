package io.genserver;

/**
 * Thrown when a call would block a thread that must not block: an event loop, or the
 * thread that starts the application before the servers have started.
 *
 * @since 0.1.0
 */
public class BlockingCallException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 */
	public BlockingCallException(String message) {
		this(message, true);
	}

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run: not if the thread was
	 * about to wait for a call that was sent before
	 */
	public BlockingCallException(String message, boolean notExecuted) {
		super(message, notExecuted);
	}

}
