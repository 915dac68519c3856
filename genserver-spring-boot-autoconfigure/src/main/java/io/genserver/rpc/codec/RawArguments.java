package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * A single argument that is bytes. There is no room for a key with it in base mode.
 */
final class RawArguments implements ArgumentsCodec {

	private static final String NO_KEY = "a keyed operation with a single raw parameter has no place for the key in"
			+ " base mode; give it a second parameter";

	private final boolean keyed;

	RawArguments(boolean keyed) {
		this.keyed = keyed;
	}

	@Override
	public byte[] encode(@Nullable String key, @Nullable Object[] arguments) {
		if (this.keyed) {
			throw new CodecException(NO_KEY);
		}
		if (arguments.length != 1 || !(arguments[0] instanceof byte[] bytes)) {
			throw new CodecException("a raw argument must be one byte[] that is not null");
		}
		return bytes.clone();
	}

	@Override
	public @Nullable Object[] decode(byte[] bytes) {
		return new Object[] { bytes };
	}

	@Override
	public String key(byte[] bytes) {
		throw new CodecException(NO_KEY);
	}

}
