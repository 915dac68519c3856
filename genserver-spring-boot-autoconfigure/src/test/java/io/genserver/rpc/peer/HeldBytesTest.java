package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.NoItems;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.Reachable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a peer makes this end hold is counted, in both modes, and let go of when it is
 * over.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
class HeldBytesTest {

	private final SlowServer slow = new SlowServer();

	private final TestServers servers = new TestServers().add("slow", this.slow)
		.add("keyed", SlowServer.class, SlowServer::new, true, ServerSettings.DEFAULTS)
		.start();

	private final WireMode mode;

	private final RawPeer peer;

	HeldBytesTest(WireMode mode) {
		this.mode = mode;
		this.peer = new RawPeer(mode, this.servers.context(ProtocolLimits.defaults()), 5);
	}

	@AfterEach
	void stop() {
		this.slow.gate.countDown();
		this.peer.disconnect();
		assertThat(this.peer.connection.heldBytes()).isZero();
		this.servers.close();
	}

	private void hold() {
		this.peer.call("slow.hold", "");
		this.peer.pumpUntil(() -> this.slow.held.get() == 1);
	}

	/** What was consumed is told with the next thing that is sent, or at a tick. */
	private void pumpUntilNothingIsHeld() {
		this.peer.pumpUntil(() -> {
			this.peer.connection.tick();
			return this.peer.connection.inboundBytes() == 0;
		});
	}

	private CallMetadata headers(int count) {
		CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
		for (int i = 0; i < count; i++) {
			metadata.header("h" + i, "");
		}
		return metadata.build();
	}

