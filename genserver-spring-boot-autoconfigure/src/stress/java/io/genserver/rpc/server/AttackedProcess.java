package io.genserver.rpc.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.testsupport.HangGuard;

/**
 * An {@link AttackedApplication} that runs, seen from outside.
 */
final class AttackedProcess implements AutoCloseable {

	private static final String ENDED = "ended";

	private final Process process;

	private final Writer commands;

	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	private final AtomicLong logged = new AtomicLong();

	private final Deque<String> lastLines = new ArrayDeque<>();

	private final int port;

	/**
	 * Start one.
	 * @param heap the longest its heap may become, as of {@code -Xmx}
	 * @param properties of the application
	 */
	AttackedProcess(String heap, List<String> properties) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap, "-XX:+UseSerialGC",
				"-XX:+ExitOnOutOfMemoryError", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
				System.getProperty("java.class.path"), AttackedApplication.class.getName()));
		command.addAll(properties);
		this.process = new ProcessBuilder(command).redirectErrorStream(true).start();
		this.commands = this.process.outputWriter(StandardCharsets.UTF_8);
		BufferedReader output = this.process.inputReader(StandardCharsets.UTF_8);
		Thread.ofPlatform().daemon().name("output of the attacked").start(() -> read(output));
		this.port = Integer.parseInt(answer().substring("port ".length()));
	}

	private void read(BufferedReader output) {
		try {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				if (line.startsWith(AttackedApplication.ANSWER)) {
					this.answers.add(line.substring(AttackedApplication.ANSWER.length()));
				}
				else if (!line.isEmpty()) {
					this.logged.addAndGet(line.length() + 1L);
					keep(line);
				}
			}
		}
		catch (IOException ex) {
			// It was ended.
		}
		this.answers.add(ENDED);
	}

	private void keep(String line) {
		synchronized (this.lastLines) {
			this.lastLines.add(line.substring(0, Math.min(300, line.length())));
			if (this.lastLines.size() > 30) {
				this.lastLines.remove();
			}
		}
	}

	/** What it logged last. */
	List<String> lastLines() {
		synchronized (this.lastLines) {
			return List.copyOf(this.lastLines);
		}
	}

	/** How it is, for a failure. */
	String describe() {
		return "alive: " + this.process.isAlive() + ", last lines: " + String.join("\n", lastLines());
	}

	private String ask(String command) {
		try {
			this.commands.write(command + "\n");
			this.commands.flush();
			return answer();
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The application has ended: " + lastLines(), ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private String answer() throws InterruptedException {
		String answer = this.answers.poll(HangGuard.SECONDS, TimeUnit.SECONDS);
		if (answer == null || answer.equals(ENDED)) {
			throw new IllegalStateException("The application has ended or does not answer: " + lastLines());
		}
		return answer;
	}

	int port() {
		return this.port;
	}

	/** Weigh what lives, after all garbage was collected. */
	Weight weigh() {
		String[] numbers = ask("weigh").split(" ");
		return new Weight(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), resident());
	}

	private long resident() {
		try {
			return Files.readAllLines(Path.of("/proc/" + this.process.pid() + "/status"))
				.stream()
				.filter((line) -> line.startsWith("VmRSS:"))
				.mapToLong((line) -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
				.sum();
		}
		catch (IOException ex) {
			return 0;
		}
	}

	State state() {
		String[] numbers = ask("state").split(" ");
		return new State(Integer.parseInt(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]),
				Long.parseLong(numbers[3]), Long.parseLong(numbers[4]));
	}

	/** How many connections were closed with which code. */
	String codes() {
		return ask("codes");
	}

	/** The classes whose instances take the most. */
	String histogram() {
		return ask("histogram");
	}

	/** Characters it has logged. */
	long logged() {
		return this.logged.get();
	}

	@Override
	public void close() throws IOException, InterruptedException {
		this.commands.close();
		if (!this.process.waitFor(HangGuard.SECONDS, TimeUnit.SECONDS)) {
			this.process.destroyForcibly();
		}
	}

	/**
	 * What it takes.
	 *
	 * @param heap bytes of the objects that live
	 * @param direct bytes of direct memory
	 * @param resident bytes of the whole process, 0 where they are not known
	 */
	record Weight(long heap, long direct, long resident) {

		@Override
		public String toString() {
			return "%.1f/%.0f/%.0f MB".formatted(this.heap / 1e6, this.direct / 1e6, this.resident / 1e6);
		}

	}

	/**
	 * What its endpoint holds.
	 *
	 * @param connections how many there are
	 * @param unhandled bytes received
	 * @param unsent bytes to be sent
	 * @param calls in flight
	 * @param buffers of Netty that are not released, of the whole application
	 */
	record State(int connections, long unhandled, long unsent, long calls, long buffers) {

		/** What a call or stream in flight is counted for. */
		private static final int IN_FLIGHT = 2560;

		/** What is counted of all of it. */
		long held() {
			return this.unhandled + this.unsent + this.calls * IN_FLIGHT;
		}

		boolean isQuiet(int connections) {
			return this.connections == connections && this.unhandled == 0 && this.unsent == 0 && this.calls == 0;
		}

	}

}
