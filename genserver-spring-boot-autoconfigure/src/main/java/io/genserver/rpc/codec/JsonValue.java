package io.genserver.rpc.codec;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;

/**
 * Values of one type as JSON, or what Jackson writes in its place.
 */
final class JsonValue implements ValueCodec {

	private static final String WHAT = "the value";

	private final Type type;

	private final ObjectReader reader;

	private final ObjectWriter writer;

	JsonValue(ObjectMapper mapper, Type type) {
		JavaType known = mapper.constructType(type);
		this.type = type;
		this.reader = mapper.readerFor(known);
		this.writer = mapper.writerFor(known);
	}

	@Override
	public byte[] encode(@Nullable Object value) {
		try {
			return this.writer.writeValueAsBytes(value);
		}
		catch (JacksonException ex) {
			throw JsonErrors.unwritable(WHAT, this.type, ex);
		}
	}

	@Override
	public @Nullable Object decode(byte[] bytes) {
		if (bytes.length == 0) {
			throw new CodecException(
					JsonErrors.article(TypeNames.of(this.type)) + " is expected, but there is nothing");
		}
		try (JsonParser json = this.reader.createParser(bytes)) {
			JsonToken found = json.nextToken();
			try {
				return this.reader.readValue(json);
			}
			catch (JacksonException ex) {
				throw JsonErrors.unreadable(WHAT, this.type, found, ex);
			}
		}
		catch (JacksonException ex) {
			throw JsonErrors.malformed(ex);
		}
	}

}
