package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * A value that is bytes; {@code null} is none.
 */
enum RawValue implements ValueCodec {

	INSTANCE;

	private static final byte[] NONE = {};

	@Override
	public byte[] encode(@Nullable Object value) {
		return (value instanceof byte[] bytes) ? bytes.clone() : NONE;
	}

	@Override
	public @Nullable Object decode(byte[] bytes) {
		return bytes;
	}

	@Override
	public boolean isPlain() {
		return true;
	}

}
