package io.genserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/architecture.md} and {@code CONTRIBUTING.md} name exists: types, by
 * their simple names, methods written behind a type, and files.
 */
class ArchitectureDocumentTest {

	private static final Pattern CODE = Pattern.compile("(?s)`([^`]+)`");

	/** A type, perhaps with a member; a constant has no lower case letters. */
	private static final Pattern TYPE = Pattern.compile("([A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*)(?:[.#]([a-z]\\w*))?");

	private static final Pattern DECLARED = Pattern
		.compile("\\b(?:class|interface|record|enum)\\s+([A-Z][A-Za-z0-9]*)\\b");

	private static final Pattern FILE = Pattern.compile("[\\w./-]+\\.(?:js|json|md)");

	private static final Map<String, String> SOURCES = new HashMap<>();

	private static final Set<String> TYPES = new HashSet<>();

	private static final Set<String> FILES = new HashSet<>();

	static {
		for (Path folder : List.of(Path.of("src"), Path.of("../docs"))) {
			walk(folder);
		}
		SOURCES.values()
			.forEach((source) -> DECLARED.matcher(source).results().forEach((each) -> TYPES.add(each.group(1))));
	}

	@Test
	void whatTheDocumentsNameExists() throws IOException {
		for (Path document : List.of(Path.of("../docs/architecture.md"), Path.of("../CONTRIBUTING.md"))) {
			List<String> named = CODE.matcher(Files.readString(document).replaceAll("(?s)```.*?```", ""))
				.results()
				.map((each) -> each.group(1))
				.toList();
			assertThat(named.stream().filter((each) -> TYPE.matcher(each).matches())).as("types in " + document)
				.hasSizeGreaterThan(4);
			assertThat(missing(named)).as("named in " + document + ", and not there").isEmpty();
		}
	}

	@Test
	void aNameThatIsGoneIsFound() {
		List<String> wrong = List.of("NoSuchServerCell", "Server.noSuchMethod", "no-such-file.json",
				"docs/no-such-file.md");
		assertThat(missing(wrong)).isEqualTo(wrong);
		assertThat(missing(List.of("Server.call", "GenServer", "OVERFLOW", "mvn verify", "docs/protocol.md")))
			.isEmpty();
	}

	private static List<String> missing(List<String> named) {
		List<String> missing = new ArrayList<>();
		for (String each : named) {
			Matcher type = TYPE.matcher(each);
			if (type.matches() ? !exists(type.toMatchResult())
					: FILE.matcher(each).matches() && FILES.stream().noneMatch((file) -> file.endsWith("/" + each))) {
				missing.add(each);
			}
		}
		return missing;
	}

	private static boolean exists(MatchResult type) {
		String method = type.group(2);
		if (method == null) {
			return TYPES.contains(type.group(1));
		}
		String source = SOURCES.get(type.group(1));
		return source != null && Pattern.compile("\\b" + method + "\\(").matcher(source).find();
	}

	private static void walk(Path folder) {
		try (Stream<Path> files = Files.walk(folder)) {
			for (Path file : files.filter(Files::isRegularFile).toList()) {
				FILES.add("/" + file.normalize().toString().replace('\\', '/'));
				String name = file.getFileName().toString();
				if (name.endsWith(".java")) {
					// Two types of one name are one here.
					SOURCES.merge(name.substring(0, name.length() - ".java".length()), Files.readString(file),
							String::concat);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
