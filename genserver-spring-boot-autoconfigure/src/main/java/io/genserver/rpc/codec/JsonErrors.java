package io.genserver.rpc.codec;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.exc.ValueInstantiationException;

/**
 * Says what is wrong with JSON in words fit for a peer: Jackson's own name classes.
 */
final class JsonErrors {

	private JsonErrors() {
	}

	/**
	 * Explain why a value could not be read.
	 * @param what names the value
	 * @param type what it should be
	 * @param found what it begins with
	 * @param failure what Jackson says
	 * @return what a peer may read
	 */
	static CodecException unreadable(String what, Type type, @Nullable JsonToken found, JacksonException failure) {
		if (failure instanceof StreamReadException) {
			return malformed(failure);
		}
		StringBuilder text = new StringBuilder(what).append(" must be ").append(article(TypeNames.of(type)));
		text.append(path(failure)).append(reason(failure));
		if (failure.getPath().isEmpty() && failure instanceof MismatchedInputException
				&& !(failure instanceof InvalidFormatException)) {
			text.append(", not ").append(describe(found));
		}
		return new CodecException(text.toString(), failure);
	}

	static CodecException malformed(JacksonException failure) {
		long offset = (failure.getLocation() != null) ? failure.getLocation().getByteOffset() : -1;
		return new CodecException("not valid JSON" + ((offset >= 0) ? " at byte " + offset : ""), failure);
	}

	static CodecException unwritable(String what, Type type, JacksonException failure) {
		return new CodecException(
				what + ", " + article(TypeNames.of(type)) + ", cannot be written as JSON" + path(failure), failure);
	}

	/** Where in the value, as the JSON's author sees it. */
	private static String path(JacksonException failure) {
		StringBuilder path = new StringBuilder();
		for (JacksonException.Reference reference : failure.getPath()) {
			if (reference.getPropertyName() != null) {
				path.append('.').append(reference.getPropertyName());
			}
			else if (reference.getIndex() >= 0) {
				path.append('[').append(reference.getIndex()).append(']');
			}
		}
		return path.isEmpty() ? "" : ": wrong at " + path;
	}

	private static String reason(JacksonException failure) {
		return switch (failure) {
			case UnrecognizedPropertyException unknown -> ": unknown property " + unknown.getPropertyName();
			case InvalidFormatException format -> expected(format) + ", not " + shortened(format.getValue());
			case MismatchedInputException mismatch -> expected(mismatch);
			case ValueInstantiationException refused -> refusal(refused);
			default -> "";
		};
	}

	/** A type within the value: where the value as a whole is wrong it was named. */
	private static String expected(MismatchedInputException failure) {
		Class<?> target = failure.getTargetType();
		return (target == null || failure.getPath().isEmpty()) ? ""
				: ", where " + article(target.getSimpleName()) + " is expected";
	}

	/** What a constructor says that checks its arguments. */
	private static String refusal(ValueInstantiationException failure) {
		Throwable cause = failure.getCause();
		return (cause instanceof IllegalArgumentException && cause.getMessage() != null) ? ": " + cause.getMessage()
				: "";
	}

	private static String shortened(@Nullable Object value) {
		String text = String.valueOf(value);
		return '"' + ((text.length() > 40) ? text.substring(0, 40) + "..." : text) + '"';
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

	static String article(String name) {
		return ("AEIOaeio".indexOf(name.charAt(0)) >= 0) ? "an " + name : "a " + name;
	}

}
