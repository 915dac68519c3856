package io.genserver.rpc.server;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.dynatrace.hash4j.hashing.Hashing;
import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Runs the tests of the client for browsers, which are in {@code src/test/js}, where Node
 * is installed; elsewhere they are skipped.
 */
@RealThreads
class NodeTest {

	private static final int OLDEST_NODE = 20;

	/** Its WebSocket has to be asked for before that. */
	private static final int NODE_WITH_WEB_SOCKET = 22;

	private static final Path TESTS = Path.of("src/test/js");

	private static final int NODE = majorVersion();

	@TempDir
	private Path folder;

	/** Before each, so that the report tells how many were skipped, and why. */
	@BeforeEach
	void requireNode() {
		assumeTrue(NODE >= OLDEST_NODE,
				() -> "Tests of the browser client are skipped: node " + OLDEST_NODE + " or newer is not installed");
	}

	private static int majorVersion() {
		try {
			Process process = new ProcessBuilder("node", "--version").redirectErrorStream(true).start();
			String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
			return version.matches("v\\d+\\..*") ? Integer.parseInt(version.substring(1, version.indexOf('.'))) : 0;
		}
		catch (IOException ex) {
			return 0;
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "base", "ext", "connection", "arguments", "streams", "recovery", "refusals", "leaving",
			"hostile", "odd", "types" })
	void theClientDoesWhatItsTestsSay(String name) throws Exception {
		run(name, Map.of());
	}

	@Test
	void methodIdsAreThoseOfJava() throws Exception {
		String golden = IntStream.range(0, 1100)
			.mapToObj((length) -> HexFormat.of().toHexDigits(Hashing.xxh3_64().hashBytesToLong(bytes(length))))
			.collect(Collectors.joining(","));
		run("ids", Map.of("GENSERVER_XXH3", golden));
	}

	private static byte[] bytes(int length) {
		byte[] bytes = new byte[length];
		for (int i = 0; i < length; i++) {
			bytes[i] = (byte) (i * 31 + 7);
		}
		return bytes;
	}

	@ParameterizedTest
	@ValueSource(strings = { "endpoint", "docs" })
	void theClientAndTheExamplesOfItsPageWorkWithARealEndpoint(String name) throws Exception {
		try (RpcApplication application = RpcApplication.start(Servers.class)) {
			run(name, Map.of("GENSERVER_URL", "ws://localhost:" + application.port() + "/ws"));
		}
	}

	private void run(String name, Map<String, String> environment) throws Exception {
		Path output = this.folder.resolve("output");
		List<String> command = new ArrayList<>(List.of("node", "--test"));
		command.add(TESTS.resolve(name + ".test.mjs").toString());
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
		builder.environment().putAll(environment);
		if (NODE < NODE_WITH_WEB_SOCKET) {
			builder.environment().put("NODE_OPTIONS", "--experimental-websocket --no-warnings");
		}
		Process process = builder.redirectInput(ProcessBuilder.Redirect.from(nothing())).start();
		try {
			assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ends in time, having said:\n" + said(output)).isTrue();
			assertThat(process.exitValue()).as(said(output)).isZero();
			assertThat(said(output)).containsPattern("# pass [1-9]")
				.contains("# fail 0", "# cancelled 0", "# skipped 0");
		}
		finally {
			process.descendants().forEach(ProcessHandle::destroyForcibly);
			process.destroyForcibly();
		}
	}

	private File nothing() throws IOException {
		return Files.writeString(this.folder.resolve("input"), "").toFile();
	}

	private static String said(Path output) throws IOException {
		return Files.readString(output);
	}

	record Point(int x, int y) {
	}

	interface Numbers {

		@Nullable Integer load(String key);

		void store(String key, int value);

		Point point(Point point);

		byte[] echo(byte[] bytes);

		int same(int number);

		@Cast
		void note(int number);

		List<Integer> noted();

		void forget();

		Flux<Integer> count(int items);

		Flux<Integer> forever();

		Flux<Integer> from(int first);

		int cancelled();

		int givenUp();

		void fails();

	}

	interface Waiting {

		@Call(timeout = "1m")
		CompletableFuture<String> untilCancelled();

	}

	interface Room {

		void enter(String name);

		List<String> who();

	}

	/** What is counted across servers. */
	static class Counts {

		final AtomicInteger cancelled = new AtomicInteger();

		final AtomicInteger givenUp = new AtomicInteger();

	}

	@Configuration(proxyBeanMethods = false)
	static class Servers {

		@Bean
		Counts counts() {
			return new Counts();
		}

		@Bean
		@GenServer
		NumbersServer numbers(Counts counts) {
			return new NumbersServer(counts);
		}

		@Bean
		@GenServer
		WaitingServer waiting(Counts counts, GenServerContext context) {
			return new WaitingServer(counts, context);
		}

		@Bean
		@GenServer(keyed = true)
		RoomServer room() {
			return new RoomServer();
		}

	}

	static class NumbersServer implements Numbers {

		private final Map<String, Integer> stored = new HashMap<>();

		private final List<Integer> notes = new ArrayList<>();

		private final Counts counts;

		NumbersServer(Counts counts) {
			this.counts = counts;
		}

		@Override
		public @Nullable Integer load(String key) {
			return this.stored.get(key);
		}

		@Override
		public void store(String key, int value) {
			this.stored.put(key, value);
		}

		@Override
		public Point point(Point point) {
			return new Point(point.y(), point.x());
		}

		@Override
		public byte[] echo(byte[] bytes) {
			return bytes;
		}

		@Override
		public int same(int number) {
			return number;
		}

		@Override
		public void note(int number) {
			this.notes.add(number);
		}

		@Override
		public List<Integer> noted() {
			return List.copyOf(this.notes);
		}

		@Override
		public void forget() {
			this.notes.clear();
		}

		@Override
		public Flux<Integer> count(int items) {
			return Flux.range(0, items);
		}

		@Override
		public Flux<Integer> forever() {
			return Flux.range(0, Integer.MAX_VALUE).doOnCancel(this.counts.cancelled::incrementAndGet);
		}

		@Override
		public Flux<Integer> from(int first) {
			return Flux.range(first, Integer.MAX_VALUE - first);
		}

		@Override
		public int cancelled() {
			return this.counts.cancelled.get();
		}

		@Override
		public int givenUp() {
			return this.counts.givenUp.get();
		}

		@Override
		public void fails() {
			throw new IllegalStateException("not today");
		}

	}

	static class WaitingServer implements Waiting {

		private final Counts counts;

		private final GenServerContext context;

		WaitingServer(Counts counts, GenServerContext context) {
			this.counts = counts;
			this.context = context;
		}

		@Override
		public CompletableFuture<String> untilCancelled() {
			RpcApplication.await(this.context::isCancelled);
			this.counts.givenUp.incrementAndGet();
			return CompletableFuture.completedFuture("too late");
		}

	}

	static class RoomServer implements Room {

		private final List<String> names = new ArrayList<>();

		@Override
		public void enter(String name) {
			this.names.add(name);
		}

		@Override
		public List<String> who() {
			return List.copyOf(this.names);
		}

	}

}
