package io.genserver.rpc.codec;

import io.genserver.SerializableException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when bytes do not mean what they should, or a value has no encoding. The message
 * is fit to be read by a peer: it names parameters and types as the contract does, no
 * internals. Where it ends with what a constructor of the application says, there is one
 * without that, too.
 *
 * @since 0.1.0
 */
public class CodecException extends SerializableException {

	private static final long serialVersionUID = 1L;

	private final String publicMessage;

	private final transient @Nullable Throwable refusal;

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
		super(message, cause);
		this.publicMessage = message;
		this.refusal = null;
	}

	/**
	 * Create an exception for a value that code of the application refused.
	 * @param publicMessage what is wrong and what is expected
	 * @param message the same, and what that code says
	 * @param refusal what that code threw
	 * @param cause the cause, which stays here
	 */
	CodecException(String publicMessage, String message, Throwable refusal, Throwable cause) {
		super(message, cause);
		this.publicMessage = publicMessage;
		this.refusal = refusal;
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

}
