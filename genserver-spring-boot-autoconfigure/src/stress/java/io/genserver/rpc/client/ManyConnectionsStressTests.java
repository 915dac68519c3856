package io.genserver.rpc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Thousands of connections that call at once, and what an idle one weighs.
 */
@Tag("stress")
class ManyConnectionsStressTests {

	private static final int CONNECTIONS = Integer.getInteger("genserver.rpc.connections", 2000);

	private static final int ROUNDS = 3;

	/** Both ends of a connection, with all they hold; far more than either needs. */
	private static final long HEAVIEST = 128 * 1024;

	@ParameterizedTest
	@EnumSource
	void allConnectionsCallAtOnceAndAnIdleOneIsLight(WireMode mode) throws Exception {
		Ledger.Server server = new Ledger.Server();
		List<GenServerClient> clients = new ArrayList<>();
		try (TestServers servers = new TestServers().add("ledger", server).start();
				TestEndpoint endpoint = new TestEndpoint(servers)) {
			connect(mode, endpoint, clients, 1);
			assertThat(clients.getFirst()
				.server("ledger", Ledger.class)
				.enter(-1)
				.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(-1);
			long before = heap();
			connect(mode, endpoint, clients, CONNECTIONS);
			long each = (heap() - before) / CONNECTIONS;
			List<Ledger> remotes = clients.stream().map((client) -> client.server("ledger", Ledger.class)).toList();
			long start = System.nanoTime();
			for (int round = 0; round < ROUNDS; round++) {
				List<CompletableFuture<Integer>> replies = new ArrayList<>();
				for (int i = 0; i < remotes.size(); i++) {
					replies.add(remotes.get(i).enter(round * remotes.size() + i));
				}
				for (int i = 0; i < replies.size(); i++) {
					assertThat(replies.get(i).get(HangGuard.SECONDS, TimeUnit.SECONDS))
						.isEqualTo(round * remotes.size() + i);
				}
			}
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
			assertThat(each).isLessThan(HEAVIEST);
			System.out.println(CONNECTIONS + " connections, " + mode + ": " + each
					+ " bytes of heap per idle connection, both ends together; " + ROUNDS
					+ " rounds of a call on each at once took " + millis + " ms");
		}
		finally {
			clients.forEach(GenServerClient::close);
		}
	}

	private static void connect(WireMode mode, TestEndpoint endpoint, List<GenServerClient> clients, int count)
			throws Exception {
		for (int done = 0; done < count; done += 50) {
			List<CompletableFuture<GenServerClient>> connecting = new ArrayList<>();
			for (int i = done; i < Math.min(count, done + 50); i++) {
				GenServerClientBuilder builder = GenServerClient.builder().callTimeout(Duration.ofSeconds(30));
				connecting
					.add(((mode == WireMode.BASE) ? builder.baseMode() : builder).connectAsync(endpoint.uri("/ws")));
			}
			for (CompletableFuture<GenServerClient> each : connecting) {
				clients.add(each.get(HangGuard.SECONDS, TimeUnit.SECONDS));
			}
		}
	}

	private static long heap() {
		Runtime runtime = Runtime.getRuntime();
		long least = Long.MAX_VALUE;
		for (int i = 0; i < 4; i++) {
			System.gc();
			least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
		}
		return least;
	}

}
