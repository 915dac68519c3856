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
import tools.jackson.databind.ObjectReader;

/**
 * The arguments of one operation as JSON, or what Jackson writes in its place.
 */
final class JsonArguments implements ArgumentsCodec {

	private static final byte[] NONE = {};

	private final JacksonFormat format;

	private final Parameter[] parameters;

	private final ObjectReader[] readers;

	private final TypedWriter[] writers;

	private final boolean keyed;

	/** Of the only parameter; null if there are none or several. */
	private final @Nullable NamedArgument named;

	JsonArguments(JacksonFormat format, List<Parameter> parameters, boolean keyed) {
		this.format = format;
		this.parameters = parameters.toArray(Parameter[]::new);
		this.keyed = keyed;
		this.readers = new ObjectReader[this.parameters.length];
		this.writers = new TypedWriter[this.parameters.length];
		for (int i = 0; i < this.parameters.length; i++) {
			JavaType type = format.type(this.parameters[i].type());
			// What follows a value is the next argument, or checked here.
			this.readers[i] = format.mapper().readerFor(type).without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
			this.writers[i] = new TypedWriter(format, type, true);
		}
		this.named = (this.parameters.length != 1) ? null
				: new NamedArgument(format, this.parameters[0].name(), format.type(this.parameters[0].type()));
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
		try (JsonGenerator json = this.format.mapper().createGenerator(bytes)) {
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
			this.writers[index].write(json, argument);
		}
		catch (JacksonException ex) {
			throw this.format.errors().unwritable(describe(index), this.parameters[index].type(), ex);
		}
	}

	@Override
	public @Nullable Object[] decode(byte[] bytes) {
		if (bytes.length == 0) {
			return decodeNothing();
		}
		try {
			return decode(bytes, this.format.parser(bytes));
		}
		catch (FractionException ex) {
			return decode(bytes, new WholeNumbers(this.format.parser(bytes)));
		}
	}

	/** No bytes at all; a parser never sees them. */
	private @Nullable Object[] decodeNothing() {
		@Nullable Object[] arguments = new Object[this.parameters.length];
		if (this.keyed) {
			throw new CodecException("a key is expected, but there is nothing");
		}
		for (int i = 0; i < arguments.length; i++) {
			if (!this.parameters[i].optional()) {
				throw (arguments.length == 1) ? missing(i)
						: new CodecException(expected() + ", as an array or by name, not nothing");
			}
			arguments[i] = absent(i);
		}
		return arguments;
	}

	private @Nullable Object[] decode(byte[] bytes, JsonParser parser) {
		try (JsonParser json = parser) {
			JsonToken first = json.nextToken();
			@Nullable Object[] arguments = new Object[this.parameters.length];
			if (this.keyed) {
				json.nextToken();
				readArray(json, arguments);
			}
			else if (arguments.length == 0) {
				readNothing(json, first);
			}
			else if (this.named != null) {
				readSingle(json, first, arguments, this.named, bytes);
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
		catch (CodecException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			// Whatever a parser throws, it is about what was sent.
			throw this.format.errors().malformed(ex);
		}
	}

	private void readNothing(JsonParser json, @Nullable JsonToken first) {
		boolean nothing = first == null || first == JsonToken.VALUE_NULL
				|| first == JsonToken.START_ARRAY && json.nextToken() == JsonToken.END_ARRAY;
		if (!nothing) {
			throw new CodecException("no arguments are expected");
		}
	}

	private void readSingle(JsonParser json, @Nullable JsonToken first, @Nullable Object[] arguments,
			NamedArgument argument, byte[] bytes) {
		if (first == JsonToken.START_OBJECT && argument.isMeantBy(bytes)) {
			readObject(json, arguments);
			return;
		}
		if (first != null) {
			arguments[0] = read(json, 0);
		}
		else if (this.parameters[0].optional()) {
			arguments[0] = absent(0);
		}
		else {
			throw missing(0);
		}
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
		for (int i = count; i < arguments.length; i++) {
			if (!this.parameters[i].optional()) {
				throw new CodecException(expected() + ", not " + count + ": " + missing(i).getMessage());
			}
			arguments[i] = absent(i);
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
				if (!this.parameters[i].optional()) {
					throw missing(i);
				}
				arguments[i] = absent(i);
			}
		}
	}

	private CodecException missing(int index) {
		return new CodecException(
				describe(index) + ", " + TypeNames.withArticle(this.parameters[index].type()) + ", is missing");
	}

	/** What stands for an argument that may be missing, and is. */
	private @Nullable Object absent(int index) {
		return this.parameters[index].absent();
	}

	private int indexOf(String name) {
		for (int i = 0; i < this.parameters.length; i++) {
			if (this.parameters[i].name().equals(name)) {
				return i;
			}
		}
		throw new CodecException("there is no parameter " + JsonErrors.shortened(name) + "; " + expected());
	}

	private @Nullable Object read(JsonParser json, int index) {
		JsonToken token = json.currentToken();
		try {
			return this.readers[index].readValue(json);
		}
		catch (RuntimeException ex) {
			throw this.format.errors().unreadable(describe(index), this.parameters[index].type(), token, ex);
		}
	}

	@Override
	public String key(byte[] bytes) {
		return JsonKey.read(bytes);
	}

	private String expected() {
		StringBuilder text = new StringBuilder();
		text.append(this.parameters.length).append((this.parameters.length == 1) ? " argument" : " arguments");
		text.append(this.keyed ? " after the key" : "");
		text.append((this.parameters.length == 1) ? " is expected" : " are expected");
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
