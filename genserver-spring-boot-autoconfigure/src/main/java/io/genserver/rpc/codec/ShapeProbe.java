package io.genserver.rpc.codec;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.genserver.rpc.codec.ValueShape.Anything;
import io.genserver.rpc.codec.ValueShape.Constant;
import io.genserver.rpc.codec.ValueShape.Numeric;
import io.genserver.rpc.codec.ValueShape.Sequence;
import io.genserver.rpc.codec.ValueShape.Text;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Writes values to see what they are, where serializers do not say so, or something else
 * than they do: times, whose form depends on features and annotations, and the constants
 * of enums.
 */
final class ShapeProbe {

	private static final Map<Class<?>, Object> TIMES = Map.ofEntries(Map.entry(Instant.class, Instant.EPOCH),
			Map.entry(LocalDate.class, LocalDate.EPOCH), Map.entry(LocalTime.class, LocalTime.NOON),
			Map.entry(LocalDateTime.class, LocalDate.EPOCH.atStartOfDay()),
			Map.entry(OffsetDateTime.class, Instant.EPOCH.atOffset(ZoneOffset.UTC)),
			Map.entry(OffsetTime.class, LocalTime.NOON.atOffset(ZoneOffset.UTC)),
			Map.entry(ZonedDateTime.class, Instant.EPOCH.atZone(ZoneOffset.UTC)),
			Map.entry(Duration.class, Duration.ofMillis(1)), Map.entry(Period.class, Period.ofDays(1)),
			Map.entry(Year.class, Year.of(2000)), Map.entry(YearMonth.class, YearMonth.of(2000, 1)),
			Map.entry(MonthDay.class, MonthDay.of(1, 1)), Map.entry(Date.class, new Date(0)),
			Map.entry(Calendar.class, new Calendar.Builder().build()), Map.entry(char[].class, new char[] { 'a' }));

	/** Of what a number may have a fraction: seconds. */
	private static final Set<Class<?>> SECONDS = Set.of(Instant.class, OffsetDateTime.class, ZonedDateTime.class,
			Duration.class);

	private final SerializationContext context;

	ShapeProbe(SerializationContext context) {
		this.context = context;
	}

	/**
	 * Write a time.
	 * @param type the class
	 * @param serializer what writes its values
	 * @param said what the serializer says of itself
	 * @return what it is, or what the serializer says if it is none of those known
	 */
	ValueShape time(Class<?> type, ValueSerializer<?> serializer, ValueShape said) {
		Object sample = TIMES.get(type);
		if (sample == null) {
			return said;
		}
		Set<JsonToken> seen = new LinkedHashSet<>();
		write(serializer, sample, (parser) -> {
			for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
				seen.add(token);
			}
		});
		return switch (seen.iterator().next()) {
			case VALUE_STRING -> (said instanceof Text text) ? text : new Text(null, null);
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeric(!SECONDS.contains(type), false);
			case START_ARRAY -> new Sequence(elements(seen));
			default -> said;
		};
	}

	private static ValueShape elements(Set<JsonToken> seen) {
		if (!seen.contains(JsonToken.VALUE_STRING)) {
			return new Numeric(true, false);
		}
		return seen.contains(JsonToken.VALUE_NUMBER_INT) ? new Anything(null) : new Text(null, null);
	}

	@SuppressWarnings("unchecked")
	private void write(ValueSerializer<?> serializer, Object value, Consumer<JsonParser> reader) {
		try (TokenBuffer buffer = new TokenBuffer(this.context, false)) {
			((ValueSerializer<Object>) serializer).serialize(value, buffer, this.context);
			try (JsonParser parser = buffer.asParser()) {
				reader.accept(parser);
			}
		}
	}

	/**
	 * Each constant as it is written; none if one is neither text, number nor truth
	 * value.
	 */
	List<ValueShape> constants(Class<?> type, ValueSerializer<?> serializer) {
		Set<ValueShape> constants = new LinkedHashSet<>();
		boolean[] known = { true };
		for (Object each : type.getEnumConstants()) {
			write(serializer, each, (parser) -> {
				Object value = value(parser);
				known[0] &= value != null;
				if (value != null) {
					constants.add(new Constant(value));
				}
			});
		}
		return known[0] ? List.copyOf(constants) : List.of();
	}

	private static @Nullable Object value(JsonParser parser) {
		return switch (parser.nextToken()) {
			case VALUE_STRING -> parser.getString();
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
			case VALUE_TRUE -> true;
			case VALUE_FALSE -> false;
			case null, default -> null;
		};
	}

	/** The names that constants of an enum have as keys of a map. */
	List<String> keys(Class<?> type, ValueSerializer<Object> serializer) {
		Set<String> names = new LinkedHashSet<>();
		for (Object each : type.getEnumConstants()) {
			try (TokenBuffer buffer = new TokenBuffer(this.context, false)) {
				buffer.writeStartObject();
				serializer.serialize(each, buffer, this.context);
				buffer.writeNull();
				buffer.writeEndObject();
				try (JsonParser parser = buffer.asParser()) {
					parser.nextToken();
					names.add(parser.nextName());
				}
			}
		}
		return List.copyOf(names);
	}

}
