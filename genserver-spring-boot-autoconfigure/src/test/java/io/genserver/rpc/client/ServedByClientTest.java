package io.genserver.rpc.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.Cast;
import io.genserver.GenServerException;
import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Calls from the endpoint to a client that serves a contract. */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class ServedByClientTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private final RemoteContracts contracts = new RemoteContracts(new JsonCodec(JsonMapper.builder().build()), GUARD);

	private final TestServers servers = new TestServers().start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client;

	private final Shown shown = new Shown();

	ServedByClientTest(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder()
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(20));
		this.client = ((mode == WireMode.BASE) ? builder.baseMode() : builder).connect(this.endpoint.uri("/ws"));
		this.client.serve(Notifications.class, this.shown);
	}

	@AfterEach
	void stop() {
		this.shown.gate.countDown();
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	private Notifications remote() {
		return this.contracts.server(this.endpoint.connection().peer().calls(), "notifications", Notifications.class);
	}

	@Test
	void theEndpointCallsCastsAndStreams() {
		Notifications remote = remote();
		remote.note("a");
		assertThat(remote.show("b")).isEqualTo(2);
		assertThat(this.shown.texts).containsExactly("a", "b");
		StepVerifier.create(remote.clicks(3)).expectNext(0, 1, 2).expectComplete().verify(GUARD);
	}

	@Test
	void whatIsNotServedDoesNotExist() {
		Notifications other = this.contracts.server(this.endpoint.connection().peer().calls(), "others",
				Notifications.class);
		assertThatExceptionOfType(GenServerException.class).isThrownBy(() -> other.show("a"))
			.withMessageContaining("does not exist here");
	}

	@Test
	void itIsServedOverTheNextConnectionToo() {
		assertThat(remote().show("a")).isEqualTo(1);
		this.endpoint.connection().close(new CloseReason(CloseCode.RESTARTING, "again"));
		long end = System.nanoTime() + GUARD.toNanos();
		while (this.endpoint.connections.size() < 2) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.onSpinWait();
		}
		assertThat(remote().show("b")).isEqualTo(2);
	}

	@Test
	void aCallThatTheClientLeavesFails() throws Exception {
		Notifications remote = remote();
		CompletableFuture<Integer> held = CompletableFuture.supplyAsync(remote::hold);
		assertThat(this.shown.held.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		this.endpoint.channel().close();
		assertThat(held).failsWithin(GUARD)
			.withThrowableThat()
			.havingCause()
			.isInstanceOf(GenServerUnavailableException.class);
	}

	@Test
	void aNameIsServedOnce() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.serve(Notifications.class, this.shown))
			.withMessageContaining("notifications");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.serve("other", String.class, "no contract"));
	}

	interface Notifications {

		@Cast
		void note(String text);

		int show(String text);

		int hold();

		Flux<Integer> clicks(int count);

	}

	static final class Shown implements Notifications {

		final List<String> texts = new CopyOnWriteArrayList<>();

		final CountDownLatch held = new CountDownLatch(1);

		final CountDownLatch gate = new CountDownLatch(1);

		@Override
		public void note(String text) {
			this.texts.add(text);
		}

		@Override
		public int show(String text) {
			this.texts.add(text);
			return this.texts.size();
		}

		@Override
		public int hold() {
			this.held.countDown();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return 0;
		}

		@Override
		public Flux<Integer> clicks(int count) {
			return Flux.range(0, count);
		}

	}

}
