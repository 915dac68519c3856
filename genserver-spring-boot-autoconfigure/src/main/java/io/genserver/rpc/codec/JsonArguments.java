package io.genserver.rpc.codec;

import java.io.ByteArrayOutputStream;
import java.util.List;

import io.genserver.rpc.codec.RpcCodec.Parameter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;

/**
 * The arguments of one operation as JSON, or what Jackson writes in its place.
 */
final class JsonArguments implements ArgumentsCodec {

	private static final byte[] NONE = {};

	private final ObjectMapper mapper;

	private final Parameter[] parameters;

	private final ObjectReader[] readers;

	private final ObjectWriter[] writers;

	private final boolean keyed;

	JsonArguments(ObjectMapper mapper, List<Parameter> parameters, boolean keyed) {
		this.mapper = mapper;
		this.parameters = parameters.toArray(Parameter[]::new);
		this.keyed = keyed;
		this.readers = new ObjectReader[this.parameters.length];
		this.writers = new ObjectWriter[this.parameters.length];
		for (int i = 0; i < this.parameters.length; i++) {
			JavaType type = mapper.constructType(this.parameters[i].type());
			// What follows a value is the next argument, or checked here.
			this.readers[i] = mapper.readerFor(type).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
			this.writers[i] = mapper.writerFor(type)
				.without(SerializationFeature.CLOSE_CLOSEABLE, SerializationFeature.FLUSH_AFTER_WRITE_VALUE);
		}
	}

	@Override
	public byte[] encode(@Nullable String key, @Nullable Object[] arguments) {
		if (arguments.length != this.parameters.length) {
			throw new CodecException(expected() + ", not " + arguments.length);
		}
		if (!this.keyed && arguments.length == 0) {
			return NONE;
		}
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
		try (JsonGenerator json = this.mapper.createGenerator(bytes)) {
			boolean array = this.keyed || arguments.length > 1;
			if (array) {
				json.writeStartArray();
			}
			if (this.keyed) {
				json.writeString(key);
			}
			for (int i = 0; i < arguments.length; i++) {
				write(json, i, arguments[i]);
			}
			if (array) {
				json.writeEndArray();
			}
		}
		return bytes.toByteArray();
	}

	private void write(JsonGenerator json, int index, @Nullable Object argument) {
		try {
			this.writers[index].writeValue(json, argument);
		}
		catch (JacksonException ex) {
			throw JsonErrors.unwritable(describe(index), this.parameters[index].type(), ex);
		}
	}

	@Override
	public @Nullable Object[] decode(byte[] bytes) {
		try (JsonParser json = this.mapper.createParser(bytes)) {
			JsonToken first = json.nextToken();
			@Nullable Object[] arguments = new Object[this.parameters.length];
			if (this.keyed) {
				json.nextToken();
				readArray(json, arguments);
			}
			else if (arguments.length == 0) {
				readNothing(json, first);
			}
			else if (arguments.length == 1) {
				arguments[0] = readSingle(json, first);
			}
			else if (first == JsonToken.START_ARRAY) {
				readArray(json, arguments);
			}
			else if (first == JsonToken.START_OBJECT) {
				readObject(json, arguments);
			}
			else {
				throw new CodecException(expected() + ", as an array or by name, not " + JsonErrors.describe(first));
			}
			if (json.nextToken() != null) {
				throw new CodecException("nothing may follow the arguments");
			}
			return arguments;
		}
		catch (JacksonException ex) {
			throw JsonErrors.malformed(ex);
		}
	}

	private void readNothing(JsonParser json, @Nullable JsonToken first) {
		boolean nothing = first == null || first == JsonToken.VALUE_NULL
				|| first == JsonToken.START_ARRAY && json.nextToken() == JsonToken.END_ARRAY;
		if (!nothing) {
			throw new CodecException("no arguments are expected");
		}
	}

	private @Nullable Object readSingle(JsonParser json, @Nullable JsonToken first) {
		if (first == null) {
			throw new CodecException(describe(0) + ", " + JsonErrors.article(type(0)) + ", is missing");
		}
		return read(json, 0);
	}

	/** Elements up to the end of an array whose start, or key, is the current token. */
	private void readArray(JsonParser json, @Nullable Object[] arguments) {
		int count = 0;
		while (json.nextToken() != JsonToken.END_ARRAY) {
			if (count == arguments.length) {
				throw new CodecException(expected() + ", not more");
			}
			arguments[count] = read(json, count);
			count++;
		}
		if (count < arguments.length) {
			throw new CodecException(expected() + ", not " + count + ": " + describe(count) + ", "
					+ JsonErrors.article(type(count)) + ", is missing");
		}
	}

	private void readObject(JsonParser json, @Nullable Object[] arguments) {
		boolean[] found = new boolean[arguments.length];
		while (json.nextToken() != JsonToken.END_OBJECT) {
			int index = indexOf(json.currentName());
			found[index] = true;
			json.nextToken();
			arguments[index] = read(json, index);
		}
		for (int i = 0; i < found.length; i++) {
			if (!found[i]) {
				throw new CodecException(describe(i) + ", " + JsonErrors.article(type(i)) + ", is missing");
			}
		}
	}

	private int indexOf(String name) {
		for (int i = 0; i < this.parameters.length; i++) {
			if (this.parameters[i].name().equals(name)) {
				return i;
			}
		}
		throw new CodecException("there is no parameter " + name + "; " + expected());
	}

	private @Nullable Object read(JsonParser json, int index) {
		JsonToken token = json.currentToken();
		try {
			return this.readers[index].readValue(json);
		}
		catch (JacksonException ex) {
			throw JsonErrors.unreadable(describe(index), this.parameters[index].type(), token, ex);
		}
	}

	@Override
	public String key(byte[] bytes) {
		return JsonKey.read(bytes);
	}

	private String expected() {
		StringBuilder text = new StringBuilder();
		text.append(this.parameters.length).append((this.parameters.length == 1) ? " argument" : " arguments");
		text.append(this.keyed ? " after the key are expected" : " are expected");
		for (int i = 0; i < this.parameters.length; i++) {
			text.append((i == 0) ? " (" : ", ").append(type(i)).append(' ').append(this.parameters[i].name());
		}
		return text.append((this.parameters.length > 0) ? ")" : "").toString();
	}

	private String describe(int index) {
		return "parameter " + this.parameters[index].name();
	}

	private String type(int index) {
		return TypeNames.of(this.parameters[index].type());
	}

}
