package io.genserver.rpc.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Cast;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client in base mode says of casts that may be lost with their connection. */
@ExtendWith(OutputCaptureExtension.class)
@RealThreads
class LostCastsTest {

	private static final String LINE = "may not have been handled: in base mode nothing answers a cast";

	private final SharedServer shared = new SharedServer();

	private final TestServers servers = new TestServers().add("shared", this.shared).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client = GenServerClient.builder()
		.baseMode()
		.reconnect(Duration.ofMillis(1), Duration.ofMillis(20))
		.connect(this.endpoint.uri("/ws"));

	private final Shared remote = this.client.server("shared", Shared.class);

	@AfterEach
	void stop() {
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	private void castThreeAfterACall() {
		this.remote.take(1);
		this.remote.ping();
		for (int i = 0; i < 3; i++) {
			this.remote.take(1);
		}
		HangGuard.await("casts are handled", () -> this.shared.taken.get() == 4);
	}

	@Test
	void theyAreCountedAndLoggedOnceTheConnectionIsLost(CapturedOutput output) {
		castThreeAfterACall();
		this.endpoint.connection().abort();
		HangGuard.await("the client says so", () -> output.toString().contains(LINE));
		assertThat(output).contains("3 casts were sent to ws://localhost:" + this.endpoint.port() + "/ws over");
	}

	@Test
	void notThoseBeforeAnEndThatTheClientAskedFor(CapturedOutput output) {
		castThreeAfterACall();
		this.client.close();
		HangGuard.await("the connection is over", () -> !this.endpoint.channel().isOpen());
		assertThat(output).doesNotContain(LINE);
	}

	interface Shared {

		String ping();

		@Cast
		void take(int number);

	}

	static class SharedServer implements Shared {

		final AtomicInteger taken = new AtomicInteger();

		@Override
		public String ping() {
			return "pong";
		}

		@Override
		public void take(int number) {
			this.taken.incrementAndGet();
		}

	}

}
