package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of a keyed operation in an encoding that has no place for the key.
 *
 * @param plain the arguments without it
 */
record KeyElsewhere(ArgumentsCodec plain) implements ArgumentsCodec {

	private static final String WHERE = "in this encoding the key of a keyed operation travels apart from the arguments";

	@Override
	public byte[] encode(@Nullable String key, @Nullable Object[] arguments) {
		throw new CodecException(WHERE);
	}

	@Override
	public @Nullable Object[] decode(byte[] bytes) {
		return this.plain.decode(bytes);
	}

	@Override
	public String key(byte[] bytes) {
		throw new CodecException(WHERE);
	}

}
