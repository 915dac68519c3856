package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a server is stopped, has failed or stops before it replied.
 *
 * @since 0.1.0
 */
public class GenServerUnavailableException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 */
	public GenServerUnavailableException(String message, boolean notExecuted) {
		super(message, notExecuted);
	}

	/**
	 * Create an exception with a cause.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 * @param cause why the server is unavailable, or {@code null}
	 */
	public GenServerUnavailableException(String message, boolean notExecuted, @Nullable Throwable cause) {
		super(message, notExecuted, cause);
	}

}
