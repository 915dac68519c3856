package io.genserver.rpc.codec;

import org.jspecify.annotations.Nullable;

/**
 * The reply of an operation without one: no bytes; what comes instead is not looked at.
 */
enum NoValue implements ValueCodec {

	INSTANCE;

	private static final byte[] NONE = {};

	@Override
	public byte[] encode(@Nullable Object value) {
		return NONE;
	}

	@Override
	public @Nullable Object decode(byte[] bytes) {
		return null;
	}

	@Override
	public boolean isPlain() {
		return true;
	}

}
