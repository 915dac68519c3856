package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a number that is written with a point or an exponent stands where an
 * integer is expected. It may be one all the same, such as {@code 1.0}.
 */
final class FractionException extends CodecException {

	private static final long serialVersionUID = 1L;

	FractionException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
