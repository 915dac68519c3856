package io.genserver.rpc.codec;

import java.lang.reflect.Type;

/**
 * An encoding by Jackson, whatever the format.
 */
abstract sealed class JacksonCodec implements RpcCodec permits CborCodec, JsonCodec {

	private final JacksonFormat format;

	JacksonCodec(JacksonFormat format) {
		this.format = format;
	}

	/** The format, and what maps types to it. */
	final JacksonFormat format() {
		return this.format;
	}

	@Override
	public final ValueCodec value(Type type) {
		return new JsonValue(this.format, type);
	}

	@Override
	public final void requireReadable(Type type) {
		Readability.require(this.format, this.format.type(type));
	}

	@Override
	public final ValueShapes shapes() {
		return new JacksonShapes(this.format);
	}

}
