package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients behind connections that are delayed, cut, reset, silent or slow: each call ends
 * once, what is said not to be executed was not, and nothing is executed twice but what
 * may be.
 */
@Tag("stress")
@ExtendWith(BufferLeaks.class)
class RpcChaosStressTests {

	private static final int CALLS = Integer.getInteger("genserver.rpc.chaos-calls", 6000);

	private static final int CLIENTS = 4;

	static GenServerClientBuilder builder(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder()
			.callTimeout(Duration.ofSeconds(5))
			.keepAlive(Duration.ofMillis(100), Duration.ofMillis(100))
			.connectTimeout(Duration.ofSeconds(1))
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(20));
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	@ParameterizedTest
	@EnumSource
	void S16_eachCallEndsOnceAndHonestlyWhateverBecomesOfItsConnection(WireMode mode) throws Exception {
		long seed = Long.getLong("genserver.seed", System.nanoTime());
		Random random = new Random(seed);
		Ledger.Server server = new Ledger.Server();
		try (TestServers servers = new TestServers().add("ledger", server).start();
				TestEndpoint endpoint = new TestEndpoint(servers);
				ChaosProxy proxy = new ChaosProxy(endpoint.port(), (number) -> ChaosProxy.random(random))) {
			URI uri = URI.create("ws://localhost:" + proxy.port() + "/ws");
			List<Account> accounts = new ArrayList<>();
			List<GenServerClient> clients = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				GenServerClient client = builder(mode).connectInBackground(uri);
				clients.add(client);
				accounts.add(new Account(client.server("ledger", Ledger.class), i, CLIENTS));
			}
			try {
				for (int i = 0; i < CALLS; i++) {
					accounts.get(i % CLIENTS).call();
				}
				for (Account account : accounts) {
					account.awaitAll();
				}
			}
			finally {
				clients.forEach(GenServerClient::close);
			}
			endpoint.close();
			servers.close();
			List<String> lines = accounts.stream().map((account) -> account.settle(server)).toList();
			assertThat(proxy.connections()).isGreaterThan(2 * CLIENTS);
			System.out.println("RPC chaos, " + mode + ", seed " + seed + ": " + lines + ", over " + proxy.connections()
					+ " connections");
		}
		catch (AssertionError ex) {
			throw new AssertionError("seed " + seed + ", " + mode, ex);
		}
	}

}
