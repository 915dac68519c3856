package io.genserver.rpc.codec;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.KeyDeserializer;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.jackson.JsonNodeDeserializer;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.ext.jdk8.OptionalDoubleDeserializer;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.type.ArrayType;

/**
 * Reads a number, or a time that may be written as one, and refuses what is out of its
 * range where Jackson would make another number of it: a {@code double} or {@code float}
 * would be infinite, a {@code byte} of 200 would be -56, a time of so many seconds 0.
 * That holds within what has no type of its own, too, for the elements of arrays, and for
 * keys of maps. Infinity that is sent as such is read as before.
 */
final class NumberInRange extends DelegatingDeserializer {

	/** Whose instances Jackson reads as seconds. */
	private static final Set<Class<?>> TIMES = Set.of(Duration.class, Instant.class, OffsetDateTime.class,
			ZonedDateTime.class);

	private static final Set<Class<?>> NUMBERS = Set.of(double.class, Double.class, float.class, Float.class,
			byte.class, Byte.class, OptionalDouble.class, Number.class);

	/** Of the seconds that any time has. */
	private static final int DIGITS = 19;

	/**
	 * Characters of a time. The seconds of some are read as a decimal number, which takes
	 * many seconds if it has millions of digits.
	 */
	private static final int LONGEST_TIME = 200;

	private NumberInRange(ValueDeserializer<?> delegatee) {
		super(delegatee);
	}

	/** What lets a mapper read these numbers so. */
	static JacksonModule module() {
		SimpleModule module = new SimpleModule(NumberInRange.class.getName());
		// Of these no modifier gets to know.
		for (Class<? extends JsonNode> type : List.of(JsonNode.class, ObjectNode.class, ArrayNode.class)) {
			add(module, type, JsonNodeDeserializer.getDeserializer(type));
		}
		add(module, OptionalDouble.class, new OptionalDoubleDeserializer());
		return module.setDeserializerModifier(new ValueDeserializerModifier() {

			@Override
			public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config,
					BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
				Class<?> type = description.getBeanClass();
				boolean known = NUMBERS.contains(type) || TIMES.contains(type) || type == Object.class;
				return known ? new NumberInRange(deserializer) : deserializer;
			}

			@Override
			public ValueDeserializer<?> modifyArrayDeserializer(DeserializationConfig config, ArrayType type,
					BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
				Class<?> element = type.getContentType().getRawClass();
				return (element == double.class || element == float.class) ? new NumberInRange(deserializer)
						: deserializer;
			}

			@Override
			public KeyDeserializer modifyKeyDeserializer(DeserializationConfig config, JavaType type,
					KeyDeserializer deserializer) {
				return NUMBERS.contains(type.getRawClass()) ? new Key(deserializer) : deserializer;
			}

		});
	}

	@SuppressWarnings("unchecked")
	private static <T> void add(SimpleModule module, Class<T> type, ValueDeserializer<?> deserializer) {
		module.addDeserializer(type, (ValueDeserializer<? extends T>) new NumberInRange(deserializer));
	}

	@Override
	protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> delegatee) {
		return new NumberInRange(delegatee);
	}

	@Override
	public Object deserialize(JsonParser json, DeserializationContext context) {
		JsonToken token = json.currentToken();
		// Asked first, for a parser may no longer know once the number was converted.
		boolean finite = token != null && token.isNumeric() && !json.isNaN();
		if (finite && token == JsonToken.VALUE_NUMBER_FLOAT && TIMES.contains(handledType())) {
			BigDecimal seconds = json.getDecimalValue();
			if (seconds.signum() != 0 && seconds.precision() - seconds.scale() > DIGITS) {
				throw outOfRange(json, token);
			}
		}
		if (token == JsonToken.VALUE_STRING) {
			String text = json.getString();
			if (TIMES.contains(handledType()) && text.length() > LONGEST_TIME) {
				throw InvalidFormatException.from(json, "too long", text, handledType());
			}
			finite = NUMBERS.contains(handledType()) && isNumber(text);
		}
		boolean within = token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY
				|| JsonNode.class.isAssignableFrom(handledType());
		Object value = super.deserialize(within ? new FiniteNumbers(json, handledType()) : json, context);
		if ((finite && isInfinite(value)) || (value instanceof Byte small && isAnother(json, token, small))) {
			throw outOfRange(json, token);
		}
		return value;
	}

	private InputCoercionException outOfRange(JsonParser json, JsonToken token) {
		return new InputCoercionException(json, "out of range", token, handledType());
	}

	/** Rather than a name of one. */
	static boolean isNumber(String text) {
		return text.chars().anyMatch((each) -> each >= '0' && each <= '9');
	}

	private static boolean isInfinite(@Nullable Object value) {
		return switch (value) {
			case OptionalDouble known -> known.isPresent() && Double.isInfinite(known.getAsDouble());
			case Double known -> known.isInfinite();
			case Float known -> known.isInfinite();
			case null, default -> false;
		};
	}

	/** Whether it was written as a number above 127, which Jackson takes for unsigned. */
	private static boolean isAnother(JsonParser json, JsonToken token, byte read) {
		if (token == JsonToken.VALUE_STRING) {
			String text = json.getString().strip();
			return read < 0 && !text.startsWith("-");
		}
		return token == JsonToken.VALUE_NUMBER_INT && json.getIntValue() != read;
	}

	/** A key of a map. */
	private static final class Key extends KeyDeserializer {

		private final KeyDeserializer keys;

		Key(KeyDeserializer keys) {
			this.keys = keys;
		}

		@Override
		public @Nullable Object deserializeKey(String key, DeserializationContext context) {
			Object value = this.keys.deserializeKey(key, context);
			boolean unsigned = value instanceof Byte small && small < 0 && !key.startsWith("-");
			if (unsigned || (isInfinite(value) && isNumber(key))) {
				throw new InputCoercionException(context.getParser(), "out of range", JsonToken.PROPERTY_NAME,
						value.getClass());
			}
			return value;
		}

	}

}
