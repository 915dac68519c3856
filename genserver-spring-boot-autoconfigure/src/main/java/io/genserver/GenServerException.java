package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * What goes wrong between a sender and a server, as opposed to what a handler throws.
 *
 * @since 0.1.0
 */
public class GenServerException extends SerializableException {

	private static final long serialVersionUID = 1L;

	private final boolean notExecuted;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 */
	public GenServerException(@Nullable String message, boolean notExecuted) {
		this(message, notExecuted, null);
	}

	/**
	 * Create an exception with a cause.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 * @param cause the cause
	 */
	public GenServerException(@Nullable String message, boolean notExecuted, @Nullable Throwable cause) {
		super(message, cause);
		this.notExecuted = notExecuted;
	}

	/**
	 * Return whether the handler certainly did not run, so that sending again cannot run
	 * it twice.
	 * @return {@code true} if it did not run, {@code false} if it may have run
	 */
	public boolean notExecuted() {
		return this.notExecuted;
	}

}
