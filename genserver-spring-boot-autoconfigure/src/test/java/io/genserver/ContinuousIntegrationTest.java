package io.genserver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code .ci/run} with programs that only say how they were called: it runs the README's
 * test command and all other parts, and ends with the first that fails.
 */
class ContinuousIntegrationTest {

	private static final Path RUN = Path.of("../.ci/run");

	@TempDir
	private Path programs;

	@Test
	void theReadmesTestCommandAndAllOtherPartsAreRun() throws Exception {
		assertThat(Files.readString(Path.of("../README.md"))).contains("\nmvn verify ");
		Outcome outcome = run("exit 0");
		assertThat(outcome.status()).as(outcome.output()).isZero();
		// On machines with several JDKs there are more calls, one for each.
		List<String> calls = outcome.output()
			.lines()
			.filter((line) -> line.startsWith("called: mvn ") && !line.contains(" surefire:test "))
			.toList();
		assertThat(calls).hasSize(4);
		assertThat(calls.get(0)).endsWith(" verify").doesNotContain(" -P", "skip", " --projects", "-Dtest=");
		assertThat(calls.get(1)).endsWith(" --file docs/examples/pom.xml verify");
		assertThat(calls.get(2)).contains(" -Paot", " verify ", " --projects demo-app");
		assertThat(calls.get(3)).contains(" -Pstress verify ");
		assertThat(outcome.output()).contains("Seconds per part:").containsPattern("\\d+  mvn verify\n");
	}

	@Test
	void thePartThatFailsEndsTheRun() throws Exception {
		Outcome outcome = run("exit 7");
		assertThat(outcome.status()).isEqualTo(7);
		assertThat(outcome.output()).contains("=== mvn verify: failed after ").doesNotContain("=== stress");
	}

	/** Run it with a Maven that does as told, except where it is asked for its JDK. */
	private Outcome run(String maven) throws IOException, InterruptedException {
		Assumptions.assumeTrue(Files.isExecutable(RUN) && Files.isExecutable(Path.of("/usr/bin/timeout")),
				"There are no scripts, or no coreutils, on this machine");
		String home = System.getProperty("java.home");
		program("mvn", "case \"$*\" in *exec.executable*) echo ' java.home = " + home + "'; exit 0 ;; esac\n"
				+ "echo \"called: mvn $*\"\n" + maven);
		for (String other : List.of("npm", "chromedriver", "native-image")) {
			program(other, "exit 0");
		}
		ProcessBuilder builder = new ProcessBuilder(RUN.toAbsolutePath().toString()).redirectErrorStream(true);
		builder.environment().put("PATH", this.programs + ":/usr/bin:/bin");
		builder.environment().remove("CI_TIMES");
		builder.environment().remove("CI_DEADLINE");
		Process process = builder.start();
		process.getOutputStream().close();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		return new Outcome(process.waitFor(), output);
	}

	private void program(String name, String script) throws IOException {
		Path file = Files.writeString(this.programs.resolve(name), "#!/bin/sh\n" + script + "\n");
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
	}

	/**
	 * What came of it.
	 *
	 * @param status its exit status
	 * @param output what it printed
	 */
	private record Outcome(int status, String output) {

	}

}
