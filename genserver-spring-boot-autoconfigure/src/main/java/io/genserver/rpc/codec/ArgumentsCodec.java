package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes the arguments of one operation. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface ArgumentsCodec {

	/**
	 * Encode arguments.
	 * @param key the key of the instance, {@code null} if the operation is not keyed
	 * @param arguments as many as the operation has parameters
	 * @return the bytes
	 * @throws CodecException if an argument cannot be encoded, naming it
	 */
	byte[] encode(@Nullable String key, @Nullable Object[] arguments);

	/**
	 * Decode arguments, all but the key. May run code of the types decoded.
	 * @param bytes the bytes
	 * @return as many arguments as the operation has parameters
	 * @throws CodecException if the bytes are not such arguments, naming the parameter
	 * and what it must be
	 */
	@Nullable Object[] decode(byte[] bytes);

	/**
	 * Find the key without decoding anything else. Quick, and runs no foreign code. Only
	 * if the operation is keyed.
	 * @param bytes the bytes
	 * @return the key, not empty
	 * @throws CodecException if the bytes do not begin with a key, saying how they must
	 */
	String key(byte[] bytes);

}
