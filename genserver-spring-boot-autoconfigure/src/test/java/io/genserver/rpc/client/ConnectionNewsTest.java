package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client logs, and tells who watches it.
 */
@ExtendWith(OutputCaptureExtension.class)
class ConnectionNewsTest {

	private final TestServers servers = new TestServers().start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final List<GenServerClient> clients = new ArrayList<>();

	@AfterEach
	void stop() {
		this.clients.forEach(GenServerClient::close);
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void aConnectionThatIsLostAndFoundIsLoggedOnceEach(CapturedOutput output) throws Exception {
		GenServerClient client = builder().connectInBackground(this.endpoint.uri("/ws?token=secret"));
		await(client, ClientState.OPEN);
		ClientStatus before = client.status();
		assertThat(before.state()).isEqualTo(ClientState.OPEN);
		assertThat(before.reason()).isNull();
		assertThat(before.nextAttempt()).isNull();
		Seen seen = new Seen(client);
		this.endpoint.connection().close(new CloseReason(CloseCode.GOING_AWAY, "bye\nforged line"));
		seen.await(ClientState.OPEN);
		assertThat(output).containsOnlyOnce("was lost (").doesNotContain("secret").doesNotContain("\nforged line");
		assertThat(count(output, "Connected to ws://localhost")).isEqualTo(2);
		assertThat(output).doesNotContain("There is no connection to");
	}

	@Test
	void attemptsThatFailAreLoggedOnceUntilOneSucceeds(CapturedOutput output) throws Exception {
		GenServerClient client = builder()
			.connectInBackground(URI.create("ws://user:secret@localhost:1/ws?token=secret"));
		Seen seen = new Seen(client);
		seen.await(ClientState.WAITING);
		seen.await(ClientState.WAITING);
		seen.await(ClientState.WAITING);
		assertThat(output).containsOnlyOnce("There is no connection to ws://localhost:1/ws yet (")
			.doesNotContain("was lost")
			.doesNotContain("secret");
		ClientStatus status = client.status();
		assertThat(status.address()).isEqualTo("ws://localhost:1/ws");
		assertThat(status.state()).isIn(ClientState.WAITING, ClientState.CONNECTING);
		assertThat(status.reason()).contains("the connection was refused");
		assertThat(status.since()).isEqualTo(client.status().since());
	}

	@Test
	void theNextAttemptIsKnownWhileItPauses() throws Exception {
		GenServerClient client = GenServerClient.builder()
			.reconnect(Duration.ofHours(1), Duration.ofHours(1))
			.connectInBackground(URI.create("ws://localhost:1/ws"));
		this.clients.add(client);
		// A listener may come too late to hear of the only pause.
		HangGuard.await("it pauses", () -> client.state() == ClientState.WAITING);
		assertThat(client.status().nextAttempt()).isNotNull();
		client.close();
		assertThat(client.status().nextAttempt()).isNull();
		assertThat(client.status().state()).isEqualTo(ClientState.CLOSED);
		assertThat(client.status().reason()).isEqualTo("the client was closed");
	}

	private Builder builder() {
		return new Builder();
	}

	private static int count(CapturedOutput output, String text) {
		return output.toString().split(java.util.regex.Pattern.quote(text), -1).length - 1;
	}

	private static void await(GenServerClient client, ClientState state) throws Exception {
		if (client.state() != state) {
			CompletableFuture<Boolean> reached = new CompletableFuture<>();
			client.onState((each, detail) -> {
				if (each == state) {
					reached.complete(true);
				}
			});
			if (client.state() != state) {
				reached.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			}
		}
	}

	/** Clients that try again at once. */
	private final class Builder {

		GenServerClient connectInBackground(URI uri) {
			GenServerClient client = GenServerClient.builder()
				.reconnect(Duration.ofMillis(1), Duration.ofMillis(5))
				.connectInBackground(uri);
			ConnectionNewsTest.this.clients.add(client);
			return client;
		}

	}

	/** The states a client comes to, one after the other; logged before they are told. */
	private static final class Seen {

		private final List<ClientState> states = new CopyOnWriteArrayList<>();

		private int next;

		Seen(GenServerClient client) {
			client.onState((state, detail) -> {
				synchronized (this) {
					this.states.add(state);
					notifyAll();
				}
			});
		}

		synchronized void await(ClientState state) throws InterruptedException {
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HangGuard.SECONDS);
			while (true) {
				while (this.next < this.states.size()) {
					if (this.states.get(this.next++) == state) {
						return;
					}
				}
				assertThat(System.nanoTime() - end).as("waited for %s, saw %s", state, this.states).isNegative();
				wait(1000);
			}
		}

	}

}
