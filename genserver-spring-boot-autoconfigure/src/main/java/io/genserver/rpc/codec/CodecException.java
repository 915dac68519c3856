package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when bytes do not mean what they should, or a value has no encoding. The message
 * is fit to be read by a peer: it names parameters and types as the contract does, no
 * internals.
 *
 * @since 0.1.0
 */
public class CodecException extends RuntimeException {

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
	}

}
