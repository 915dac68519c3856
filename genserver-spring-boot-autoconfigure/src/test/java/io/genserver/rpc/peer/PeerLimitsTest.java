package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Call;
import io.genserver.GenServerContext;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** What happens to a peer beyond each limit of a connection, in both modes. */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
class PeerLimitsTest {

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final HeavyServer heavy = new HeavyServer();

	private final TestServers servers = new TestServers().add("heavy", this.heavy).start();

	private final WireMode mode;

	private RawPeer peer;

	PeerLimitsTest(WireMode mode) {
		this.mode = mode;
		this.peer = peer(ProtocolLimits.defaults());
	}

	private RawPeer peer(ProtocolLimits limits) {
		return peer(limits, ExtLimits.defaults());
	}

	private RawPeer peer(ProtocolLimits limits, ExtLimits extLimits) {
		PeerContext context = this.servers.context(limits);
		return new RawPeer(this.mode, PeerContexts.of(limits, extLimits, StreamFailure.CANCEL,
				context.exposure().operations(), context.connection().workers(), this.now::get), 17);
	}

	private static ProtocolLimits.Builder limits() {
		return ProtocolLimits.defaults().toBuilder();
	}

	@AfterEach
	void stop() {
		this.heavy.gate.countDown();
		this.heavy.items.close();
		this.peer.disconnect();
		this.servers.close();
		if (this.mode == WireMode.BASE) {
			assertThat(this.peer.connection.inboundBytes()).isZero();
		}
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
		this.peer.connection.tick();
		this.peer.pump();
	}

	private static String text(int length) {
		return "\"" + "x".repeat(length) + "\"";
	}

	/** What an answer says: its status, in ext mode whether it was executed, and text. */
	private String answer(Reply reply) {
		this.peer.pumpUntil(reply::isOver);
		if (reply.status <= 0 || this.mode == WireMode.BASE) {
			return reply.status + " " + reply.text();
		}
		ExtError error = ExtError.decode(reply.status, reply.payload);
		return Integer.toHexString(reply.status) + " " + error.message()
				+ (error.notExecuted() && !error.message().endsWith("not executed") ? "; not executed" : "");
	}

	/** What is told of a failure in ext mode, and what is left of it in base mode. */
	private String told(int ext, int base, String text) {
		return ((this.mode == WireMode.EXT) ? Integer.toHexString(ext) : Integer.toString(base)) + " " + text;
	}

	@Test
	void aRequestOverTheItemLimitIsRefusedAndOthersGoOn() {
		this.peer = peer(limits().itemBytes(1000).inboundBudgetBytes(1_000_000).build());
		// In ext mode a peer is told the limit, but sends the first call before it is.
		assertThat(answer(this.peer.call("heavy.echo", text(70_000))))
			.startsWith((this.mode == WireMode.EXT) ? "18 " : "2 ");
		assertThat(answer(this.peer.call("heavy.echo", text(990)))).startsWith("0 ");
		assertThat(answer(this.peer.call("heavy.echo", text(5)))).isEqualTo("0 " + text(5));
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void aReplyOverTheItemLimitIsRefused() {
		this.peer = peer(limits().itemBytes(1000).build());
		assertThat(answer(this.peer.call("heavy.big", "2000"))).isEqualTo(
				told(ExtStatus.RESOURCE_EXHAUSTED, 2, "heavy.big: the reply of 2002 bytes exceeds the limit of 1000"));
	}

	@Test
	void callsBeyondThoseInFlightAreRefusedAsNotExecuted() {
		this.peer = peer(limits().callsInFlight(2).build());
		List<Reply> held = List.of(this.peer.call("heavy.block", ""), this.peer.call("heavy.block", ""));
		this.peer.pumpUntil(() -> this.heavy.blocked.get() == 2);
		assertThat(answer(this.peer.call("heavy.echo", text(1))))
			.isEqualTo(told(ExtStatus.RESOURCE_EXHAUSTED, 2, "2 calls are in flight on this connection; not executed"));
		this.heavy.gate.countDown();
		held.forEach((each) -> assertThat(answer(each)).isEqualTo("0 "));
		assertThat(answer(this.peer.call("heavy.echo", text(1)))).startsWith("0 ");
	}

	@Test
	void aCancelledCallHoldsItsPlaceUntilItsHandlerHasStopped() {
		this.peer = peer(limits().callsInFlight(1).build());
		Reply given = this.peer.call("heavy.block", "");
		this.peer.pumpUntil(() -> this.heavy.blocked.get() == 1);
		this.peer.cancel(given);
		assertThat(answer(this.peer.call("heavy.echo", text(1))))
			.isEqualTo(told(ExtStatus.RESOURCE_EXHAUSTED, 2, "1 calls are in flight on this connection; not executed"));
		this.heavy.gate.countDown();
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 0);
		assertThat(answer(this.peer.call("heavy.echo", text(1)))).startsWith("0 ");
		assertThat(given.answers).isZero();
	}

