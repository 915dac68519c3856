package io.genserver.rpc.codec;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * Reads a number, or a time that may be written as one, and refuses what is out of its
 * range where Jackson would make another number of it: a {@code double} or {@code float}
 * would be infinite, a {@code byte} of 200 would be -56, a time of so many seconds 0.
 * Infinity that is sent as such is read as before.
 */
final class NumberInRange extends DelegatingDeserializer {

	/** Whose instances Jackson reads as seconds. */
	private static final Set<Class<?>> TIMES = Set.of(Duration.class, Instant.class, OffsetDateTime.class,
			ZonedDateTime.class);

	private static final Set<Class<?>> TYPES = Stream
		.concat(Stream.of(double.class, Double.class, float.class, Float.class, byte.class, Byte.class), TIMES.stream())
		.collect(Collectors.toUnmodifiableSet());

	/** Of the seconds that any time has. */
	private static final int DIGITS = 19;

	private NumberInRange(ValueDeserializer<?> delegatee) {
		super(delegatee);
	}

	/** What lets a mapper read these numbers so. */
	static JacksonModule module() {
		return new SimpleModule(NumberInRange.class.getName()).setDeserializerModifier(new ValueDeserializerModifier() {

			@Override
			public ValueDeserializer<?> modifyDeserializer(DeserializationConfig config,
					BeanDescription.Supplier description, ValueDeserializer<?> deserializer) {
				Class<?> type = description.getBeanClass();
				return TYPES.contains(type) ? new NumberInRange(deserializer) : deserializer;
			}

		});
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
		Object value = super.deserialize(json, context);
		if ((finite && isInfinite(value)) || (value instanceof Byte small && isAnother(json, token, small))) {
			throw outOfRange(json, token);
		}
		return value;
	}

	private InputCoercionException outOfRange(JsonParser json, JsonToken token) {
		return new InputCoercionException(json, "out of range", token, handledType());
	}

	private static boolean isInfinite(Object value) {
		return switch (value) {
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

}
