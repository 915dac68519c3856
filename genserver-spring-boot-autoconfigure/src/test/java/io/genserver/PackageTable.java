package io.genserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The table under "Packages" in {@code docs/architecture.md}: for each package what it is
 * for, which other packages of this project it uses, and which libraries.
 */
final class PackageTable {

	private static final Path DOCUMENT = Path.of("../docs/architecture.md");

	private static final String ROOT = "io.genserver";

	private static final Pattern NAME = Pattern.compile("`([^`]+)`");

	private final Map<String, Row> rows;

	private PackageTable(Map<String, Row> rows) {
		this.rows = Collections.unmodifiableMap(rows);
	}

	static PackageTable read() {
		try {
			return parse(Files.readAllLines(DOCUMENT));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static PackageTable parse(List<String> document) {
		int heading = document.indexOf("## Packages");
		if (heading < 0) {
			throw new IllegalStateException("No heading '## Packages' in " + DOCUMENT);
		}
		Map<String, Row> rows = new LinkedHashMap<>();
		document.stream()
			.skip(heading + 1L)
			.takeWhile((line) -> !line.startsWith("## "))
			.filter((line) -> line.startsWith("| `"))
			.map(PackageTable::row)
			.forEach((row) -> {
				if (rows.put(row.name(), row) != null) {
					throw new IllegalStateException("Two rows for " + row.name());
				}
			});
		return new PackageTable(rows);
	}

	private static Row row(String line) {
		String[] cells = line.substring(1).split("\\|", -1);
		if (cells.length != 5) {
			throw new IllegalStateException("Not a row of four cells: " + line);
		}
		List<String> uses = names(cells[2]).stream().map(PackageTable::full).toList();
		return new Row(full(names(cells[0]).getFirst()), cells[1].strip(), uses, names(cells[3]));
	}

	private static List<String> names(String cell) {
		return NAME.matcher(cell).results().map((MatchResult match) -> match.group(1)).toList();
	}

	private static String full(String name) {
		return name.equals(ROOT) ? name : ROOT + "." + name;
	}

	/**
	 * What the table calls a package: its name within {@code io.genserver}.
	 */
	static String inTable(String name) {
		return name.equals(ROOT) ? name : name.substring(ROOT.length() + 1);
	}

	List<String> packages() {
		return new ArrayList<>(this.rows.keySet());
	}

	Row row(int index) {
		return new ArrayList<>(this.rows.values()).get(index);
	}

	List<Row> rows() {
		return List.copyOf(this.rows.values());
	}

	/**
	 * A row of the table.
	 *
	 * @param name the package
	 * @param responsibility what the package is for
	 * @param uses the other packages of this project whose classes it names
	 * @param libraries how the names of the packages of other libraries begin that it
	 * uses
	 */
	record Row(String name, String responsibility, List<String> uses, List<String> libraries) {

		@Override
		public String toString() {
			return inTable(this.name);
		}

	}

}
