package io.genserver.packaged;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The demo's repackaged jar, to be run as {@code java -jar} does.
 *
 * @param path the jar
 */
record PackagedJar(Path path) {

	/** The jar that this build has made. */
	static PackagedJar ofThisBuild() {
		String jar = System.getProperty("genserver.demo.jar");
		assertThat(jar).as("the property genserver.demo.jar, which mvn verify sets").isNotNull();
		return new PackagedJar(Path.of(jar));
	}

	/**
	 * Return a copy with more classes of the application.
	 * @param to the copy
	 * @param types the classes; those nested in them come too
	 * @param files further files and their texts, by twos
	 */
	PackagedJar with(Path to, List<Class<?>> types, String... files) throws IOException {
		Files.copy(this.path, to, StandardCopyOption.REPLACE_EXISTING);
		// Nested jars stay as they are, stored: entries that nobody touches are copied.
		try (FileSystem zip = FileSystems.newFileSystem(to)) {
			Path classes = zip.getPath("BOOT-INF", "classes");
			for (Class<?> type : types) {
				add(type, classes);
				for (Class<?> nested : type.getDeclaredClasses()) {
					add(nested, classes);
				}
			}
			for (int i = 0; i < files.length; i += 2) {
				Path file = classes.resolve(files[i]);
				Files.createDirectories(file.getParent());
				Files.writeString(file, files[i + 1]);
			}
		}
		return new PackagedJar(to);
	}

	private static void add(Class<?> type, Path classes) throws IOException {
		String name = type.getName().replace('.', '/') + ".class";
		Path file = classes.resolve(name);
		Files.createDirectories(file.getParent());
		try (InputStream bytes = type.getClassLoader().getResourceAsStream(name)) {
			Files.write(file, bytes.readAllBytes());
		}
	}

	/**
	 * Run the jar with the JDK of this test, until it ends by itself.
	 * @param output file for what it prints
	 * @param arguments arguments of the application
	 * @return the lines it printed
	 */
	List<String> run(Path output, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-Xmx256m", "-jar", this.path.toString(), "--server.port=0", "--spring.main.banner-mode=off"));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(process.waitFor(3, TimeUnit.MINUTES)).as(() -> "it has ended: " + text(output)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		assertThat(process.exitValue()).as(() -> text(output)).isZero();
		return Files.readAllLines(output);
	}

	private static String text(Path output) {
		try {
			return Files.readString(output, StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			return ex.toString();
		}
	}

}
