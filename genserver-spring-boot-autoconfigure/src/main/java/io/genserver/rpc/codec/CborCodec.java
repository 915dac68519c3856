package io.genserver.rpc.codec;

import java.util.List;

import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * CBOR (RFC 8949) by Jackson: what {@link JsonCodec} writes, in bytes. Only in ext mode,
 * where the key of a keyed server travels apart from the arguments. Needs
 * {@code tools.jackson.dataformat:jackson-dataformat-cbor}.
 *
 * @since 0.1.0
 */
public final class CborCodec extends JacksonCodec {

	/**
	 * Create. A number with a fraction is no integer, whatever the mapper says.
	 * @param mapper maps the types of parameters and replies
	 */
	public CborCodec(CBORMapper mapper) {
		this(mapper, false);
	}

	/**
	 * Create.
	 * @param mapper maps the types of parameters and replies
	 * @param cutsFractions whether a number with a fraction may be an integer where the
	 * mapper says so, by {@code ACCEPT_FLOAT_AS_INT}, which is on unless switched off
	 */
	public CborCodec(CBORMapper mapper, boolean cutsFractions) {
		super(new JacksonFormat(mapper, false, cutsFractions));
	}

	@Override
	public String name() {
		return "cbor";
	}

	@Override
	public boolean holdsKeys() {
		return false;
	}

	@Override
	public ArgumentsCodec arguments(List<Parameter> parameters, boolean keyed) {
		return keyed ? new KeyElsewhere(new JsonArguments(format(), parameters, false))
				: new JsonArguments(format(), parameters, false);
	}

}
