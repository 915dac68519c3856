package io.genserver.rpc.codec;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;

/**
 * Values of one type as JSON, or what Jackson writes in its place.
 */
final class JsonValue implements ValueCodec {

	private static final String WHAT = "the value";

	private final JacksonFormat format;

	private final Type type;

	private final ObjectReader reader;

	private final TypedWriter writer;

	JsonValue(JacksonFormat format, Type type) {
		JavaType known = format.type(type);
		this.format = format;
		this.type = type;
		this.reader = format.mapper().readerFor(known);
		this.writer = new TypedWriter(format, known, false);
	}

	@Override
	public byte[] encode(@Nullable Object value) {
		try {
			return this.writer.bytes(value);
		}
		catch (JacksonException ex) {
			throw this.format.errors().unwritable(WHAT, this.type, ex);
		}
	}

	@Override
	public @Nullable Object decode(byte[] bytes) {
		if (bytes.length == 0) {
			throw new CodecException(TypeNames.withArticle(this.type) + " is expected, but there is nothing");
		}
		try {
			return decode(this.format.parser(bytes));
		}
		catch (FractionException ex) {
			return decode(new WholeNumbers(this.format.parser(bytes)));
		}
		catch (CodecException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			// Whatever a parser throws, it is about what was sent.
			throw this.format.errors().malformed(ex);
		}
	}

	private @Nullable Object decode(JsonParser parser) {
		try (JsonParser json = parser) {
			JsonToken found = json.nextToken();
			try {
				return this.reader.readValue(json);
			}
			catch (RuntimeException ex) {
				throw this.format.errors().unreadable(WHAT, this.type, found, ex);
			}
		}
	}

}
