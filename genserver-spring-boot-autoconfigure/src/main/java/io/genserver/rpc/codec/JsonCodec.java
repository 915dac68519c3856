package io.genserver.rpc.codec;

import java.util.List;

import tools.jackson.databind.json.JsonMapper;

/**
 * JSON by Jackson. One parameter is its value; several are an array, or an object by
 * their names; none is nothing at all, {@code null} or {@code []}. With a key the
 * arguments are always an array, which the key begins. {@code null} is JSON's.
 *
 * @since 0.1.0
 */
public final class JsonCodec extends JacksonCodec {

	/**
	 * Create. A number with a fraction is no integer, whatever the mapper says.
	 * @param mapper maps the types of parameters and replies
	 */
	public JsonCodec(JsonMapper mapper) {
		this(mapper, false);
	}

	/**
	 * Create.
	 * @param mapper maps the types of parameters and replies
	 * @param cutsFractions whether a number with a fraction may be an integer where the
	 * mapper says so, by {@code ACCEPT_FLOAT_AS_INT}, which is on unless switched off
	 */
	public JsonCodec(JsonMapper mapper, boolean cutsFractions) {
		super(new JacksonFormat(mapper, true, cutsFractions));
	}

	@Override
	public String name() {
		return "json";
	}

	@Override
	public ArgumentsCodec arguments(List<Parameter> parameters, boolean keyed) {
		return new JsonArguments(format(), parameters, keyed);
	}

}
