package io.genserver.rpc.codec;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whatever number is sent for whatever type, it is read as that number or refused, and
 * nothing else is thrown: no infinity, no other number, no failure of the server.
 */
class NumbersAsSentTest {

	private static final JsonCodec CODEC = new JsonCodec(JsonMapper.builder().build());

	private static final List<String> HARD = List.of("1e309", "-1e309", "1e40", "1e400", "1e99999999999",
			"-1e-99999999999", "1e2147483647", "1e-2147483648", "9223372036854775808", "3000000000", "200", "70000",
			"1.0", "1.5", "-0.0", "0e999999999999");

	/** Each type, and where in it a number goes. */
	@SuppressWarnings("unused")
	private static final class Types {

		byte smallest;

		Byte smallestOrNull;

		short small;

		int number;

		Integer numberOrNull;

		long large;

		float single;

		double value;

		Double valueOrNull;

		BigInteger whole;

		BigDecimal decimal;

		Number any;

		Object untyped;

		JsonNode node;

		AtomicInteger counter;

		AtomicLong largeCounter;

		Year year;

		OptionalInt optionalNumber;

		OptionalLong optionalLarge;

		OptionalDouble optionalValue;

		Optional<Float> optionalSingle;

		AtomicReference<Double> reference;

		short[] smalls;

		int[] numbers;

		long[] larges;

		float[] singles;

		double[] values;

		Double[] boxedValues;

		List<Float> listed;

		List<OptionalDouble> listedOptional;

		Object[] untypedArray;

		Map<String, Float> named;

		Map<String, Object> namedUntyped;

		Map<String, double[]> namedArrays;

		Map<Byte, String> byByte;

		Map<Integer, String> byNumber;

		Map<Long, String> byLarge;

		Map<Float, String> bySingle;

		Map<Double, String> byValue;

		Part part;

		List<Map<String, Part>> parts;

	}

	record Part(double value, Object untyped, float[] singles) {
	}

	static Stream<Field> types() {
		return Arrays.stream(Types.class.getDeclaredFields());
	}

	/** The text around a number. */
	private static UnaryOperator<String> around(Field field) {
		String name = field.getName();
		Class<?> type = field.getType();
		if (type == Part.class) {
			return (number) -> "{\"value\":" + number + ",\"untyped\":{\"x\":" + number + "},\"singles\":[" + number
					+ "]}";
		}
		if (name.equals("parts")) {
			return (number) -> "[{\"x\":{\"value\":1,\"untyped\":[" + number + "]}}]";
		}
		if (name.equals("namedArrays")) {
			return (number) -> "{\"x\":[" + number + "]}";
		}
		if (name.startsWith("by")) {
			return (number) -> "{\"" + number + "\":\"x\"}";
		}
		if (type == Map.class) {
			return (number) -> "{\"x\":" + number + "}";
		}
		return (type.isArray() || type == List.class) ? (number) -> "[" + number + "]" : UnaryOperator.identity();
	}

	@ParameterizedTest
	@MethodSource("types")
	void aNumberIsReadAsItWasSentOrRefused(Field field) {
		Type type = field.getGenericType();
		ValueCodec codec = CODEC.value(type);
		Random random = new Random(field.getName().hashCode());
		UnaryOperator<String> around = around(field);
		Stream.concat(HARD.stream(), Stream.generate(() -> number(random)).limit(300)).forEach((number) -> {
			look(codec, around.apply(number), number);
			if (!field.getType().isArray() || !field.getType().getComponentType().isPrimitive()) {
				look(codec, around.apply("\"" + number + "\"").replace("\"\"", "\""), number);
			}
		});
	}

	private static String number(Random random) {
		StringBuilder number = new StringBuilder(random.nextBoolean() ? "-" : "");
		number.append(random.nextInt(10) < 3 ? "0" : 1 + random.nextInt(9));
		if (number.charAt(number.length() - 1) != '0') {
			random.ints(random.nextInt(22), 0, 10).forEach(number::append);
		}
		if (random.nextInt(3) == 0) {
			number.append('.');
			random.ints(1 + random.nextInt(5), 0, 10).forEach(number::append);
		}
		if (random.nextInt(3) == 0) {
			number.append('e').append(random.nextBoolean() ? "-" : "");
			number.append(Long.toString(random.nextLong() >>> (1 + random.nextInt(62))));
		}
		return number.toString();
	}

