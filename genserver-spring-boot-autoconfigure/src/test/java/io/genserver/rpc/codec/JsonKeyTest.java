package io.genserver.rpc.codec;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JsonKeyTest {

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
			["lobby"]                  | lobby
			["lobby", {broken          | lobby
			 [ "3,4" , 5]              | 3,4
			["caf\\u00e9 \\n\\t\\"\\\\\\/"] | 'café \n\t"\\/'
			["größe"]                  | größe
			["\\ud83d\\ude00"]         | 😀
			["]"]                      | ]
			""")
	void theKeyIsTheFirstString(String json, String key) {
		assertThat(read(json)).isEqualTo(key.replace("\\n", "\n").replace("\\t", "\t").replace("\\\\", "\\"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[", "[]", "\"lobby\"", "{\"key\": 1}", "[7]", "[null]", "[\"", "[\"lobby",
			"[\"lobby\"", "[\"lobby\" 7]", "[\"lobby\\", "[\"lobby\\\"", "[\"a\nb\"]", "[[\"lobby\"]]" })
	void anythingElseIsRefusedWithWhatIsExpected(String json) {
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> read(json))
			.withMessage("a keyed operation takes a JSON array that begins with the key, a string: [\"key\", ...]");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
			[""]           | a key must not be empty
			["\\x"]        | the key holds an unknown escape, \\x
			["\\u12"]      | the key holds an incomplete escape, \\u
			["\\u12g4"]    | the key holds an incomplete escape, \\u
			""")
	void aKeyThatIsWrongIsExplained(String json, String message) {
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> read(json)).withMessage(message);
	}

	@Test
	void nothingBehindAThousandBytesIsLookedAt() {
		assertThat(read("[\"" + "k".repeat(1020) + "\"]" + " ".repeat(5000))).hasSize(1020);
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> read("[\"" + "k".repeat(2000) + "\"]"))
			.withMessage("the key must end within the first 1024 bytes");
		assertThatExceptionOfType(CodecException.class).isThrownBy(() -> read(" ".repeat(2000)))
			.withMessage("the key must end within the first 1024 bytes");
	}

	@Test
	void aKeyThatIsNotUtf8IsRefused() {
		assertThatExceptionOfType(CodecException.class)
			.isThrownBy(() -> JsonKey.read(new byte[] { '[', '"', (byte) 0xff, '"', ']' }))
			.withMessage("the key is not valid UTF-8");
	}

	private static String read(String json) {
		return JsonKey.read(json.getBytes(StandardCharsets.UTF_8));
	}

}
