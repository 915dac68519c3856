package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What a connection does by itself: time, limits, and its end. */
@ExtendWith(BufferLeaks.class)
class PeerConnectionTest {

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final SlowServer slow = new SlowServer();

	private final TestServers servers = new TestServers().add("slow", this.slow).start();

	private RawPeer peer = peer(ProtocolLimits.defaults());

	private RawPeer peer(ProtocolLimits limits) {
		PeerContext context = this.servers.context(limits);
		return new RawPeer(PeerContexts.of(limits, context.extLimits(), StreamFailure.CANCEL,
				context.exposure().operations(), context.connection().workers(), this.now::get), 3);
	}

	@AfterEach
	void stop() {
		this.slow.gate.countDown();
		this.peer.disconnect();
		this.servers.close();
	}

	@Test
	void aRequestThatStopsHalfWayIsAnswered() {
		Reply reply = new Reply();
		this.peer.session.openStream(MethodId.of("slow.echo"), utf8("\"never ends\""), ResponseMode.UNARY, reply);
		this.peer.pump();
		pass(Duration.ofSeconds(29));
		this.peer.pump();
		assertThat(reply.isOver()).isFalse();
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.answer(reply)).isEqualTo("2 request incomplete, nothing came for PT30S");
		assertThat(this.peer.connection.callsInFlight()).isZero();
	}

	@Test
	void aFrameThatStopsHalfWayClosesTheConnection() {
		receive(new byte[] { 20, 0, 0, 0, 1 });
		pass(Duration.ofSeconds(30));
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.POLICY);
	}

	@Test
	void whatIsNotTheProtocolClosesTheConnection() {
		receive(utf8("GET / HTTP/1.1\r\n\r\n"));
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.MALFORMED);
		assertThat(String.valueOf(this.peer.transport.closed)).contains("muxio 0.15");
	}

	@Test
	void noBytesWhateverMakeItFail() {
		Random random = new Random(99);
		for (int i = 0; i < 300; i++) {
			RawPeer victim = peer(ProtocolLimits.defaults());
			for (int n = 0; n < 20 && victim.transport.closed == null; n++) {
				byte[] bytes = new byte[random.nextInt(200)];
				random.nextBytes(bytes);
				for (int high = 0; high + 13 < bytes.length; high += 40) {
					// Lengths that are accepted lead further into what is behind.
					bytes[high + 1] = 0;
					bytes[high + 2] = 0;
					bytes[high + 3] = 0;
					bytes[high + 12] = (byte) random.nextInt(5);
				}
				victim.connection.receive(Unpooled.wrappedBuffer(bytes));
				victim.connection.tick();
			}
			victim.disconnect();
			assertThat(victim.connection.inboundBytes()).isZero();
		}
	}

	@Test
	void aPeerThatTakesNothingForTooLongIsClosed() {
		this.peer.room = 0;
		this.peer.call("slow.echo", "\"x\"");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 0);
		pass(Duration.ZERO);
		pass(Duration.ofSeconds(29));
		assertThat(this.peer.transport.closeCode()).isZero();
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.SLOW_CONSUMER);
	}

	@Test
	void aPeerThatTakesAnythingIsGivenMoreTime() {
		this.peer.room = 0;
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			replies.add(this.peer.call("slow.echo", "\"" + "x".repeat(60_000) + "\""));
		}
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 240_000);
		for (int i = 0; i < 4; i++) {
			pass(Duration.ofSeconds(20));
			this.peer.room++;
			this.peer.pump();
		}
		pass(Duration.ofSeconds(20));
		assertThat(this.peer.transport.closeCode()).isZero();
		this.peer.room = Long.MAX_VALUE;
		replies.forEach((reply) -> assertThat(this.peer.answer(reply)).startsWith("0"));
	}

	@Test
	void repliesBeyondTheHardLimitDoNotCloseTheConnection() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().outboundHardBytes(1_100_000).build());
		this.peer.room = 0;
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			replies.add(this.peer.call("slow.echo", "\"" + "x".repeat(50_000) + "\""));
		}
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 500_000);
		this.peer.room = Long.MAX_VALUE;
		this.peer.pumpUntil(() -> replies.stream().allMatch(Reply::isOver));
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void aRequestWaitsWhileRepliesBeforeItAreNotRead() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().outboundSoftBytes(10_000).build());
		this.peer.room = 0;
		Reply first = this.peer.call("slow.echo", "\"" + "x".repeat(20_000) + "\"");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 20_000);
		Reply second = this.peer.call("slow.block", "");
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		assertThat(this.slow.blocked).hasValue(0);
		this.peer.room = Long.MAX_VALUE;
		this.peer.pumpUntil(() -> first.isOver() && this.slow.blocked.get() == 1);
		assertThat(second.isOver()).isFalse();
	}

	@Test
	void whatIsNotConsumedForTooLongClosesTheConnection() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().itemBytes(1000).inboundBudgetBytes(1000).build());
		this.peer.call("slow.block", "");
		this.peer.pumpUntil(() -> this.slow.blocked.get() == 1);
		this.peer.call("slow.echo", "\"" + "x".repeat(900) + "\"");
		this.peer.call("slow.echo", "\"" + "x".repeat(900) + "\"");
		this.peer.pumpUntil(() -> this.peer.transport.paused);
		pass(Duration.ofSeconds(29));
		assertThat(this.peer.transport.closeCode()).isZero();
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.OVERLOADED);
	}

	@Test
	void timeThatReadingWasPausedCountsAgainstNobody() {
		this.peer = peer(ProtocolLimits.defaults().toBuilder().itemBytes(1000).inboundBudgetBytes(1300).build());
		Reply half = new Reply();
		half.call = this.peer.session.openStream(MethodId.of("slow.echo"), utf8("\"half\""), ResponseMode.UNARY, half);
		this.peer.call("slow.block", "");
		this.peer.pumpUntil(() -> this.slow.blocked.get() == 1);
		this.peer.call("slow.echo", "\"" + "x".repeat(900) + "\"");
		this.peer.call("slow.echo", "\"" + "x".repeat(900) + "\"");
		this.peer.pumpUntil(() -> this.peer.transport.paused);
		pass(Duration.ofSeconds(25));
		this.slow.gate.countDown();
		this.peer.pumpUntil(() -> !this.peer.transport.paused);
		pass(Duration.ofSeconds(25));
		this.peer.session.sendEnd(half.call());
		assertThat(this.peer.answer(half)).isEqualTo("0 \"half\"");
	}

	@Test
	void manyRepliesNeedOneHandOver() {
		// From now on its replies are known to be short.
		assertThat(this.peer.answer(this.peer.call("slow.echo", "\"x\""))).isEqualTo("0 \"x\"");
		this.peer.call("slow.block", "");
		this.peer.pumpUntil(() -> this.slow.blocked.get() == 1);
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			replies.add(this.peer.call("slow.echo", "\"" + i + "\""));
		}
		this.peer.sendAll();
		int before = this.peer.transport.executed.get();
		this.slow.gate.countDown();
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (this.peer.connection.outboundBytes() < 500 * Outbound.OVERHEAD) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.onSpinWait();
		}
		assertThat(this.peer.transport.executed.get() - before).isEqualTo(1);
		replies.forEach(this.peer::answer);
	}

	@Test
	void drainingAnIdleConnectionIsDoneAtOnce() {
		CompletableFuture<?> drained = this.peer.connection.drain(Duration.ZERO, "test");
		this.peer.pumpUntil(drained::isDone);
	}

	@ParameterizedTest
	@EnumSource
	void aDrainWaitsForNoStreamThatWaitsForItsPublisher(WireMode mode) {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		RawPeer streaming = new RawPeer(mode, PeerContexts.of(context.connection().limits(), context.extLimits(),
				StreamFailure.CANCEL, context.exposure().operations(), context.connection().workers(), this.now::get),
				5);
		Reply watch = streaming.stream("slow.watch", "");
		streaming.pumpUntil(() -> watch.items.size() == 1);
		Reply call = streaming.call("slow.block", "");
		streaming.pumpUntil(() -> this.slow.blocked.get() == 1);
		streaming.connection.tick();
		this.now.addAndGet(Duration.ofSeconds(1).toNanos());
		CompletableFuture<?> drained = streaming.connection.drain(Duration.ofMinutes(5), "test");
		streaming.pump();
		streaming.connection.tick();
		assertThat(drained).as("a call is in flight").isNotDone();
		this.slow.gate.countDown();
		streaming.pumpUntil(call::isOver);
		// Nothing is awaited of other threads any more: a few rounds are enough.
		for (int i = 0; i < 200 && !drained.isDone(); i++) {
			streaming.connection.tick();
			streaming.pump();
		}
		assertThat(drained).isDone();
		assertThat(watch.isOver()).as("in ext mode it is ended with a status").isEqualTo(mode == WireMode.EXT);
		streaming.disconnect();
	}

	@Test
	void butForOneWhoseItemsWaitForThePeer() {
		this.peer.room = 0;
		this.peer.stream("slow.watch", "");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 0);
		CompletableFuture<?> drained = this.peer.connection.drain(Duration.ofMinutes(5), "test");
		this.peer.pump();
		this.peer.connection.tick();
		assertThat(drained).isNotDone();
		this.peer.room = Long.MAX_VALUE;
		this.peer.pumpUntil(() -> {
			this.now.addAndGet(Duration.ofSeconds(1).toNanos());
			this.peer.connection.tick();
			return drained.isDone();
		});
	}

	@Test
	void andForOneWhoseCallerHasSaidWhenItIsOver() {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		RawPeer streaming = new RawPeer(WireMode.EXT,
				PeerContexts.of(context.connection().limits(), context.extLimits(), StreamFailure.CANCEL,
						context.exposure().operations(), context.connection().workers(), this.now::get),
				5);
		Reply watch = streaming.stream("slow.watch", "", CallMetadata.NONE.toBuilder().deadlineMillis(10_000).build());
		streaming.pumpUntil(() -> watch.items.size() == 1);
		CompletableFuture<?> drained = streaming.connection.drain(Duration.ofMinutes(5), "test");
		streaming.pump();
		streaming.connection.tick();
		assertThat(drained).isNotDone();
		this.now.addAndGet(Duration.ofSeconds(11).toNanos());
		streaming.pumpUntil(() -> {
			streaming.connection.tick();
			return drained.isDone();
		});
		assertThat(watch.isOver()).isTrue();
		streaming.disconnect();
	}

	@Test
	void aConnectionThatIsLostIsDrained() {
		this.peer.call("slow.block", "");
		this.peer.pumpUntil(() -> this.slow.blocked.get() == 1);
		CompletableFuture<?> drained = this.peer.connection.drain(Duration.ZERO, "test");
		this.peer.pump();
		assertThat(drained).isNotDone();
		this.peer.disconnect();
		assertThat(drained).isCompleted();
		assertThat(this.peer.connection.lost()).isCompletedWithValue("the test hung up");
	}

	@Test
	void afterItsEndAConnectionTakesAndDoesNothing() {
		this.peer.disconnect();
		receive(utf8("whatever"));
		pass(Duration.ofSeconds(100));
		this.peer.connection.disconnected("again");
		assertThat(this.peer.transport.closeCode()).isZero();
		assertThat(this.peer.connection.lost()).isCompletedWithValue("the test hung up");
	}

	@Test
	void itsMessagesCanBeSubscribedToOnce() {
		assertThatIllegalStateException().isThrownBy(() -> this.peer.connection.outbound().subscribe(this.peer));
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
		this.peer.connection.tick();
	}

	private void receive(byte[] bytes) {
		ByteBuf chunk = Unpooled.wrappedBuffer(bytes);
		this.peer.connection.receive(chunk);
		assertThat(chunk.refCnt()).isEqualTo(1);
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	interface Slow {

		String echo(String text);

		void block() throws InterruptedException;

		Flow.Publisher<Integer> watch();

	}

	static final class SlowServer implements Slow {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger blocked = new AtomicInteger();

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.incrementAndGet();
			this.gate.await();
		}

		@Override
		public Flow.Publisher<Integer> watch() {
			return FlowAdapters.toFlowPublisher(Flux.concat(Flux.just(1), Flux.never()));
		}

	}

}
