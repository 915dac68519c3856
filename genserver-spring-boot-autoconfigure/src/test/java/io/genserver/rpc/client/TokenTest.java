package io.genserver.rpc.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Credentials that expire. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class TokenTest {

	private static final CloseReason EXPIRED = new CloseReason(CloseCode.UNAUTHENTICATED, "the token has expired");

	private final TestServers servers = new TestServers().add("hello", new HelloServer()).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	/** What was asked for: whether a fresh one. */
	private final List<Boolean> asked = new CopyOnWriteArrayList<>();

	private final LinkedBlockingQueue<ClientState> states = new LinkedBlockingQueue<>();

	@AfterEach
	void stop() {
		this.endpoint.close();
		this.servers.close();
	}

	private GenServerClientBuilder builder(TokenSource source) {
		return GenServerClient.builder()
			.callTimeout(Duration.ofSeconds(30))
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(20))
			.token((fresh) -> {
				this.asked.add(fresh);
				return source.token(fresh);
			});
	}

	private List<String> brought() {
		return this.endpoint.handshakes.stream().map((headers) -> headers.get("Authorization")).toList();
	}

	private void await(ClientState state) throws InterruptedException {
		ClientState next = null;
		while (next != state) {
			next = this.states.poll(HangGuard.SECONDS, TimeUnit.SECONDS);
			assertThat(next).as("hang guard, waiting for " + state).isNotNull();
		}
	}

	@Test
	void aTokenGoesWithTheHandshake() {
		try (GenServerClient client = builder((fresh) -> "good").connect(this.endpoint.uri("/guarded"))) {
			assertThat(client.call("hello.say", String.class)).isEqualTo("hello");
			assertThat(brought()).containsExactly("Bearer good");
			assertThat(this.asked).containsExactly(false);
		}
	}

	@Test
	void aTokenTheHandshakeRefusesIsReplacedOnce() {
		try (GenServerClient client = builder((fresh) -> fresh ? "new" : "stale")
			.connect(this.endpoint.uri("/guarded"))) {
			assertThat(client.call("hello.say", String.class)).isEqualTo("hello");
			assertThat(brought()).containsExactly("Bearer new");
			assertThat(this.asked).containsExactly(false, true);
		}
		this.asked.clear();
		assertThatExceptionOfType(GenServerUnavailableException.class)
			.isThrownBy(() -> builder((fresh) -> "stale").connect(this.endpoint.uri("/guarded")))
			.withMessageContaining("401")
			.withMessageContaining("token(");
		assertThat(this.asked).containsExactly(false, true);
	}

	@Test
	void aConnectionThatEndsForWantOfATokenIsMadeAgainWithAFreshOneAndOnceOnly() throws Exception {
		try (GenServerClient client = builder((fresh) -> fresh ? "new" : "old")
			.connect(this.endpoint.uri("/guarded"))) {
			client.onState((state, why) -> this.states.add(state));
			assertThat(client.call("hello.say", String.class)).isEqualTo("hello");
			this.endpoint.connection().close(EXPIRED);
			// That it was open at first may be said only now.
			await(ClientState.CONNECTING);
			await(ClientState.OPEN);
			assertThat(client.call("hello.say", String.class)).isEqualTo("hello");
			assertThat(brought()).containsExactly("Bearer old", "Bearer new");
			assertThat(this.asked).containsExactly(false, true);
			this.endpoint.connection().close(EXPIRED);
			await(ClientState.CLOSED);
			assertThat(client.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS)).contains("the token has expired");
			assertThat(brought()).hasSize(2);
		}
	}

	@Test
	void aClientWhoseTokensAreRefusedSaysSoWhileItWaitsAndAsksOnceForEachAttempt() throws Exception {
		AtomicReference<String> fresh = new AtomicReference<>("stale");
		LinkedBlockingQueue<String> reasons = new LinkedBlockingQueue<>();
		try (GenServerClient client = builder((anew) -> anew ? fresh.get() : "stale")
			.connectInBackground(this.endpoint.uri("/guarded"))) {
			client.onState((state, why) -> {
				if (state == ClientState.WAITING) {
					reasons.add(why);
				}
				this.states.add(state);
			});
			assertThat(reasons.poll(HangGuard.SECONDS, TimeUnit.SECONDS)).contains("401")
				.contains("refused the token, and a fresh one, too");
			assertThat(client.status().reason()).contains("refused the token");
			fresh.set("new");
			await(ClientState.OPEN);
			assertThat(client.status().reason()).isNull();
			assertThat(client.call("hello.say", String.class)).isEqualTo("hello");
			// Twice for each attempt: the one that is kept, then at once a fresh one.
			List<Boolean> asked = List.copyOf(this.asked);
			assertThat(asked.size() % 2).isZero();
			for (int i = 0; i < asked.size(); i++) {
				assertThat(asked.get(i)).as("question " + i).isEqualTo(i % 2 == 1);
			}
		}
	}

	@Test
	void withoutASourceOfTokensSuchAnEndIsForGood() throws Exception {
		try (GenServerClient client = GenServerClient.connect(this.endpoint.uri("/ws"))) {
			assertThat(client.call("hello.say", String.class)).isEqualTo("hello");
			this.endpoint.connection().close(EXPIRED);
			assertThat(client.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS)).contains("the token has expired");
		}
	}

	@Test
	void aSourceThatFailsIsWhyThereIsNoConnection() {
		assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> builder((fresh) -> {
			throw new IllegalStateException("the vault is locked");
		}).connect(this.endpoint.uri("/guarded"))).withMessageContaining("there is no token: the vault is locked");
	}

	interface Hello {

		String say();

	}

	static final class HelloServer implements Hello {

		@Override
		public String say() {
			return "hello";
		}

	}

}
