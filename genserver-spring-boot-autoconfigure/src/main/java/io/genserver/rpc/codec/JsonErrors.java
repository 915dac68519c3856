package io.genserver.rpc.codec;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/**
 * Says what is wrong with JSON in words fit for a peer: Jackson's own name classes. Of
 * the peer's data no more is repeated than is needed to find the place.
 */
final class JsonErrors {

	/** How much of one value or name is repeated. */
	private static final int MAX_QUOTE = 40;

	/** How much of a path, or of what a constructor says, is. */
	private static final int MAX_TEXT = 200;

	private static final Map<Class<?>, String> RANGES = Map.of(byte.class, Byte.MIN_VALUE + " to " + Byte.MAX_VALUE,
			short.class, Short.MIN_VALUE + " to " + Short.MAX_VALUE, int.class,
			Integer.MIN_VALUE + " to " + Integer.MAX_VALUE, long.class, Long.MIN_VALUE + " to " + Long.MAX_VALUE);

	private static final Map<Class<?>, Class<?>> PRIMITIVES = Map.of(Byte.class, byte.class, Short.class, short.class,
			Integer.class, int.class, Long.class, long.class);

	private final String format;

	/**
	 * Create.
	 * @param format what the format is called
	 */
	JsonErrors(String format) {
		this.format = format;
	}

	/**
	 * Explain why a value could not be read.
	 * @param what names the value
	 * @param type what it should be
	 * @param found what it begins with
	 * @param failure what Jackson says, or what code of the types read has thrown
	 * @return what a peer may read
	 */
	CodecException unreadable(String what, Type type, @Nullable JsonToken found, RuntimeException failure) {
		String mustBe = what + " must be " + TypeNames.withArticle(type);
		if (!(failure instanceof JacksonException known)) {
			return new CodecException(mustBe + ", and cannot be made of what was sent", failure);
		}
		for (Throwable each = known; each instanceof JacksonException; each = each.getCause()) {
			if (each instanceof StreamConstraintsException limit) {
				return malformed(limit);
			}
		}
		if (known instanceof StreamReadException && !(known instanceof InputCoercionException)) {
			return malformed(known);
		}
		StringBuilder text = new StringBuilder(mustBe);
		text.append(path(known)).append(reason(known));
		if (known.getPath().isEmpty() && isMismatch(known)) {
			text.append(", not ").append(describe(found));
		}
		Throwable refusal = refusal(known);
		if (refusal != null) {
			String message = text + ": " + cut(String.valueOf(refusal.getMessage()), MAX_TEXT);
			return new CodecException(text.toString(), message, refusal, known);
		}
		return isFraction(known) ? new FractionException(text.toString(), known)
				: new CodecException(text.toString(), known);
	}

	private static boolean isMismatch(JacksonException failure) {
		return failure instanceof MismatchedInputException && !(failure instanceof InvalidFormatException);
	}

	/** Whether it was thrown at a number written with a point or an exponent. */
	private static boolean isFraction(JacksonException failure) {
		return failure instanceof MismatchedInputException && failure.processor() instanceof JsonParser parser
				&& parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
	}

	CodecException malformed(RuntimeException failure) {
		if (failure instanceof StreamConstraintsException limit) {
			// The rest names the method by which the limit is set.
			return new CodecException(
					"too much " + this.format + ": " + limit.getOriginalMessage().replaceAll(", from `[^`]*`", ""),
					failure);
		}
		long offset = (failure instanceof JacksonException known && known.getLocation() != null)
				? known.getLocation().getByteOffset() : -1;
		return new CodecException("not valid " + this.format + ((offset >= 0) ? " at byte " + offset : ""), failure);
	}

	CodecException unwritable(String what, Type type, JacksonException failure) {
		return new CodecException(
				what + ", " + TypeNames.withArticle(type) + ", cannot be written as " + this.format + path(failure),
				failure);
	}

	/** Where in the value, as the JSON's author sees it: {@code $} is the value. */
	private static String path(JacksonException failure) {
		StringBuilder path = new StringBuilder();
		for (JacksonException.Reference reference : failure.getPath()) {
			if (reference.getPropertyName() != null) {
				path.append('.').append(shortened(reference.getPropertyName()));
			}
			else if (reference.getIndex() >= 0) {
				path.append('[').append(reference.getIndex()).append(']');
			}
		}
		return path.isEmpty() ? "" : ": wrong at $" + cut(path.toString(), MAX_TEXT);
	}

	private static String reason(JacksonException failure) {
		return switch (failure) {
			case UnrecognizedPropertyException unknown -> ": unknown property " + shortened(unknown.getPropertyName());
			case InputCoercionException number -> outOfRange(failure, number.getTargetType());
			case InvalidFormatException format when isOutOfRange(format) -> outOfRange(failure, format.getTargetType());
			case InvalidFormatException format ->
				expected(failure, format.getTargetType()) + ", not " + quoted(format.getValue());
			case MismatchedInputException mismatch -> expected(failure, mismatch.getTargetType());
			case ValueInstantiationException refused when refusal(refused) != null -> "";
			default -> ", and cannot be made of what was sent";
		};
	}

	/** A type within the value: where the value as a whole is wrong it was named. */
	private static String expected(JacksonException failure, @Nullable Class<?> target) {
		return (target == null || failure.getPath().isEmpty()) ? ""
				: ", where " + TypeNames.withArticle(target) + " is expected";
	}

	private static String outOfRange(JacksonException failure, @Nullable Class<?> target) {
		String range = range(target);
		return expected(failure, target) + ": the number is out of range" + ((range != null) ? ", " + range : "");
	}

	private static @Nullable String range(@Nullable Class<?> target) {
		return (target != null) ? RANGES.get(PRIMITIVES.getOrDefault(target, target)) : null;
	}

	/** Whether it is an integer as expected, but too large a one. */
	private static boolean isOutOfRange(InvalidFormatException failure) {
		if (range(failure.getTargetType()) == null) {
			return false;
		}
		String text = String.valueOf(failure.getValue());
		return text.matches("[+-]?[0-9]+") || (failure.getValue() instanceof BigDecimal value && value.scale() <= 0);
	}

	/** What a constructor says that checks its arguments. */
	private static @Nullable Throwable refusal(JacksonException failure) {
		Throwable cause = (failure instanceof ValueInstantiationException) ? failure.getCause() : null;
		return (cause instanceof IllegalArgumentException && cause.getMessage() != null) ? cause : null;
	}

	private static String quoted(@Nullable Object value) {
		String text = shortened(String.valueOf(value));
		return (value instanceof Number) ? text : '"' + text + '"';
	}

	/** A value or name of the peer's, on one line. */
	static String shortened(String text) {
		return cut(text, MAX_QUOTE).replaceAll("\\p{Cntrl}", "?");
	}

	private static String cut(String text, int length) {
		return (text.length() > length) ? text.substring(0, length) + "..." : text;
	}

	/** A kind of JSON as it is called, for what stands in the wrong place. */
	static String describe(@Nullable JsonToken token) {
		return switch (token) {
			case START_ARRAY -> "an array";
			case START_OBJECT -> "an object";
			case VALUE_STRING -> "a string";
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
			case VALUE_TRUE, VALUE_FALSE -> "a boolean";
			case VALUE_NULL -> "null";
			case null, default -> "nothing";
		};
	}

}
