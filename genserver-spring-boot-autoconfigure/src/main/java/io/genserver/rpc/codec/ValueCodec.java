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

}
