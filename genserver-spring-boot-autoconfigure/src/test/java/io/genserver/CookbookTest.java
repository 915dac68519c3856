package io.genserver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The code of {@code docs/cookbook.md} stands in the examples, which {@code .ci/check}
 * compiles and tests, and those are what the cookbook says of them: projects of their
 * own, and short.
 */
class CookbookTest {

	private static final Path EXAMPLES = Path.of("../docs/examples");

	private static final Pattern BLOCK = Pattern.compile("(?ms)^```(?:java|yaml)\n(.*?)^```$");

	private static final Pattern MODULE = Pattern.compile("<module>([^.<]+)</module>");

	/** Where a block leaves something out. */
	private static final String GAP = "// …";

	@Test
	void itsCodeStandsInTheExamples() throws IOException {
		List<List<String>> sources = sources();
		List<String> blocks = blocks(Files.readString(Path.of("../docs/cookbook.md")));
		assertThat(blocks).isNotEmpty();
		assertThat(blocks.stream().filter((block) -> !isIn(block, sources))).as("blocks that are in no example")
			.isEmpty();
	}

	@Test
	void eachRecipeHasCode() throws IOException {
		String[] recipes = Files.readString(Path.of("../docs/cookbook.md")).split("(?m)^## ");
		assertThat(recipes).hasSizeGreaterThan(1);
		assertThat(Stream.of(recipes).skip(1).filter((recipe) -> !BLOCK.matcher(recipe).find())).isEmpty();
	}

	@Test
	void otherCodeIsFound() {
		List<List<String>> sources = List.of(lines("class A {\n\n\tint a() {\n\t\treturn 1;\n\t}\n}\n"),
				lines("int b;\n"));
		assertThat(blocks("```java\nint a;\n```\n\n```text\nint b;\n```\n")).containsExactly("int a;\n");
		assertThat(isIn("int a() {\n    return 1;\n}\n", sources)).isTrue();
		assertThat(isIn("class A {\n    // …\n    return 1;\n", sources)).isTrue();
		for (String wrong : List.of("int a() {\n    return 2;\n", "int a() {\n}\n", "return 1;\nint a() {\n",
				"class A {\n    // …\nint b;\n", "    // …\n", "")) {
			assertThat(isIn(wrong, sources)).as(wrong).isFalse();
		}
	}

	@Test
	void examplesAreProjectsOfTheirOwnAndShort() throws IOException {
		List<String> modules = MODULE.matcher(Files.readString(EXAMPLES.resolve("pom.xml")))
			.results()
			.map((module) -> module.group(1))
			.toList();
		try (Stream<Path> folders = Files.list(EXAMPLES)) {
			List<String> folderNames = folders.filter((each) -> Files.exists(each.resolve("pom.xml")))
				.map((each) -> each.getFileName().toString())
				.toList();
			assertThat(modules).isNotEmpty().containsExactlyInAnyOrderElementsOf(folderNames);
		}
		String top = Files.readString(Path.of("../pom.xml"));
		String boot = first("<spring-boot.version>(.*?)</spring-boot.version>", top);
		String version = first("<artifactId>genserver-spring-boot</artifactId>\\s*<version>(.*?)</version>", top);
		for (String module : modules) {
			String pom = Files.readString(EXAMPLES.resolve(module).resolve("pom.xml"));
			assertThat(first("<artifactId>spring-boot-starter-parent</artifactId>\\s*<version>(.*?)</version>", pom))
				.as(module)
				.isEqualTo(boot);
			assertThat(first("<artifactId>genserver-spring-boot-starter</artifactId>\\s*<version>(.*?)</version>", pom))
				.as(module)
				.isEqualTo(version);
			long length = 0;
			for (Path file : files(EXAMPLES.resolve(module).resolve("src/main"))) {
				length += file.toString().endsWith(".java") ? Files.readAllLines(file).size() : 0;
			}
			assertThat(length).as("lines of " + module).isBetween(1L, 300L);
		}
	}

	private static String first(String pattern, String text) {
		Matcher matcher = Pattern.compile(pattern).matcher(text);
		assertThat(matcher.find()).as(pattern).isTrue();
		return matcher.group(1);
	}

	private static List<String> blocks(String document) {
		return BLOCK.matcher(document).results().map((block) -> block.group(1)).toList();
	}

	/** Whether the parts between the gaps stand in one file, in this order. */
	private static boolean isIn(String block, List<List<String>> sources) {
		List<List<String>> parts = new ArrayList<>();
		parts.add(new ArrayList<>());
		for (String line : lines(block)) {
			if (line.equals(GAP)) {
				parts.add(new ArrayList<>());
			}
			else {
				parts.getLast().add(line);
			}
		}
		parts.removeIf(List::isEmpty);
		return !parts.isEmpty() && sources.stream().anyMatch((source) -> {
			int from = 0;
			for (List<String> part : parts) {
				int found = Collections.indexOfSubList(source.subList(from, source.size()), part);
				if (found < 0) {
					return false;
				}
				from += found + part.size();
			}
			return true;
		});
	}

	private static List<String> lines(String text) {
		return text.lines().map(String::strip).filter((line) -> !line.isEmpty()).toList();
	}

	private static List<List<String>> sources() throws IOException {
		List<List<String>> sources = new ArrayList<>();
		for (Path file : files(EXAMPLES)) {
			String name = file.toString().replace('\\', '/');
			if (!name.contains("/target/") && (name.endsWith(".java") || name.endsWith(".yml"))) {
				sources.add(lines(Files.readString(file)));
			}
		}
		return sources;
	}

	private static List<Path> files(Path folder) throws IOException {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter(Files::isRegularFile).toList();
		}
	}

}
