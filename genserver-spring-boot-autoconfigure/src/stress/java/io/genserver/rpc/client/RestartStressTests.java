package io.genserver.rpc.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers that are killed in the middle of calls, or restarted with grace, while their
 * clients go on.
 */
@Tag("stress")
@ExtendWith(BufferLeaks.class)
class RestartStressTests {

	private static final int RESTARTS = 5;

	private static GenServerClientBuilder builder(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder()
			.callTimeout(Duration.ofSeconds(60))
			.reconnect(Duration.ofMillis(10), Duration.ofMillis(100));
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	@ParameterizedTest
	@EnumSource
	void S16_clientsRecoverByThemselvesWhenAProcessIsKilledAndStartedAgain(WireMode mode) throws Exception {
		int port = freePort();
		Process first = program(port, false);
		List<GenServerClient> clients = new ArrayList<>();
		Process second = null;
		try {
			BufferedReader output = first.inputReader();
			awaitLine(output, "serving " + port);
			for (int i = 0; i < 3; i++) {
				clients.add(builder(mode).connect(URI.create("ws://localhost:" + port + "/ws")));
			}
			Ledger remote = clients.getFirst().server("ledger", Ledger.class);
			CompletableFuture<Integer> again = remote.enterAgain(3);
			awaitLine(output, "entered 3");
			CompletableFuture<Integer> once = clients.get(1).server("ledger", Ledger.class).enter(1);
			CompletableFuture<Integer> queued = clients.get(2).server("ledger", Ledger.class).enter(2);
			first.destroyForcibly().waitFor();
			for (CompletableFuture<Integer> reply : List.of(once, queued)) {
				assertThat(failureOf(reply)).isInstanceOfSatisfying(GenServerUnavailableException.class,
						(failure) -> assertThat(failure.notExecuted()).isFalse());
			}
			second = program(port, true);
			awaitLine(second.inputReader(), "serving " + port);
			assertThat(again.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
			for (GenServerClient client : clients) {
				assertThat(client.server("ledger", Ledger.class).enter(7).get(HangGuard.SECONDS, TimeUnit.SECONDS))
					.isEqualTo(7);
			}
		}
		finally {
			clients.forEach(GenServerClient::close);
			first.destroyForcibly();
			if (second != null) {
				second.destroyForcibly();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void S16_aRestartWithGraceLosesNoCallThatWasNotExecuted(WireMode mode) throws Exception {
		int port = freePort();
		Ledger.Server server = new Ledger.Server();
		AtomicBoolean enough = new AtomicBoolean();
		try (TestServers servers = new TestServers().add("ledger", server).start()) {
			TestEndpoint endpoint = new TestEndpoint(servers, port);
			try (GenServerClient client = builder(mode).connect(endpoint.uri("/ws"))) {
				Account account = new Account(client.server("ledger", Ledger.class));
				CompletableFuture<Void> load = new CompletableFuture<>();
				Thread.ofVirtual().start(() -> {
					try {
						while (!enough.get()) {
							account.call();
						}
						account.awaitAll();
						load.complete(null);
					}
					catch (Throwable ex) {
						load.completeExceptionally(ex);
					}
				});
				for (int i = 0; i < RESTARTS; i++) {
					int before = account.ended();
					await(() -> account.ended() > before + 500, load);
					endpoint.drain(Duration.ofSeconds(10));
					endpoint.close();
					endpoint = new TestEndpoint(servers, port);
				}
				enough.set(true);
				load.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				System.out.println(
						"Graceful restarts, " + mode + ": " + account.settle(server) + ", " + RESTARTS + " restarts");
				if (mode == WireMode.EXT) {
					assertThat(account.failed()).isZero();
				}
				else {
					// Base mode has no words for a refusal before execution: the status
					// is the
					// same, and a connection that is closed tells nothing of its calls.
					assertThat(account.failures(server))
						.allMatch((failure) -> failure.contains("shutting down; not executed")
								|| failure.contains("closed by the peer with 1001: the server shuts down"));
				}
			}
			finally {
				enough.set(true);
				endpoint.close();
			}
		}
	}

	private static void await(BooleanSupplier condition, CompletableFuture<Void> load) {
		long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			assertThat(load.isDone()).isFalse();
			Thread.yield();
		}
	}

	private static Process program(int port, boolean answers) throws IOException {
		return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
				"-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
				System.getProperty("java.class.path"), EndpointProgram.class.getName(), Integer.toString(port),
				Boolean.toString(answers))
			.redirectError(ProcessBuilder.Redirect.DISCARD)
			.start();
	}

	private static void awaitLine(BufferedReader output, String expected) throws IOException {
		String line = output.readLine();
		while (!expected.equals(line)) {
			assertThat(line).as("output of the program before: " + expected).isNotNull();
			line = output.readLine();
		}
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
		try {
			future.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			return ex.getCause();
		}
		throw new AssertionError("no failure");
	}

}
