package io.genserver;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * What goes wrong between a sender and a server, as opposed to what a handler throws.
 *
 * @since 0.1.0
 */
public class GenServerException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** Kept here since that of the superclass fails to be serialized as a whole. */
	private transient @Nullable Throwable cause;

	private final boolean notExecuted;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 */
	public GenServerException(@Nullable String message, boolean notExecuted) {
		super(message);
		this.notExecuted = notExecuted;
	}

	/**
	 * Create an exception with a cause.
	 * @param message what went wrong and what to do about it
	 * @param notExecuted whether the handler certainly did not run
	 * @param cause the cause
	 */
	public GenServerException(@Nullable String message, boolean notExecuted, @Nullable Throwable cause) {
		super(message);
		this.cause = cause;
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

	@Override
	public synchronized @Nullable Throwable getCause() {
		return this.cause;
	}

	@Override
	public synchronized Throwable initCause(@Nullable Throwable cause) {
		if (this.cause != null) {
			throw new IllegalStateException("The cause is known already", this);
		}
		if (cause == this) {
			throw new IllegalArgumentException("An exception cannot be its own cause", this);
		}
		this.cause = cause;
		return this;
	}

	private void writeObject(ObjectOutputStream out) throws IOException {
		out.defaultWriteObject();
		out.writeObject(SerializedCause.of(getCause()));
	}

	private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
		in.defaultReadObject();
		this.cause = (Throwable) in.readObject();
	}

}
