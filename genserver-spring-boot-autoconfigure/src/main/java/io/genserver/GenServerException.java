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

	/** Whether a server got it as the failure of a call it made. */
	private transient volatile boolean ofInnerCall;

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
	 * Return whether the handler certainly did nothing, so that sending again cannot do
	 * it twice.
	 * @return {@code true} if it did not run, or says itself that it has done nothing;
	 * {@code false} if it may have run
	 */
	public boolean notExecuted() {
		return this.notExecuted;
	}

	/**
	 * Return whether a server got it as the failure of a call that it made. What it says
	 * about execution is then said of that call, and not of one whose handler lets it
	 * through: that handler has run.
	 * @return whether it was thrown to a server that called
	 */
	public boolean isOfInnerCall() {
		return this.ofInnerCall;
	}

	/** Mark it as the failure of a call of a server; for implementations of calls. */
	public void markInnerCall() {
		this.ofInnerCall = true;
	}

}
