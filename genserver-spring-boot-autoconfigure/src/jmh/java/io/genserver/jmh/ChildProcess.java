package io.genserver.jmh;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the benchmarks in a JVM of its own, which answers lines with lines. It
 * ends when its input does, so it does not outlive its parent.
 */
final class ChildProcess implements AutoCloseable {

	private final Process process;

	private final BufferedReader answers;

	private final PrintWriter questions;

	ChildProcess(String classPath, List<String> jvmArguments, Class<?> program, List<String> arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.add("--enable-native-access=ALL-UNNAMED");
		command.addAll(jvmArguments);
		command.addAll(List.of("-classpath", classPath, program.getName()));
		command.addAll(arguments);
		try {
			this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		}
		catch (IOException ex) {
			throw new IllegalStateException("Cannot start " + program.getName(), ex);
		}
		this.answers = new BufferedReader(new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		this.questions = new PrintWriter(this.process.getOutputStream(), true, StandardCharsets.UTF_8);
	}

	/** Wait for the line that begins with a word, and return what follows it. */
	String await(String word) {
		try {
			for (String line = this.answers.readLine(); line != null; line = this.answers.readLine()) {
				if (line.startsWith(word + " ")) {
					return line.substring(word.length() + 1);
				}
				System.out.println(line);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		throw new IllegalStateException("The program ended without saying '" + word + "'; its output says why");
	}

	/** Ask for something by a word, and return the answer. */
	String ask(String word) {
		this.questions.println(word);
		return await(word);
	}

	@Override
	public void close() {
		this.questions.close();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
