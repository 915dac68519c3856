package io.genserver.rpc.codec;

import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.genserver.rpc.codec.RpcCodec.Parameter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JsonCodecTest {

	private static final Parameter NAME = new Parameter("name", String.class);

	private static final Parameter AGE = new Parameter("age", int.class);

	private static final Parameter POINT = new Parameter("at", Point.class);

	private static final Parameter POINTS = new Parameter("points", new TypeReference<List<Point>>() {
	}.getType());

	private static final Parameter BYTES = new Parameter("bytes", byte[].class);

	private final JsonCodec codec = new JsonCodec(JsonMapper.builder().build());

	@Test
	void oneParameterIsItsValue() {
		assertThat(encoded(arguments(NAME), "a")).isEqualTo("\"a\"");
		assertThat(encoded(arguments(NAME), (Object) null)).isEqualTo("null");
		assertThat(decoded(arguments(NAME), "\"a\"")).containsExactly("a");
		assertThat(decoded(arguments(NAME), "null")).containsExactly((Object) null);
		assertThat(decoded(arguments(POINTS), "[{\"x\":1,\"y\":2}]")).containsExactly(List.of(new Point(1, 2)));
	}

	@Test
	void severalParametersAreAnArrayOrAnObjectByNames() {
		assertThat(encoded(arguments(NAME, AGE), "a", 7)).isEqualTo("[\"a\",7]");
		assertThat(decoded(arguments(NAME, AGE), "[\"a\", 7]")).containsExactly("a", 7);
		assertThat(decoded(arguments(NAME, AGE), "{\"age\": 7, \"name\": \"a\"}")).containsExactly("a", 7);
		assertThat(decoded(arguments(NAME, BYTES), "[\"a\", \"AQI=\"]")).containsExactly("a", new byte[] { 1, 2 });
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "null", "[]", " [ ] " })
	void noParametersAreNothing(String json) {
		assertThat(decoded(arguments(), json)).isEmpty();
		assertThat(encoded(arguments())).isEmpty();
	}

	@Test
	void withAKeyArgumentsAreAlwaysAnArray() {
		ArgumentsCodec keyed = this.codec.arguments(List.of(NAME), true);
		assertThat(new String(keyed.encode("k\"", new Object[] { "a" }), StandardCharsets.UTF_8))
			.isEqualTo("[\"k\\\"\",\"a\"]");
		assertThat(decoded(keyed, "[\"k\", \"a\"]")).containsExactly("a");
		assertThat(decoded(this.codec.arguments(List.of(), true), "[\"k\"]")).isEmpty();
		assertThat(decoded(this.codec.arguments(List.of(NAME, AGE), true), "[\"k\", \"a\", 7]")).containsExactly("a",
				7);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'',
			textBlock = """
					["a"]                     | 2 arguments are expected (String name, int age), not 1: parameter age, an int, is missing
					["a", 7, 8]               | 2 arguments are expected (String name, int age), not more
					["a", "x"]                | parameter age must be an int, not "x"
					["a", null]               | parameter age must be an int, not null
					["a", 7] true             | nothing may follow the arguments
					"a"                       | 2 arguments are expected (String name, int age), as an array or by name, not a string
					''                        | 2 arguments are expected (String name, int age), as an array or by name, not nothing
					{"name": "a"}             | parameter age, an int, is missing
					{"name": "a", "old": 7}   | there is no parameter old; 2 arguments are expected (String name, int age)
					["a", 7                   | not valid JSON
					["a" 7]                   | not valid JSON
					""")
	void wrongArgumentsAreNamed(String json, String message) {
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> decoded(arguments(NAME, AGE), json))
			.satisfies((ex) -> assertThat(ex.getMessage()).startsWith(message).doesNotContain("java.", "jackson"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'',
			textBlock = """
					[1]                       | parameter at must be a Point, not an array
					{"x": 1, "y": "north"}    | parameter at must be a Point: wrong at $.y, where an int is expected, not "north"
					{"x": 1, "y": {}}         | parameter at must be a Point: wrong at $.y, where an int is expected
					{"x": -1, "y": 1}         | parameter at must be a Point: x must not be negative
					""")
	void whatIsWrongWithinAnArgumentIsToldByItsPath(String json, String message) {
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> decoded(arguments(POINT), json))
			.withMessage(message);
	}

	@Test
	void argumentsThatCannotBeEncodedAreNamed() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> encoded(arguments(new Parameter("thing", Secretive.class)), new Secretive()))
			.withMessage("parameter thing, a Secretive, cannot be written as JSON: wrong at $.value");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> encoded(arguments(NAME, AGE), "a"))
			.withMessage("2 arguments are expected (String name, int age), not 1");
	}

	@Test
	void valuesComeBackAsTheyWere() {
		Type type = new TypeReference<Map<String, List<Point>>>() {
		}.getType();
		Object value = Map.of("a", List.of(new Point(1, 2)));
		ValueCodec values = this.codec.value(type);
		assertThat(values.decode(values.encode(value))).isEqualTo(value);
		assertThat(values.decode(values.encode(null))).isNull();
	}

	@Test
	void aValueThatIsNotOfItsTypeIsRefused() {
		ValueCodec values = this.codec.value(Point.class);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> values.decode(utf8("7")))
			.withMessage("the value must be a Point, not a number");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> values.decode(utf8("")))
			.withMessage("a Point is expected, but there is nothing");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> values.decode(utf8("{")))
			.withMessageStartingWith("not valid JSON");
	}

	@Test
	void bytesAreThemselvesAndVoidIsNothing() {
		OperationCodec raw = OperationCodec.of(this.codec, List.of(BYTES), false, byte[].class);
		assertThat(raw.arguments().encode(null, new Object[] { new byte[] { 1 } })).containsExactly(1);
		assertThat(raw.arguments().decode(new byte[] { 2 })).containsExactly(new byte[] { 2 });
		assertThat(raw.reply().encode(new byte[] { 3 })).containsExactly(3);
		assertThat(raw.reply().encode(null)).isEmpty();
		ValueCodec nothing = OperationCodec.value(this.codec, void.class);
		assertThat(nothing.encode(null)).isEmpty();
		assertThat(nothing.decode(utf8("whatever"))).isNull();
	}

	@Test
	void aRawArgumentHasNoPlaceForAKey() {
		OperationCodec raw = OperationCodec.of(this.codec, List.of(BYTES), true, void.class);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> raw.arguments().key(utf8("[\"k\"]")))
			.withMessageContaining("base mode");
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> raw.arguments().encode("k", new Object[] { new byte[0] }))
			.withMessageContaining("base mode");
	}

	private ArgumentsCodec arguments(Parameter... parameters) {
		return this.codec.arguments(List.of(parameters), false);
	}

	private static String encoded(ArgumentsCodec codec, @Nullable Object... arguments) {
		return new String(codec.encode(null, arguments), StandardCharsets.UTF_8);
	}

	private static List<@Nullable Object> decoded(ArgumentsCodec codec, String json) {
		return Arrays.asList(codec.decode(utf8(json)));
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	record Point(int x, int y) {

		Point {
			if (x < 0) {
				throw new IllegalArgumentException("x must not be negative");
			}
		}

	}

	static final class Secretive {

		public String getValue() {
			throw new IllegalStateException("secret");
		}

	}

}
