package io.genserver.rpc.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The client connects again when the table of close codes says so. */
class CloseCodesTest {

	private static final Pattern ROW = Pattern.compile("\\| ([0-9, ]+) \\| [^|]+ \\| ([^|]+) \\|");

	static Map<Integer, String> table() throws IOException {
		String document = Files.readString(Path.of("../docs/protocol.md"));
		String section = document.substring(document.indexOf("## Close codes"), document.indexOf("## Limits"));
		Map<Integer, String> table = new TreeMap<>();
		for (Matcher row = ROW.matcher(section); row.find();) {
			for (String code : row.group(1).split(", ")) {
				table.put(Integer.valueOf(code.trim()), row.group(2));
			}
		}
		return table;
	}

	static Stream<Map.Entry<Integer, String>> rows() throws IOException {
		return table().entrySet().stream();
	}

	@ParameterizedTest
	@MethodSource("rows")
	void theTableIsKept(Map.Entry<Integer, String> row) {
		assertThat(Backoff.worthAnother(row.getKey())).isEqualTo(row.getValue().startsWith("yes"));
		assertThat(Backoff.attempts(row.getKey()) > 0).isEqualTo(row.getValue().contains("more slowly"));
	}

	@Test
	void codesThatAreNotInTheTableAreFinal() throws IOException {
		Map<Integer, String> table = table();
		assertThat(table).hasSizeGreaterThan(15);
		for (int code = 1000; code < 5000; code++) {
			assertThat(Backoff.worthAnother(code)).as("%d", code)
				.isEqualTo(table.getOrDefault(code, "no").startsWith("yes"));
		}
	}

}
