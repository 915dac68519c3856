package io.genserver.rpc.codec;

import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.Year;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TimeZone;
import java.util.concurrent.atomic.AtomicReference;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.genserver.rpc.codec.RpcCodec.Parameter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonParser;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** No value changes on its way without a word, in JSON and in CBOR. */
class JsonValuesTest {

	private static final CBORMapper CBOR = CBORMapper.builder().build();

	private static final JsonMapper JSON = JsonMapper.builder().build();

	static List<RpcCodec> codecs() {
		return List.of(new JsonCodec(JSON), new CborCodec(CBOR));
	}

	/** What was written, as JSON. */
	private static String json(RpcCodec codec, byte[] bytes) {
		return codec.name().equals("json") ? new String(bytes, StandardCharsets.UTF_8)
				: CBOR.readTree(bytes).toString();
	}

	/** Any JSON in the encoding. */
	private static byte[] bytes(RpcCodec codec, String json) {
		return codec.name().equals("json") ? json.getBytes(StandardCharsets.UTF_8)
				: CBOR.writeValueAsBytes(JSON.readTree(json));
	}

	private static Type type(TypeReference<?> type) {
		return type.getType();
	}

	static List<Object[]> declaredAndWritten() {
		Circle circle = new Circle(2);
		String fields = "{\"radius\":2}";
		List<Object[]> table = new ArrayList<>();
		for (RpcCodec codec : codecs()) {
			for (Object[] row : new Object[][] { { Shape.class, circle, fields },
					{ Figure.class, new Dot("a", 1), "{\"name\":\"a\",\"x\":1}" },
					{ Base.class, new Derived("a", 7), "{\"more\":7,\"name\":\"a\"}" },
					{ Object.class, circle, fields }, { Shape[].class, new Shape[] { circle }, "[" + fields + "]" },
					{ type(new TypeReference<List<Shape>>() {
					}), List.of(circle), "[" + fields + "]" }, { type(new TypeReference<Iterable<Shape>>() {
					}), List.of(circle), "[" + fields + "]" }, { type(new TypeReference<Map<String, Shape>>() {
					}), Map.of("a", circle), "{\"a\":" + fields + "}" },
					{ type(new TypeReference<Map<String, List<Shape>>>() {
					}), Map.of("a", List.of(circle)), "{\"a\":[" + fields + "]}" },
					{ type(new TypeReference<Optional<Shape>>() {
					}), Optional.of(circle), fields }, { type(new TypeReference<AtomicReference<Shape>>() {
					}), new AtomicReference<>(circle), fields }, { type(new TypeReference<Page<Shape>>() {
					}), new Page<>(circle, List.of(circle), Optional.of(circle)),
							"{\"first\":" + fields + ",\"all\":[" + fields + "],\"last\":" + fields + "}" },
					{ type(new TypeReference<Result<Shape>>() {
					}), new Ok<>(circle), "{\"value\":" + fields + "}" },
					{ type(new TypeReference<List<Result<List<Shape>>>>() {
					}), List.of(new Ok<>(List.of(circle))), "[{\"value\":[" + fields + "]}]" },
					{ type(new TypeReference<Result<Animal>>() {
					}), new Ok<>(new Cat("a")), "{\"value\":{\"@type\":\"JsonValuesTest$Cat\",\"name\":\"a\"}}" },
					{ Animal.class, new Cat("a"), "{\"@type\":\"JsonValuesTest$Cat\",\"name\":\"a\"}" },
					{ type(new TypeReference<List<Animal>>() {
					}), List.of(new Cat("a")), "[{\"@type\":\"JsonValuesTest$Cat\",\"name\":\"a\"}]" },
					{ Narrow.class, new Wide(1, 2), "{\"shown\":1}" }, { Shape.class, null, "null" } }) {
				table.add(new Object[] { codec, row[0], row[1], row[2] });
			}
		}
		return table;
	}

	@ParameterizedTest
	@MethodSource("declaredAndWritten")
	void aValueKeepsTheFieldsOfItsClass(RpcCodec codec, Type type, @Nullable Object value, String json) {
		assertThat(json(codec, codec.value(type).encode(value))).isEqualTo(json);
		ArgumentsCodec single = codec.arguments(List.of(new Parameter("it", type)), false);
		assertThat(json(codec, single.encode(null, new Object[] { value }))).isEqualTo(json);
		ArgumentsCodec two = codec.arguments(List.of(new Parameter("it", type), new Parameter("n", int.class)), false);
		assertThat(json(codec, two.encode(null, new Object[] { value, 1 }))).isEqualTo("[" + json + ",1]");
	}

