package io.genserver.rpc.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The compiler of TypeScript, where there is one: installed by {@code npm ci} in
 * {@code src/main/js}, or found on the path. Without it, tests that need it are skipped.
 */
final class TypeScriptCompiler {

	private TypeScriptCompiler() {
	}

	/** Compile all files of a folder strictly. */
	static void compile(Path folder) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(find(), "--noEmit", "--strict", "--target", "es2022", "--module",
				"esnext", "--lib", "es2022,dom", "--moduleDetection", "force"));
		try (Stream<Path> files = Files.list(folder)) {
			files.filter((each) -> each.toString().endsWith(".ts")).forEach((each) -> command.add(each.toString()));
		}
		Path output = folder.resolve("output");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		assertThat(process.waitFor(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(Files.readString(output)).isEmpty();
		assertThat(process.exitValue()).isZero();
	}

	private static String find() {
		List<Path> places = new ArrayList<>(List.of(Path.of("src/main/js/node_modules/.bin/tsc")));
		for (String each : System.getenv().getOrDefault("PATH", "").split(":")) {
			places.add(Path.of(each, "tsc"));
		}
		String found = places.stream()
			.filter(Files::isExecutable)
			.map((each) -> each.toAbsolutePath().toString())
			.findFirst()
			.orElse("");
		Assumptions.assumeFalse(found.isEmpty(),
				"There is no tsc: run 'npm ci' in src/main/js to compile what is declared for TypeScript");
		return found;
	}

}
