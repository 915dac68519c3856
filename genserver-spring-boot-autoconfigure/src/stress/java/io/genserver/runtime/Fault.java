package io.genserver.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.tools.ToolProvider;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A mistake that could be made in the engine, and the test that must notice.
 *
 * @param file where it is described
 * @param type the class with the mistake
 * @param test the test, as {@code class#method}
 * @param right the source text as it is, to be found exactly once
 * @param wrong what stands there instead
 */
record Fault(String file, String type, String test, String right, String wrong) {

	static Fault read(Path path) throws IOException {
		String name = path.getFileName().toString();
		String text = Files.readString(path);
		int find = text.indexOf("\nfind:\n");
		int replace = text.indexOf("\nreplace:\n");
		assertThat(find).as("%s has a line 'find:'", name).isPositive();
		assertThat(replace).as("%s has a line 'replace:' after it", name).isGreaterThan(find);
		String head = text.substring(0, find);
		assertThat(value(head, "breaks", name)).as("%s says what it breaks", name).isNotBlank();
		int wrong = replace + "\nreplace:\n".length();
		return new Fault(name, value(head, "class", name), value(head, "test", name),
				text.substring(find + "\nfind:\n".length(), replace),
				// The last line may be that of 'replace:': the text is left out then.
				text.substring(wrong, Math.max(wrong, text.length() - 1)));
	}

	private static String value(String head, String key, String name) {
		List<String> values = head.lines()
			.filter((line) -> line.startsWith(key + ": "))
			.map((line) -> line.substring(key.length() + 2).strip())
			.toList();
		assertThat(values).as("%s has one line '%s: …'", name, key).hasSize(1);
		return values.get(0);
	}

	/**
	 * Compile the class with the mistake.
	 * @param module folder of the module
	 * @param to folder for the classes
	 * @param classPath what the class needs
	 */
	void compile(Path module, Path to, String classPath) throws IOException {
		Path relative = Path.of(this.type.replace('.', '/') + ".java");
		String source = Files.readString(module.resolve("src/main/java").resolve(relative));
		int at = source.indexOf(this.right);
		assertThat(at).as("%s: its text is found in %s", this.file, this.type).isNotNegative();
		assertThat(source.indexOf(this.right, at + 1)).as("%s: its text is found once in %s", this.file, this.type)
			.isNegative();
		Path edited = to.resolve("source").resolve(relative);
		Files.createDirectories(edited.getParent());
		Files.writeString(edited, source.replace(this.right, this.wrong));
		int result = ToolProvider.getSystemJavaCompiler()
			.run(null, null, null, "-proc:none", "-nowarn", "-parameters", "-cp", classPath, "-d", to.toString(),
					edited.toString());
		assertThat(result).as("%s compiles", this.file).isZero();
	}

}
