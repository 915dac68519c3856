package io.genserver;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * Internal: what the exceptions of this library share. They can be serialized whatever
 * their cause is: one that cannot be is replaced by a {@link SerializedCause}.
 *
 * @since 0.1.0
 */
public abstract class SerializableException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** Kept here since that of the superclass fails to be serialized as a whole. */
	private transient @Nullable Throwable cause;

	/**
	 * Create an exception.
	 * @param message what went wrong
	 * @param cause the cause, {@code null} if there is none
	 */
	protected SerializableException(@Nullable String message, @Nullable Throwable cause) {
		super(message);
		this.cause = cause;
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
