package io.genserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds what the formatter leaves open: the order of imports, comments without words that
 * stand alone in a line, and the length of lines of prose in documents.
 */
class SourceStyleTest {

	private static final List<Path> FOLDERS = List.of(Path.of("src"), Path.of("../demo-app/src"));

	private static final Pattern COMMENT = Pattern.compile("\\s*// \\S.*");

	private static final Pattern ONE_WORD = Pattern.compile("\\s*// \\S+");

	@Test
	void importsAreInOrder() throws IOException {
		List<Path> wrong = new ArrayList<>();
		for (Path file : sources().toList()) {
			List<String> lines = new ArrayList<>(lines(file));
			List<String> found = imports(lines);
			List<String> ordered = ordered(found);
			if (!found.equals(ordered)) {
				if (Boolean.getBoolean("genserver.order-imports")) {
					found.clear();
					found.addAll(ordered);
					Files.write(file, lines);
				}
				wrong.add(file);
			}
		}
		assertThat(wrong)
			.as("imports: java, javax, all others, org.springframework, static; each group sorted, and "
					+ "one blank line between groups. The same test with -Dgenserver.order-imports=true orders them")
			.isEmpty();
	}

	@Test
	void noLineOfACommentIsASingleWord() {
		List<String> orphans = new ArrayList<>();
		sources().forEach((file) -> {
			List<String> lines = lines(file);
			for (int i = 1; i < lines.size(); i++) {
				if (ONE_WORD.matcher(lines.get(i)).matches() && COMMENT.matcher(lines.get(i - 1)).matches()) {
					orphans.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
				}
			}
		});
		assertThat(orphans).as("fill the lines of the comment").isEmpty();
	}

	@Test
	void proseBreaksAt120Characters() throws IOException {
		List<String> longer = new ArrayList<>();
		for (Path file : documents()) {
			boolean code = false;
			for (String line : lines(file)) {
				code ^= line.strip().startsWith("```");
				// Not within tables, code, and tokens that cannot be broken.
				if (!code && !line.startsWith("|") && line.length() > 120 && line.strip().indexOf(' ', 1) > 0) {
					longer.add(file + ": " + line);
				}
			}
		}
		assertThat(longer).isEmpty();
	}

	private static List<Path> documents() throws IOException {
		try (Stream<Path> top = Files.list(Path.of("..")); Stream<Path> docs = Files.walk(Path.of("../docs"))) {
			return Stream.concat(top, docs).filter((file) -> file.toString().endsWith(".md")).toList();
		}
	}

	@Test
	void internalTypesSayNoVersion() throws IOException {
		List<Path> wrong = new ArrayList<>();
		for (Path info : mainSources().filter((file) -> file.endsWith("package-info.java")).toList()) {
			if (Files.readString(info).startsWith("/**\n * Internal:")) {
				mainSources().filter((file) -> info.getParent().equals(file.getParent()))
					.filter((file) -> lines(file).stream().anyMatch((line) -> line.contains("* @since")))
					.forEach(wrong::add);
			}
		}
		assertThat(wrong).as("@since is for what applications use, not for packages marked as internal").isEmpty();
	}

	private static Stream<Path> mainSources() throws IOException {
		return Files.walk(Path.of("src/main/java")).filter((file) -> file.toString().endsWith(".java"));
	}

	/**
	 * Words that stand for a noun, which the reader has to find: a caller, a peer, a
	 * thread, in addition to.
	 */
	private static final Pattern VAGUE = Pattern.compile("\\b(told|beside|nobody|whoever|anew|gone|somebody)\\b",
			Pattern.CASE_INSENSITIVE);

	@Test
	void sentencesNameWhatTheySpeakOf() throws IOException {
		List<String> vague = new ArrayList<>();
		for (Path file : mainSources().toList()) {
			addVague(file, vague);
		}
		for (Path file : documents()) {
			addVague(file, vague);
		}
		assertThat(vague).as("say who or what is meant: a caller, a peer, a thread, an instance").isEmpty();
	}

	private static void addVague(Path file, List<String> vague) {
		List<String> lines = lines(file);
		for (int i = 0; i < lines.size(); i++) {
			if (VAGUE.matcher(lines.get(i).replaceAll("`[^`]*`", "")).find()) {
				vague.add(file + ":" + (i + 1) + ": " + lines.get(i).strip());
			}
		}
	}

	@Test
	void theRuleSeesAWrongOrder() {
		String java = "import java.util.List;";
		String other = "import io.genserver.Call;";
		String spring = "import org.springframework.core.Ordered;";
		String fixed = "import static java.lang.Math.max;";
		List<String> right = List.of(java, "", other, "", spring, "", fixed);
		assertThat(ordered(right)).isEqualTo(right);
		for (List<String> wrong : List.of(List.of(java, other), List.of(other, "", java), List.of(fixed, "", java),
				List.of("import java.util.Set;", java), List.of(spring, "", "import org.springframework.a.B;"),
				List.of(java, "", "", other))) {
			assertThat(ordered(wrong)).isNotEqualTo(wrong);
		}
	}

	/** From the first import to the last, blank lines included. */
	private static List<String> imports(List<String> lines) {
		int first = 0;
		while (first < lines.size() && !lines.get(first).startsWith("import ")) {
			first++;
		}
		int last = lines.size();
		while (last > first && !lines.get(last - 1).startsWith("import ")) {
			last--;
		}
		return lines.subList(first, last);
	}

	private static List<String> ordered(List<String> imports) {
		List<String> sorted = imports.stream()
			.filter((line) -> !line.isEmpty())
			.sorted(Comparator.comparing(SourceStyleTest::group)
				.thenComparing((line) -> line.substring(0, line.length() - 1)))
			.toList();
		List<String> ordered = new ArrayList<>();
		int group = -1;
		for (String line : sorted) {
			if (group >= 0 && group(line) != group) {
				ordered.add("");
			}
			group = group(line);
			ordered.add(line);
		}
		return ordered;
	}

	private static int group(String line) {
		String name = line.substring("import ".length());
		return name.startsWith("java.") ? 0 : name.startsWith("javax.") ? 1
				: name.startsWith("static ") ? 4 : name.startsWith("org.springframework.") ? 3 : 2;
	}

	private static Stream<Path> sources() {
		return FOLDERS.stream().flatMap((folder) -> {
			try (Stream<Path> files = Files.walk(folder)) {
				return files.filter((file) -> file.toString().endsWith(".java")).toList().stream();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		});
	}

	private static List<String> lines(Path file) {
		try {
			return Files.readAllLines(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
