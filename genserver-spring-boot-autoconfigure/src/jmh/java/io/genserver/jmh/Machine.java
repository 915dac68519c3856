package io.genserver.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The machine the table was measured on, and which of its processors forks may use.
 */
final class Machine {

	private Machine() {
	}

	static String describe() {
		return Runtime.getRuntime().availableProcessors() + " processors (" + processor() + "), "
				+ System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java "
				+ System.getProperty("java.runtime.version");
	}

	private static String processor() {
		try {
			return Files.readAllLines(Path.of("/proc/cpuinfo"))
				.stream()
				.filter((line) -> line.startsWith("model name"))
				.map((line) -> line.substring(line.indexOf(':') + 1).trim())
				.findFirst()
				.orElse(System.getProperty("os.arch"));
		}
		catch (IOException ex) {
			return System.getProperty("os.arch");
		}
	}

	/** The processors this process, and what it forks from now on, may use. */
	static String processors() throws IOException, InterruptedException {
		String answer = taskset("-cp", Long.toString(ProcessHandle.current().pid()));
		return answer.substring(answer.lastIndexOf(':') + 1).trim();
	}

	/** Restrict all threads of this process, and what they fork from now on. */
	static void useOnly(String processors) throws IOException, InterruptedException {
		taskset("-acp", processors, Long.toString(ProcessHandle.current().pid()));
	}

	private static String taskset(String... arguments) throws IOException, InterruptedException {
		String[] command = new String[arguments.length + 1];
		command[0] = "taskset";
		System.arraycopy(arguments, 0, command, 1, arguments.length);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes());
		if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
			throw new IOException(String.join(" ", command) + " failed: " + output);
		}
		return output;
	}

}
