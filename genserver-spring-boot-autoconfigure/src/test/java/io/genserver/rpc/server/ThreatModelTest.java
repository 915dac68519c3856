package io.genserver.rpc.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What docs/security.md says bounds an attack is shown by tests that exist. */
class ThreatModelTest {

	private static final Path ROOT = Path.of("").toAbsolutePath().endsWith("genserver-spring-boot-autoconfigure")
			? Path.of("..") : Path.of("");

	private static final Pattern NAME = Pattern.compile("`([^`]+)`");

	@Test
	void eachTestThatItsTableNamesIsThere() throws IOException {
		Map<String, Path> sources;
		try (Stream<Path> files = Files.walk(ROOT.resolve("genserver-spring-boot-autoconfigure/src/test/java"))) {
			sources = files.filter((file) -> file.toString().endsWith(".java"))
				.collect(Collectors.toMap((file) -> file.getFileName().toString().replace(".java", ""), (file) -> file,
						(one, other) -> one));
		}
		List<String> missing = new ArrayList<>();
		int named = 0;
		for (String row : rows()) {
			String inClass = "";
			String[] cells = row.split(" \\| ?");
			for (String name : NAME.matcher(cells[cells.length - 1])
				.results()
				.map((each) -> each.group(1).replace("…", ""))
				.toList()) {
				inClass = Character.isUpperCase(name.charAt(0)) ? name.replaceAll("\\..*", "") : inClass;
				String method = Character.isUpperCase(name.charAt(0)) ? name.replaceAll("^\\w+\\.?", "") : name;
				Path source = sources.get(inClass);
				if (source == null || !Files.readString(source).contains("void " + method)) {
					missing.add(inClass + "." + method);
				}
				named++;
			}
		}
		assertThat(missing).isEmpty();
		assertThat(named).isGreaterThan(30);
	}

	private static List<String> rows() throws IOException {
		return Files.readAllLines(ROOT.resolve("docs/security.md"))
			.stream()
			.dropWhile((line) -> !line.startsWith("| who sends what"))
			.skip(2)
			.takeWhile((line) -> line.startsWith("|"))
			.map((line) -> line.substring(0, line.length() - 1).strip())
			.toList();
	}

}
