package io.genserver.protocol;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Jazzer looks for bytes that do not hold, guided by the branches they take in
 * {@code protocol}, beginning with the corpus. What it found is printed and kept in
 * {@code target/fuzz}.
 */
@Tag("stress")
class FuzzStressTests {

	private static final int SECONDS = Integer.getInteger("genserver.fuzz.seconds", 30);

	private static final Pattern EXECUTIONS = Pattern.compile("stat::number_of_executed_units:\\s+(\\d+)");

	@ParameterizedTest
	@EnumSource
	void nothingIsFound(FuzzTargets target, @TempDir Path folder) throws Exception {
		String name = target.name().toLowerCase(Locale.ROOT);
		Path found = Path.of("target", "fuzz", name);
		Files.createDirectories(found);
		Path output = folder.resolve("output.txt");
		Path grown = (System.getProperty("genserver.fuzz.corpus") != null)
				? Path.of(System.getProperty("genserver.fuzz.corpus"), name) : folder.resolve("grown");
		Files.createDirectories(grown);
		Process process = new ProcessBuilder(command(target, found, grown)).redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		boolean ended = process.waitFor(SECONDS + 120L, TimeUnit.SECONDS);
		if (!ended) {
			process.descendants().forEach(ProcessHandle::destroyForcibly);
			process.destroyForcibly().waitFor();
		}
		String said = Files.readString(output);
		assertThat(ended).as("hang guard: %s", said).isTrue();
		assertThat(process.exitValue()).as(said).isZero();
		Matcher executions = EXECUTIONS.matcher(said);
		assertThat(executions.find()).as(said).isTrue();
		// Without guidance or with a broken target there would be but a handful.
		assertThat(Long.parseLong(executions.group(1))).as(said).isGreaterThan(20L * SECONDS);
		System.out.println("Fuzzing: " + name + " held for " + executions.group(1) + " inputs in " + SECONDS + " s");
	}

	private static List<String> command(FuzzTargets target, Path found, Path grown) throws Exception {
		String name = target.name().charAt(0) + target.name().substring(1).toLowerCase(Locale.ROOT);
		// A shell in between: what a process is made by counts as memory it has used, so
		// that of this JVM would count against the limit below.
		List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\"; exit $?", "sh"));
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx768m", "-XX:+EnableDynamicAgentLoading", "--enable-native-access=ALL-UNNAMED",
				"--sun-misc-unsafe-memory-access=allow", "-Dio.netty.leakDetection.level=disabled"));
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer"));
		command.add("--target_class=io.genserver.protocol." + name + "Fuzzer");
		command.add("--instrumentation_includes=io.genserver.protocol.**");
		command.add("--custom_hook_includes=io.genserver.protocol.**");
		command.add("--reproducer_path=" + found);
		command.addAll(List.of("-max_total_time=" + SECONDS, "-seed=1", "-max_len=2048", "-rss_limit_mb=2048",
				"-timeout=30", "-print_final_stats=1", "-artifact_prefix=" + found + File.separator));
		command.add(grown.toString());
		command.add(FuzzCorpusTest.corpus(target).toString());
		return command;
	}

}