	@Test
	void cancellingStartedCallsTooOftenClosesTheConnection() {
		this.peer = peer(limits().cancels(3).cancelWindow(Duration.ofSeconds(10)).build());
		cancel(3);
		pass(Duration.ofSeconds(10));
		cancel(3);
		assertThat(this.peer.transport.closeCode()).isZero();
		cancel(1);
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.RATE);
	}

	private void cancel(int calls) {
		for (int i = 0; i < calls; i++) {
			int before = this.heavy.blocked.get();
			Reply given = this.peer.call("heavy.block", "");
			this.peer.pumpUntil(() -> this.heavy.blocked.get() > before);
			this.peer.cancel(given);
			this.peer.pump();
		}
	}

	@Test
	void aRequestThatStaysHalfOpenIsRefused() {
		Reply half = new Reply();
		half.call = this.peer.session.openStream(MethodId.of("heavy.echo"), text(5).getBytes(StandardCharsets.UTF_8),
				ResponseMode.UNARY, half);
		this.peer.pump();
		pass(Duration.ofSeconds(29));
		assertThat(half.isOver()).isFalse();
		// The connection lives, what is half open does not.
		this.peer.call("$rpc.ping", "");
		this.peer.pump();
		pass(Duration.ofSeconds(1));
		this.peer.pumpUntil(half::isOver);
		assertThat(half.text()).contains("nothing came for PT30S");
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 0);
	}

	@Test
	void aPeerThatTakesNothingForTooLongIsClosed() {
		this.peer.room = this.peer.messages + 1;
		this.peer.call("heavy.echo", text(1));
		this.peer.pump();
		this.peer.room = this.peer.messages;
		this.peer.call("heavy.big", "50000");
		this.peer.call("heavy.big", "50000");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() >= 100_000);
		pass(Duration.ZERO);
		pass(Duration.ofSeconds(29));
		assertThat(this.peer.transport.closeCode()).isZero();
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.SLOW_CONSUMER);
	}

	@Test
	void publishersArePulledUpToTheSoftLimit() {
		this.peer = peer(limits().outboundSoftBytes(50_000).build());
		this.peer.room = 0;
		for (int i = 0; i < 10; i++) {
			this.peer.stream("heavy.endless", "1000");
		}
		this.peer.pumpUntil(() -> this.heavy.produced.get() >= 10);
		for (int i = 0; i < 50; i++) {
			this.peer.pump();
		}
		assertThat(this.peer.connection.outboundBytes()).isLessThan(100_000);
		assertThat(this.heavy.produced.get()).isLessThan(100);
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void ofCallsThatOnlyWaitTheLargestIsEndedAndAnswered() {
		assumeExt();
		this.peer = peer(limits().itemBytes(10_000).inboundBudgetBytes(20_000).build(), new ExtLimits(65_536, 65_536,
				8192, Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(10), 100));
		this.peer.call("heavy.hold", "");
		this.peer.pumpUntil(() -> this.heavy.held.get() == 1);
		List<Reply> queued = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			queued.add(this.peer.call("heavy.append", text(9000 + i)));
		}
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() > 30_000);
		pass(Duration.ZERO);
		pass(Duration.ofSeconds(10));
		assertThat(answer(queued.getLast())).isEqualTo(
				told(ExtStatus.RESOURCE_EXHAUSTED, 2, "this connection buffers more than 20000 bytes; not executed"));
		this.heavy.gate.countDown();
		assertThat(answer(queued.getFirst())).startsWith("0 ");
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() == 0);
	}

	@Test
	void whatIsReceivedAndNotHandledIsBounded() {
		this.peer = peer(limits().itemBytes(10_000).inboundBudgetBytes(20_000).build(), new ExtLimits(65_536, 65_536,
				8192, Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(10), 100));
		this.peer.call("heavy.hold", "");
		this.peer.pumpUntil(() -> this.heavy.held.get() == 1);
		List<Reply> queued = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			queued.add(this.peer.call("heavy.append", text(9000)));
		}
		// In ext mode that is the stream which holds most and has not all it needs.
		Reply half = new Reply();
		half.call = this.peer.session.openStream(MethodId.of("heavy.append"),
				text(9000).getBytes(StandardCharsets.UTF_8), ResponseMode.UNARY, half);
		queued.add(half);
		this.peer.pumpUntil(() -> this.peer.connection.inboundBytes() > 30_000);
		pass(Duration.ZERO);
		if (this.mode == WireMode.BASE) {
			assertThat(this.peer.transport.paused).isTrue();
			pass(Duration.ofSeconds(29));
			assertThat(this.peer.transport.closeCode()).isZero();
			pass(Duration.ofSeconds(1));
			assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.OVERLOADED);
			return;
		}
		assertThat(this.peer.transport.paused).isFalse();
		pass(Duration.ofMillis(9_999));
		assertThat(queued).noneMatch(Reply::isOver);
		pass(Duration.ofMillis(1));
		this.peer.pumpUntil(half::isOver);
		assertThat(half.status).isEqualTo(ExtStatus.RESOURCE_EXHAUSTED);
		this.heavy.gate.countDown();
		queued.forEach((each) -> this.peer.pumpUntil(each::isOver));
		assertThat(queued).filteredOn((each) -> each.status == 0).hasSize(4);
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void aCallWithoutADeadlineGetsThatOfItsOperation() {
		assertThat(Long.parseLong(answer(this.peer.call("heavy.remainingMillis", "")).substring(2))).isBetween(1L,
				60_000L);
	}

	@Test
	void aDeadlineIsBelievedUpToTheLongest() {
		assumeExt();
		this.peer = peer(limits().longestDeadline(Duration.ofSeconds(45)).build());
		assertThat(remaining(Duration.ofDays(40))).isBetween(1L, 45_000L);
		assertThat(remaining(Duration.ofSeconds(40))).isBetween(1L, 40_000L);
	}

	private long remaining(Duration deadline) {
		Reply reply = new Reply();
		reply.call = this.peer.session.call(MethodId.of("heavy.remainingMillis"), new byte[0], ResponseMode.UNARY,
				reply, CallMetadata.NONE.toBuilder().deadlineMillis(deadline.toMillis()).build());
		return Long.parseLong(answer(reply).substring(2));
	}

	@Test
	void aStreamEndsAtItsCallersDeadlineAndNotAtTheLongest() {
		this.peer = peer(limits().longestDeadline(Duration.ofSeconds(45)).build(),
				ExtLimits.defaults().withKeepAlive(Duration.ofDays(1), Duration.ofDays(1)));
		Reply unlimited = this.peer.stream("heavy.watch", "");
		this.peer.pumpUntil(() -> this.heavy.items.getNumberOfSubscribers() == 1);
		if (this.mode == WireMode.EXT) {
			Reply limited = new Reply();
			limited.call = this.peer.session.call(MethodId.of("heavy.watch"), new byte[0], ResponseMode.STREAM, limited,
					CallMetadata.NONE.toBuilder().deadlineMillis(Duration.ofDays(40).toMillis()).build());
			this.peer.pumpUntil(() -> this.heavy.items.getNumberOfSubscribers() == 2);
			pass(Duration.ofSeconds(44));
			assertThat(limited.isOver()).isFalse();
			pass(Duration.ofSeconds(1));
			this.peer.pumpUntil(limited::isOver);
			assertThat(limited.status).isEqualTo(ExtStatus.DEADLINE_EXCEEDED);
		}
		pass(Duration.ofHours(1));
		this.heavy.items.submit("late");
		this.peer.pumpUntil(() -> !unlimited.items.isEmpty());
		assertThat(unlimited.isOver()).isFalse();
	}

	private void assumeExt() {
		Assumptions.assumeTrue(this.mode == WireMode.EXT, "base mode knows no deadlines");
	}

	interface Heavy {

		String echo(String text);

		String big(int length);

		@Call(timeout = "1m", concurrent = 100)
		void block() throws InterruptedException;

		/** Holds the turn. */
		@Call(timeout = "1m")
		void hold() throws InterruptedException;

		@Call(timeout = "1m")
		void append(String text);

		@Call(timeout = "1m")
		long remainingMillis();

		Flow.Publisher<String> endless(int length);

		Flow.Publisher<String> watch();

	}

	static class HeavyServer implements Heavy {

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicInteger blocked = new AtomicInteger();

		final AtomicInteger held = new AtomicInteger();

		final AtomicInteger produced = new AtomicInteger();

		final SubmissionPublisher<String> items = new SubmissionPublisher<>();

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public String big(int length) {
			return "x".repeat(length);
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.incrementAndGet();
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void hold() throws InterruptedException {
			this.held.incrementAndGet();
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void append(String text) {
		}

		@Override
		public long remainingMillis() {
			return Objects.requireNonNull(GenServerContext.current().remaining()).toMillis();
		}

		@Override
		public Flow.Publisher<String> endless(int length) {
			return FlowAdapters.toFlowPublisher(Flux.generate((sink) -> {
				this.produced.incrementAndGet();
				sink.next("x".repeat(length));
			}));
		}

		@Override
		public Flow.Publisher<String> watch() {
			return this.items;
		}

	}

}
