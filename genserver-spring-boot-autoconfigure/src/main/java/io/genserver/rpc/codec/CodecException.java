package io.genserver.rpc.codec;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

import io.genserver.SerializedCause;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when bytes do not mean what they should, or a value has no encoding. The message
 * is fit to be read by a peer: it names parameters and types as the contract does, no
 * internals. Where it ends with what a constructor of the application says, there is one
 * without that, too.
 *
 * @since 0.1.0
 */
public class CodecException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String publicMessage;

	private final transient @Nullable Throwable refusal;

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
		this.publicMessage = message;
		this.refusal = null;
		this.cause = cause;
	}

	/**
	 * Create an exception for a value that code of the application refused.
	 * @param publicMessage what is wrong and what is expected
	 * @param message the same, and what that code says
	 * @param refusal what that code threw
	 * @param cause the cause, which stays here
	 */
	CodecException(String publicMessage, String message, Throwable refusal, Throwable cause) {
		super(message);
		this.publicMessage = publicMessage;
		this.refusal = refusal;
		this.cause = cause;
	}

	/**
	 * Return what anybody may read.
	 * @return the message without what code of the application says
	 */
	public String publicMessage() {
		return this.publicMessage;
	}

	/**
	 * Return what code of the application threw.
	 * @return the exception whose text is in the message, or {@code null} if there is
	 * none
	 */
	public @Nullable Throwable refusal() {
		return this.refusal;
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