	@Test
	void aCastThatWaitsCountsThoughItBringsNothing() {
		hold();
		for (int i = 0; i < 100; i++) {
			this.peer.cast("slow.note", "");
		}
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() >= 100 * 512);
		this.slow.gate.countDown();
		this.peer.pumpUntil(() -> this.slow.noted.get() == 100);
		pumpUntilNothingIsHeld();
	}

	/** {@link #stop()} looks. */
	@Test
	void whatIsQueuedAtTheEndOfAConnectionCountsNoMore() {
		OutboundQueue queue = (OutboundQueue) this.peer.connection.outbound();
		AtomicInteger dropped = new AtomicInteger();
		for (int i = 0; i < 10; i++) {
			queue.offer(new Outbound() {

				@Override
				public int bytes() {
					return OVERHEAD;
				}

				@Override
				public void write(WireSession session) {
					throw new IllegalStateException("the connection is over");
				}

				@Override
				public void dropped() {
					dropped.incrementAndGet();
				}

			});
		}
		assertThat(this.peer.connection.heldBytes()).isEqualTo(10 * Outbound.OVERHEAD);
		this.peer.disconnect();
		assertThat(dropped).hasValue(10);
		assertThat(this.peer.connection.heldBytes()).isZero();
	}

	@Test
	void soDoesACallThatWaits() {
		hold();
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			replies.add(this.peer.call("slow.echo", "\"x\""));
		}
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() >= 100 * 515);
		this.peer.cancel(replies.removeLast());
		this.slow.gate.countDown();
		replies.forEach((each) -> assertThat(this.peer.answer(each)).isEqualTo("0 \"x\""));
		pumpUntilNothingIsHeld();
	}

	@Test
	void aMessageThatIsNotCompleteCounts() {
		for (int i = 0; i < 10; i++) {
			Reply half = new Reply();
			half.call = this.peer.session.openStream(MethodId.of("slow.echo"), new byte[0], ResponseMode.UNARY, half);
			this.peer.session.sendItem(half.call(), "x".repeat(10_000).getBytes(StandardCharsets.UTF_8));
		}
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() >= 102_000);
	}

	@Test
	void whatCameBesideTheArgumentsCountsWhileItIsKept() {
		Assumptions.assumeTrue(this.mode == WireMode.EXT, "base mode has no place for it");
		hold();
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			Reply reply = new Reply();
			reply.call = this.peer.session.call(MethodId.of("slow.echo"), "\"x\"".getBytes(StandardCharsets.UTF_8),
					ResponseMode.UNARY, reply, headers(60));
			replies.add(reply);
		}
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() >= 20 * 60 * 128);
		this.slow.gate.countDown();
		replies.forEach((each) -> assertThat(this.peer.answer(each)).isEqualTo("0 \"x\""));
		pumpUntilNothingIsHeld();
	}

	@Test
	void moreEntriesThanARequestMayHaveAreRefused() {
		Assumptions.assumeTrue(this.mode == WireMode.EXT, "base mode has no place for them");
		Reply reply = new Reply();
		reply.call = this.peer.session.call(MethodId.of("slow.echo"), new byte[0], ResponseMode.UNARY, reply,
				headers(65));
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.status).isEqualTo(ExtStatus.RESOURCE_EXHAUSTED);
		assertThat(reply.text()).contains("metadata of more than 64 entries");
		assertThat(this.peer.answer(this.peer.call("slow.echo", "\"x\""))).isEqualTo("0 \"x\"");
	}

	@Test
	void anIdleInstanceKeepsNothingOfTheConnectionThatCalledIt() {
		Reply reply = this.peer.call("keyed.echo", "[\"key\", \"x\"]");
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.status).isEqualTo(StatusCode.OK);
		Object server = this.servers.runtime().server("keyed");
		this.peer.pumpUntil(() -> Reachable.path(server, this.peer.connection, GenServerRuntime.class) == null);
		assertThat(Reachable.path(server, this.peer.transport, GenServerRuntime.class)).isNull();
	}

	/** In any case: waiting, running, with items of either side, and with none. */
	@ParameterizedTest
	@CsvSource({ "echo, false, true", "collect, true, true", "watch, false, false", "talk, true, false" })
	void whatIsInFlightCountsForWhatItTakesUntilItsEnd(String operation, boolean items, boolean waits) {
		if (waits) {
			hold();
		}
		List<Reply> replies = new ArrayList<>();
		open(replies, operation, items);
		long weight = Reachable.bytes(this.peer.connection);
		long counted = this.peer.connection.heldBytes();
		for (int i = 0; i < 100; i++) {
			open(replies, operation, items);
		}
		assertThat(this.peer.connection.callsInFlight()).isEqualTo(waits ? 102 : 101);
		assertThat(Reachable.bytes(this.peer.connection) - weight).isBetween(100 * 100L,
				this.peer.connection.heldBytes() - counted);
		replies.forEach(this.peer::cancel);
		this.slow.gate.countDown();
		this.peer.pumpUntil(() -> {
			this.peer.connection.tick();
			return this.peer.connection.heldBytes() == 0;
		});
	}

	private void open(List<Reply> replies, String operation, boolean items) {
		Reply reply = new Reply();
		long method = MethodId.of("slow." + operation);
		ResponseMode response = operation.equals("echo") || operation.equals("collect") ? ResponseMode.UNARY
				: ResponseMode.STREAM;
		int subscribed = this.slow.subscribed.get();
		int before = this.peer.connection.callsInFlight();
		reply.call = items ? this.peer.session.openStream(method, new byte[0], response, reply)
				: this.peer.session.call(method, new byte[0], response, reply);
		replies.add(reply);
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() > before
				&& (response == ResponseMode.UNARY || this.slow.subscribed.get() > subscribed));
	}

	interface Slow {

		String echo(String text);

		CompletableFuture<Integer> collect(Flow.Publisher<byte[]> items);

		Flow.Publisher<byte[]> watch();

		Flow.Publisher<byte[]> talk(Flow.Publisher<byte[]> items);

		/** Holds the turn. */
		@Call(timeout = "1m")
		void hold() throws InterruptedException;

		@Cast
		void note();

	}

	static class SlowServer implements Slow {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger held = new AtomicInteger();

		final AtomicInteger noted = new AtomicInteger();

		final AtomicInteger subscribed = new AtomicInteger();

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public CompletableFuture<Integer> collect(Flow.Publisher<byte[]> items) {
			return CompletableFuture.completedFuture(0);
		}

		@Override
		public Flow.Publisher<byte[]> watch() {
			return (subscriber) -> {
				subscriber.onSubscribe(NoItems.INSTANCE);
				this.subscribed.incrementAndGet();
			};
		}

		@Override
		public Flow.Publisher<byte[]> talk(Flow.Publisher<byte[]> items) {
			return watch();
		}

		@Override
		public void hold() throws InterruptedException {
			this.held.incrementAndGet();
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void note() {
			this.noted.incrementAndGet();
		}

	}

}