	private static void look(ValueCodec codec, String json, String number) {
		Object value;
		try {
			value = codec.decode(json.getBytes(StandardCharsets.UTF_8));
		}
		catch (CodecException ex) {
			assertThat(ex).hasMessageNotContaining("java.").hasMessageNotContaining("jackson");
			return;
		}
		numbers(value).forEach((each) -> assertThat(isSame(each, number)).as(json + " is read as " + each).isTrue());
	}

	/** The numbers within a value. */
	private static Stream<Object> numbers(@Nullable Object value) {
		return switch (value) {
			case null -> Stream.empty();
			case Part part -> Stream.of(part.untyped(), part.singles()).flatMap(NumbersAsSentTest::numbers);
			case OptionalInt known -> known.stream().mapToObj((each) -> each);
			case OptionalLong known -> known.stream().mapToObj((each) -> each);
			case OptionalDouble known -> known.stream().mapToObj((each) -> each);
			case Optional<?> known -> known.stream().flatMap(NumbersAsSentTest::numbers);
			case AtomicReference<?> known -> numbers(known.get());
			case Year known -> Stream.of(known.getValue());
			case Collection<?> known -> known.stream().flatMap(NumbersAsSentTest::numbers);
			case Map<?, ?> known ->
				Stream.concat(known.keySet().stream(), known.values().stream()).flatMap(NumbersAsSentTest::numbers);
			case JsonNode node -> node.isContainer() ? node.valueStream().flatMap(NumbersAsSentTest::numbers)
					: node.isNumber() ? Stream.of(node.numberValue()) : Stream.empty();
			case Number known -> Stream.of(known);
			default -> !value.getClass().isArray() ? Stream.empty()
					: Stream.iterate(0, (i) -> i + 1)
						.limit(Array.getLength(value))
						.flatMap((i) -> numbers(Array.get(value, i)));
		};
	}

	private static boolean isSame(Object read, String sent) {
		return switch (read) {
			case Double known -> !known.isInfinite() && known == Double.parseDouble(sent);
			case Float known -> !known.isInfinite() && Math.abs(known - Float.parseFloat(sent)) <= Math.ulp(known);
			default -> isSame(new BigDecimal(read.toString()), sent);
		};
	}

	private static boolean isSame(BigDecimal read, String sent) {
		if (read.signum() == 0) {
			return Double.parseDouble(sent) == 0;
		}
		// BigDecimal compares powers of ten without writing them out.
		return read.compareTo(new BigDecimal(sent)) == 0;
	}

	/** Each takes as long as it is long, which a decimal number of it would not. */
	@ParameterizedTest
	@ValueSource(classes = { Instant.class, OffsetDateTime.class, ZonedDateTime.class, Duration.class })
	void aTimeIsNoNumberOfAMillionDigits(Class<?> type) {
		ValueCodec codec = CODEC.value(type);
		for (String start : List.of("", "0.", "-1.", "PT0.")) {
			String json = "\"" + start + "9".repeat(1_000_000) + "\"";
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> codec.decode(json.getBytes(StandardCharsets.UTF_8)))
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300));
		}
	}

	@Test
	void infinityThatIsSentAsSuchIsRead() {
		assertThat(CODEC.value(double[].class).decode(utf8("[\"Infinity\",\"-Infinity\",\"NaN\"]")))
			.isEqualTo(new double[] { Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN });
		assertThat(CODEC.value(OptionalDouble.class).decode(utf8("\"Infinity\"")))
			.isEqualTo(OptionalDouble.of(Double.POSITIVE_INFINITY));
		assertThat(CODEC.value(Double.class).decode(utf8("\"-Infinity\""))).isEqualTo(Double.NEGATIVE_INFINITY);
	}

	@Test
	void theTextSaysWhereItIs() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> CODEC.value(Part.class).decode(utf8("{\"untyped\": {\"x\": [1, 1e400]}}")))
			.withMessageContaining("the number is out of range");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> CODEC.value(OptionalDouble.class).decode(utf8("1e400")))
			.withMessage("the value must be an OptionalDouble: the number is out of range");
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
