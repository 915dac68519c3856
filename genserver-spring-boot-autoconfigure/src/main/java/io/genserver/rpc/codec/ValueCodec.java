package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes values of one type. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface ValueCodec {

	/**
	 * Encode a value.
	 * @param value the value
	 * @return the bytes
	 * @throws CodecException if it cannot be encoded
	 */
	byte[] encode(@Nullable Object value);

	/**
	 * Decode a value. May run code of the type decoded.
	 * @param bytes the bytes
	 * @return the value
	 * @throws CodecException if the bytes are no such value
	 */
	@Nullable Object decode(byte[] bytes);

	/**
	 * Return whether decoding runs no code of an application's types and takes next to no
	 * time, so that a connection's thread may do it.
	 * @return {@code false} unless it is known
	 */
	default boolean isPlain() {
		return false;
	}

}
