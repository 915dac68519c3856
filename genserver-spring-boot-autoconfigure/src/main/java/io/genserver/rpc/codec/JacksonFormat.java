package io.genserver.rpc.codec;

import java.lang.reflect.Type;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperBuilder;

/**
 * A format as the application's mapper reads and writes it. In two things a message is
 * not read as the mapper would read a document: a number keeps its value, for one with a
 * fraction is no integer, and one too large is not infinite; and a time keeps the offset
 * it has, instead of moving to UTC, unless the mapper was given a time zone of its own.
 */
final class JacksonFormat {

	/**
	 * Jackson looks at the first four bytes of a text to find its encoding, if there are
	 * as many. Compiled by the JIT compiler of some JDKs (seen with 25.0.3) it now and
	 * then reads them although there are fewer, and fails with
	 * {@link ArrayIndexOutOfBoundsException}. So shorter texts are filled up with blanks,
	 * which mean nothing in JSON.
	 */
	private static final int SHORTEST_TEXT = 4;

	/**
	 * A copy, for a mapper keeps the serializers of containers by their types and does
	 * not see whether one was made to look at its elements or to go by their declared
	 * type, as other users of the application's mapper may want it.
	 */
	private final ObjectMapper mapper;

	private final boolean text;

	private final JsonErrors errors;

	/**
	 * Create.
	 * @param mapper the application's
	 * @param text whether it is a text, which may end with blanks
	 * @param cutsFractions whether the mapper decides what a number with a fraction is
	 * where an integer is expected, rather than that it is refused
	 */
	JacksonFormat(ObjectMapper mapper, boolean text, boolean cutsFractions) {
		MapperBuilder<?, ?> copy = mapper.rebuild().addModule(NumberInRange.module());
		if (!cutsFractions) {
			copy.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
		}
		if (!mapper.deserializationConfig().hasExplicitTimeZone()) {
			copy.disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE);
		}
		this.mapper = copy.build();
		this.text = text;
		this.errors = new JsonErrors(text ? "JSON" : "CBOR");
	}

	JsonErrors errors() {
		return this.errors;
	}

	ObjectMapper mapper() {
		return this.mapper;
	}

	JavaType type(Type type) {
		return this.mapper.constructType(type);
	}

	/**
	 * The type of a class that values of a type are of, with what is known of its type
	 * variables, or null if it is none of its subclasses.
	 */
	@Nullable JavaType subtype(JavaType type, Class<?> actual) {
		if (!type.isTypeOrSuperTypeOf(actual)) {
			return null;
		}
		try {
			return this.mapper.getTypeFactory().constructSpecializedType(type, actual);
		}
		catch (IllegalArgumentException ex) {
			// Its type variables do not fit those of the type.
			return this.mapper.constructType(actual);
		}
	}

	/** Parse bytes, which must not be empty. */
	JsonParser parser(byte[] bytes) {
		if (bytes.length == 0) {
			throw new IllegalArgumentException("There is nothing to parse");
		}
		return this.mapper.createParser(this.text ? padded(bytes) : bytes);
	}

	static byte[] padded(byte[] bytes) {
		if (bytes.length >= SHORTEST_TEXT) {
			return bytes;
		}
		byte[] padded = Arrays.copyOf(bytes, SHORTEST_TEXT);
		Arrays.fill(padded, bytes.length, SHORTEST_TEXT, (byte) ' ');
		return padded;
	}

}
