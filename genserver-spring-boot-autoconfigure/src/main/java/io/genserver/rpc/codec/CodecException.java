package io.genserver.rpc.codec;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

import io.genserver.SerializedCause;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when bytes do not mean what they should, or a value has no encoding. The message
 * is fit to be read by a peer: it names parameters and types as the contract does, no
 * internals.
 *
 * @since 0.1.0
 */
public class CodecException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** Kept here since that of the superclass fails to be serialized as a whole. */
	private transient @Nullable Throwable cause;

	/**
	 * Create an exception.
	 * @param message what is wrong and what is expected
	 */
	public CodecException(String message) {
		this(message, null);
	}

	/**
	 * Create an exception with a cause, which stays here.
	 * @param message what is wrong and what is expected
	 * @param cause the cause, or {@code null}
	 */
	public CodecException(String message, @Nullable Throwable cause) {
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