	@Test
	void staticTypingIsRespected() {
		JsonCodec codec = new JsonCodec(JsonMapper.builder().enable(MapperFeature.USE_STATIC_TYPING).build());
		assertThat(json(codec, codec.value(Base.class).encode(new Derived("a", 7)))).isEqualTo("{\"name\":\"a\"}");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whatCouldNotBeReadBackIsRefusedAtOnce(RpcCodec codec) {
		for (Type type : List.of(Shape.class, Shape[].class, type(new TypeReference<List<Shape>>() {
		}), type(new TypeReference<Map<String, Shape>>() {
		}), type(new TypeReference<Optional<Shape>>() {
		}), type(new TypeReference<Page<Shape>>() {
		}), Holder.class, Drawing.class)) {
			assertThatIllegalArgumentException().as(type.getTypeName())
				.isThrownBy(() -> codec.requireReadable(type))
				.withMessageContaining("Shape is an interface")
				.withMessageContaining("@JsonTypeInfo");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> codec.requireReadable(Figure.class))
			.withMessageContaining("Figure is an abstract class")
			.withMessageContaining("@JsonTypeInfo");
		assertThatIllegalArgumentException().isThrownBy(() -> codec.requireReadable(Drawing.class))
			.withMessageStartingWith("at $.layers[*].shapes.*: Shape is an interface");
		assertThatIllegalArgumentException().isThrownBy(() -> codec.requireReadable(Picture.class))
			.withMessageStartingWith("at $.outline: Shape is an interface");
		assertThatIllegalArgumentException().isThrownBy(() -> codec.requireReadable(Locked.class))
			.withMessageContaining("@JsonCreator");
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void whatCanBeReadBackIsNotRefused(RpcCodec codec) {
		for (Type type : List.of(Object.class, String.class, CharSequence.class, Comparable.class, Number.class,
				JsonNode.class, Map.class, List.class, Iterable.class, Animal.class, Base.class, Tree.class, Unit.class,
				Framed.class, int[].class, type(new TypeReference<List<Animal>>() {
				}), type(new TypeReference<Map<Unit, Optional<Page<Animal>>>>() {
				}))) {
			assertThatCode(() -> codec.requireReadable(type)).as(type.getTypeName()).doesNotThrowAnyException();
		}
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aTimeKeepsItsOffset(RpcCodec codec) {
		OffsetDateTime offset = OffsetDateTime.parse("2026-11-29T12:00:00+05:30");
		assertThat(codec.value(OffsetDateTime.class).decode(codec.value(OffsetDateTime.class).encode(offset)))
			.isEqualTo(offset);
		ZonedDateTime zoned = ZonedDateTime.parse("2026-11-29T12:00:00-03:00");
		assertThat(codec.value(ZonedDateTime.class).decode(codec.value(ZonedDateTime.class).encode(zoned)))
			.isEqualTo(zoned);
		Type list = type(new TypeReference<List<Meeting>>() {
		});
		List<Meeting> meetings = List.of(new Meeting(offset, zoned));
		assertThat(codec.value(list).decode(codec.value(list).encode(meetings))).isEqualTo(meetings);
		ArgumentsCodec arguments = codec.arguments(
				List.of(new Parameter("from", OffsetDateTime.class), new Parameter("to", ZonedDateTime.class)), false);
		assertThat(arguments.decode(arguments.encode(null, new Object[] { offset, zoned }))).containsExactly(offset,
				zoned);
	}

	@Test
	void aTimeZoneThatWasConfiguredIsRespected() {
		JsonCodec codec = new JsonCodec(
				JsonMapper.builder().defaultTimeZone(TimeZone.getTimeZone("Europe/Paris")).build());
		assertThat(codec.value(OffsetDateTime.class).decode(bytes(codec, "\"2026-11-29T12:00:00Z\"")))
			.isEqualTo(OffsetDateTime.parse("2026-11-29T13:00:00+01:00"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			long                          | 1.5
			long                          | 1e-1
			int                           | 0.5
			java.lang.Long                | -1.5
			java.lang.Short               | 1.25
			byte                          | 1.5
			java.math.BigInteger          | 1.5
			java.util.OptionalInt         | 1.5
			java.util.OptionalLong        | 1.5
			java.util.concurrent.atomic.AtomicLong | 1.5
			""")
	void aFractionIsNoInteger(String name, String json) throws ClassNotFoundException {
		Class<?> type = switch (name) {
			case "long" -> long.class;
			case "int" -> int.class;
			case "byte" -> byte.class;
			default -> Class.forName(name);
		};
		for (RpcCodec codec : codecs()) {
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> codec.value(type).decode(bytes(codec, json)))
				.withMessageStartingWith("the value must be a")
				.withMessageContaining("not " + JSON.readTree(json));
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> codec.arguments(List.of(new Parameter("n", type)), false).decode(bytes(codec, json)));
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> codec.value(type.arrayType()).decode(bytes(codec, "[1, " + json + "]")))
				.withMessageContaining("$[1]");
		}
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aNumberWithoutFractionIsAnIntegerHoweverItIsWritten(RpcCodec codec) {
		assertThat(codec.value(long.class).decode(bytes(codec, "1.0"))).isEqualTo(1L);
		assertThat(codec.value(int.class).decode(bytes(codec, "-0.0"))).isEqualTo(0);
		assertThat(codec.value(long.class).decode(bytes(codec, "1e3"))).isEqualTo(1000L);
		assertThat(codec.value(BigInteger.class).decode(bytes(codec, "1e3"))).isEqualTo(BigInteger.valueOf(1000));
		assertThat(codec.value(int[].class).decode(bytes(codec, "[1.0, 2]"))).isEqualTo(new int[] { 1, 2 });
		assertThat(codec.value(Limits.class).decode(bytes(codec, "{\"small\": 1.0, \"large\": 2e2, \"part\": 1.5}")))
			.isEqualTo(new Limits(1, 200, 1.5));
		assertThat(codec.arguments(List.of(new Parameter("a", int.class), new Parameter("b", double.class)), false)
			.decode(bytes(codec, "[1.0, 1.5]"))).containsExactly(1, 1.5);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'',
			textBlock = """
					int    | 3000000000 | an int: the number is out of range, -2147483648 to 2147483647
					int    | -3000000000 | an int: the number is out of range, -2147483648 to 2147483647
					int    | 3e9 | an int: the number is out of range, -2147483648 to 2147483647
					long   | 9223372036854775808 | a long: the number is out of range, -9223372036854775808 to 9223372036854775807
					long   | 1e30 | a long: the number is out of range, -9223372036854775808 to 9223372036854775807
					byte   | 300 | a byte: the number is out of range, -128 to 127
					short  | 70000 | a short: the number is out of range, -32768 to 32767
					int    | '"3000000000"' | an int: the number is out of range, -2147483648 to 2147483647
					""")
	void aNumberOutOfRangeIsToldSo(String name, String json, String message) {
		Class<?> type = Map
			.<String, Class<?>>of("int", int.class, "long", long.class, "byte", byte.class, "short", short.class)
			.get(name);
		for (RpcCodec codec : codecs()) {
			assertThatExceptionOfType(CodecException.class).as(codec.name())
				.isThrownBy(() -> codec.arguments(List.of(new Parameter("n", type)), false).decode(bytes(codec, json)))
				.withMessage("parameter n must be " + message);
		}
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void aNumberTooLargeForADoubleIsNotInfinite(RpcCodec codec) {
		RpcCodec sender = codec.name().equals("json") ? codec : new CborCodec(CBOR);
		byte[] huge = codec.name().equals("json") ? bytes2("1e999") : CBOR.writeValueAsBytes(new BigDecimal("1e999"));
		for (Class<?> type : List.of(double.class, Double.class, float.class, Float.class)) {
			assertThatExceptionOfType(CodecException.class).isThrownBy(() -> sender.value(type).decode(huge))
				.withMessageMatching("the value must be a (d|D|f|F)(ouble|loat): the number is out of range");
		}
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> sender.value(float.class).decode(bytes(codec, "1e300")))
			.withMessageContaining("out of range");
		assertThat(sender.value(double.class).decode(sender.value(double.class).encode(Double.POSITIVE_INFINITY)))
			.isEqualTo(Double.POSITIVE_INFINITY);
		assertThat(sender.value(double.class).decode(bytes(codec, "1e300"))).isEqualTo(1e300);
		assertThat(sender.value(double.class).decode(bytes(codec, "7"))).isEqualTo(7.0);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void noOtherNumberIsMadeOfOneThatIsOutOfRange(RpcCodec codec) {
		for (String number : List.of("200", "128", "255", "-129", "256", "200.0", "2e2", "\"200\"")) {
			for (Class<?> type : List.of(byte.class, Byte.class)) {
				assertThatExceptionOfType(CodecException.class).as(number)
					.isThrownBy(() -> codec.value(type).decode(bytes(codec, number)))
					.withMessageContaining("out of range, -128 to 127");
			}
		}
		for (String number : List.of("127", "-128", "0", "\"-128\"", "1.0", "\"7\"")) {
			byte read = (byte) Math.round(Double.parseDouble(number.replace("\"", "")));
			assertThat(codec.value(byte.class).decode(bytes(codec, number))).as(number).isEqualTo(read);
		}
		assertThat(codec.value(Duration.class).decode(bytes(codec, "1.5"))).isEqualTo(Duration.ofMillis(1500));
		assertThat(codec.value(Instant.class).decode(bytes(codec, "0.0"))).isEqualTo(Instant.EPOCH);
	}

	@ParameterizedTest
	@ValueSource(classes = { Duration.class, Instant.class, OffsetDateTime.class, ZonedDateTime.class })
	void noTimeIsMadeOfANumberThatIsTooLarge(Class<?> type) {
		RpcCodec cbor = new CborCodec(CBOR);
		for (String huge : List.of("1e400", "-1e400")) {
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> new JsonCodec(JsonMapper.shared()).value(type).decode(bytes2(huge)))
				.withMessageContaining("the number is out of range");
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> cbor.value(type).decode(CBOR.writeValueAsBytes(new BigDecimal(huge))))
				.withMessageContaining("the number is out of range");
		}
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void theOneThatIsOutOfRangeIsToldByItsPath(RpcCodec codec) {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> codec.value(type(new TypeReference<List<Limits>>() {
			})).decode(bytes(codec, "[{\"small\": 1, \"large\": 1, \"part\": 1}, {\"small\": 5000000000}]")))
			.withMessage("the value must be a List<Limits>: wrong at $[1].small, where an int is expected:"
					+ " the number is out of range, -2147483648 to 2147483647");
	}

	/** Each once failed with something that no codec may throw. */
	@ParameterizedTest
	@MethodSource("codecs")
	void whateverANumberDoesToATypeIsItsSendersFault(RpcCodec codec) {
		for (Class<?> type : List.of(Instant.class, Duration.class, Year.class, OffsetDateTime.class,
				java.util.Date.class, Unit.class, Thrower.class, Picky.class, Careless.class)) {
			for (String json : List.of("1e300", "-1e300", "9223372036854775807", "99999999999999999999999999",
					"[1,99999999999,3]", "1.5e17", "-1", "\"x\"", "{}", "[]", "true")) {
				try {
					codec.value(type).decode(bytes(codec, json));
				}
				catch (CodecException ex) {
					assertThat(ex).hasMessageNotContaining("java.").hasMessageNotContaining("jackson");
				}
			}
		}
	}

	@Test
	void tooMuchJsonIsToldSo() {
		JsonCodec codec = new JsonCodec(JSON);
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> codec.value(Object.class).decode(bytes(codec, "1".repeat(2000))))
			.withMessageStartingWith("too much JSON: Number value length (2000)")
			.withMessageNotContaining("Constraints");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> codec.value(Object.class).decode("[".repeat(2000).getBytes(StandardCharsets.UTF_8)))
			.withMessageStartingWith("too much JSON: Document nesting depth");
	}

	@Test
	void noMoreOfTheDataIsRepeatedThanFindsThePlace() {
		JsonCodec codec = new JsonCodec(JSON);
		String secret = "s".repeat(3000);
		for (String json : List.of("{\"small\": \"" + secret + "\"}", "{\"small\": {\"" + secret + "\": 1}}",
				"{\"" + secret + "\": }", '"' + secret + '"')) {
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> codec.value(Limits.class).decode(bytes2(json)))
				.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300));
		}
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> codec.value(type(new TypeReference<Map<String, Integer>>() {
			})).decode(bytes2("{\"" + secret + "\\n\": \"x\"}")))
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300).doesNotContain("\n"));
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(
					() -> codec.arguments(List.of(new Parameter("a", int.class), new Parameter("b", int.class)), false)
						.decode(bytes2("{\"" + secret + "\": 1}")))
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(300));
	}

	private static byte[] bytes2(String json) {
		return json.getBytes(StandardCharsets.UTF_8);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'',
			textBlock = """
					{"text": "a"}       | String | a
					{"text": 7}         | int    | 7
					{"text": [1, 2]}    | ints   | [1, 2]
					{"text": "KILO"}    | Unit   | KILO
					{"text": null}      | String | null
					{"text": {"small": 1, "large": 2, "part": 3}}   | Limits | Limits[small=1, large=2, part=3.0]
					{"small": 1, "large": 2, "part": 3}             | Limits | Limits[small=1, large=2, part=3.0]
					{"text": {}, "small": 1, "large": 2, "part": 3} | Limits | Limits[small=1, large=2, part=3.0]
					{"text": "a"}       | Worded | Worded[text=a]
					{"text": "a"}       | Map    | {text=a}
					{"text": "a"}       | Object | {text=a}
					{"text": {"@type": "JsonValuesTest$Cat", "name": "a"}} | Animal | Cat[name=a]
					{"@type": "JsonValuesTest$Cat", "name": "a"}           | Animal | Cat[name=a]
					{"text": "a"}       | OptionalOfString | Optional[a]
					{}                  | OptionalOfString | Optional.empty
					{"text": {"small": 1, "large": 2, "part": 3}} | OptionalOfLimits | Optional[Limits[small=1, large=2, part=3.0]]
					{"small": 1, "large": 2, "part": 3} | OptionalOfLimits | Optional[Limits[small=1, large=2, part=3.0]]
					""")
	void theOnlyParameterMayBeNamed(String json, String name, String expected) {
		Type type = switch (name) {
			case "String" -> String.class;
			case "int" -> int.class;
			case "ints" -> type(new TypeReference<List<Integer>>() {
			});
			case "Unit" -> Unit.class;
			case "Limits" -> Limits.class;
			case "Worded" -> Worded.class;
			case "Map" -> Map.class;
			case "Animal" -> Animal.class;
			case "OptionalOfString" -> type(new TypeReference<Optional<String>>() {
			});
			case "OptionalOfLimits" -> type(new TypeReference<Optional<Limits>>() {
			});
			default -> Object.class;
		};
		for (RpcCodec codec : codecs()) {
			@Nullable Object[] decoded = codec.arguments(List.of(new Parameter("text", type)), false).decode(bytes(codec, json));
			assertThat(decoded).hasSize(1);
			assertThat(String.valueOf(decoded[0])).isEqualTo(expected);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
			{}            | parameter text, a String, is missing
			{"txt": "a"}  | there is no parameter txt; 1 argument is expected (String text)
			{"text": {}}  | parameter text must be a String, not an object
			""")
	void aWrongNameOfTheOnlyParameterIsTold(String json, String message) {
		for (RpcCodec codec : codecs()) {
			assertThatExceptionOfType(CodecException.class)
				.isThrownBy(() -> codec.arguments(List.of(new Parameter("text", String.class)), false)
					.decode(bytes(codec, json)))
				.withMessage(message);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "[1]", "{\"n\": 1}", "[1, null]", "[1, null, null, null]", "{\"n\": 1, \"d\": null}" })
	void whatIsOptionalMayBeMissing(String json) {
		List<Parameter> parameters = List.of(new Parameter("n", int.class),
				new Parameter("a", type(new TypeReference<Optional<String>>() {
				})), new Parameter("b", OptionalInt.class), new Parameter("d", String.class, true));
		for (RpcCodec codec : codecs()) {
			assertThat(codec.arguments(parameters, false).decode(bytes(codec, json))).containsExactly(1,
					Optional.empty(), OptionalInt.empty(), null);
		}
	}

	@Test
	void afterAKeyWhatIsOptionalMayBeMissingToo() {
		JsonCodec codec = new JsonCodec(JSON);
		assertThat(codec.arguments(List.of(new Parameter("d", String.class, true)), true).decode(bytes2("[\"k\"]")))
			.containsExactly((Object) null);
	}

	@ParameterizedTest
	@MethodSource("codecs")
	void noBytesMeanThatEverythingOptionalIsMissing(RpcCodec codec) {
		byte[] none = {};
		assertThat(codec.arguments(List.of(), false).decode(none)).isEmpty();
		assertThat(codec.arguments(List.of(new Parameter("a", OptionalInt.class)), false).decode(none))
			.containsExactly(OptionalInt.empty());
		assertThat(codec
			.arguments(List.of(new Parameter("a", OptionalInt.class), new Parameter("b", String.class, true)), false)
			.decode(none)).containsExactly(OptionalInt.empty(), null);
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> codec.arguments(List.of(new Parameter("a", int.class)), false).decode(none))
			.withMessage("parameter a, an int, is missing");
	}

	/**
	 * Fewer than four bytes are never given to Jackson as they are: compiled by some JIT
	 * compilers, it reads four.
	 */
	@Test
	void aShortTextIsFilledUpWithBlanks() {
		for (String json : List.of("7", "12", "[]", "123", "1234")) {
			assertThat(JacksonFormat.padded(bytes2(json))).hasSizeGreaterThanOrEqualTo(4)
				.startsWith(bytes2(json))
				.isEqualTo(bytes2((json + "   ").substring(0, 4)));
		}
		JsonCodec codec = new JsonCodec(JSON);
		assertThat(codec.value(int.class).decode(bytes2("7"))).isEqualTo(7);
		assertThat(codec.value(List.class).decode(bytes2("[]"))).isEqualTo(List.of());
		assertThat(codec.arguments(List.of(new Parameter("a", int.class)), false).decode(bytes2("7")))
			.containsExactly(7);
		assertThatIllegalArgumentException().isThrownBy(() -> new JacksonFormat(JSON, true, false).parser(new byte[0]));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new JacksonFormat(CBOR, false, false).parser(new byte[0]));
	}

	interface Shape {

	}

	record Circle(int radius) implements Shape {
	}

	abstract static class Figure {

		public final String name;

		Figure(String name) {
			this.name = name;
		}

	}

	static class Dot extends Figure {

		public final int x;

		Dot(String name, int x) {
			super(name);
			this.x = x;
		}

	}

	static class Base {

		public String name = "";

	}

	static class Derived extends Base {

		public int more;

		Derived(String name, int more) {
			this.name = name;
			this.more = more;
		}

	}

	record Page<T>(T first, List<T> all, Optional<T> last) {
	}

	sealed interface Result<T> {

	}

	record Ok<T>(T value) implements Result<T> {
	}

	record Failed<T>(String why) implements Result<T> {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	sealed interface Animal {

	}

	record Cat(String name) implements Animal {
	}

	record Dog(Limits limits) implements Animal {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	sealed interface Picture {

	}

	record Framed(@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME) Base within,
			@JsonTypeInfo(use = JsonTypeInfo.Id.NAME) List<Base> all) implements Picture {
	}

	record Outlined(Shape outline) implements Picture {
	}

	@JsonSerialize(typing = JsonSerialize.Typing.STATIC)
	static class Narrow {

		public int shown;

		Narrow(int shown) {
			this.shown = shown;
		}

	}

	static class Wide extends Narrow {

		public int hidden;

		Wide(int shown, int hidden) {
			super(shown);
			this.hidden = hidden;
		}

	}

	record Holder(String name, @JsonProperty("it") Shape shape) {
	}

	record Drawing(List<Layer> layers) {
	}

	record Layer(Map<String, Shape> shapes, @Nullable Drawing parent) {
	}

	record Tree(List<Tree> children) {
	}

	record Meeting(OffsetDateTime from, ZonedDateTime to) {
	}

	record Limits(int small, long large, double part) {
	}

	record Worded(String text) {
	}

	enum Unit {

		PIECE, KILO

	}

	static final class Locked {

		private Locked(int one, int two) {
		}

	}

	record Thrower(int n) {

		Thrower {
			throw new ArithmeticException("secret");
		}

	}

	@JsonDeserialize(using = CarelessDeserializer.class)
	record Careless(int n) {
	}

	static final class CarelessDeserializer extends ValueDeserializer<Careless> {

		@Override
		public Careless deserialize(JsonParser json, DeserializationContext context) {
			throw new ArithmeticException("java.secret");
		}

	}

	static final class Picky {

		public void setN(int n) {
			throw new UnsupportedOperationException("secret");
		}

	}

}
