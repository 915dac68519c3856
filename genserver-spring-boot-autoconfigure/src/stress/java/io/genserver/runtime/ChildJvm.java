package io.genserver.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that ran in a JVM of its own.
 *
 * @param exitCode its exit code, -1 if it had to be ended
 * @param output what it wrote
 */
record ChildJvm(int exitCode, String output) {

	private static final long HANG_GUARD_MINUTES = 15;

	static ChildJvm run(String options, String classPath, Class<?> program, String... arguments)
			throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of(options.split(" ")));
		command.addAll(List.of("-cp", classPath, program.getName()));
		command.addAll(List.of(arguments));
		Path output = Files.createTempFile("child-jvm", ".txt");
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			boolean ended = process.waitFor(HANG_GUARD_MINUTES, TimeUnit.MINUTES);
			if (!ended) {
				process.destroyForcibly().waitFor();
			}
			return new ChildJvm(ended ? process.exitValue() : -1, Files.readString(output, StandardCharsets.UTF_8));
		}
		finally {
			Files.deleteIfExists(output);
		}
	}

}
