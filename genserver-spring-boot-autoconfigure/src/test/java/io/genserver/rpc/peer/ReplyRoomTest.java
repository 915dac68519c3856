package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
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

/**
 * What becomes of replies that are more than fit into a connection's budget, in both
 * modes: all of them arrive, if the peer reads.
 */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
class ReplyRoomTest {

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final BigServer big = new BigServer();

	private final TestServers servers = new TestServers().add("big", this.big).start();

	private final WireMode mode;

	private RawPeer peer;

	ReplyRoomTest(WireMode mode) {
		this.mode = mode;
		this.peer = peer(ProtocolLimits.defaults());
	}

	private RawPeer peer(ProtocolLimits limits) {
		PeerContext context = this.servers.context(limits);
		ExtLimits patient = ExtLimits.defaults().withKeepAlive(Duration.ofDays(1), Duration.ofDays(1));
		RawPeer made = new RawPeer(this.mode, PeerContexts.of(limits, patient, StreamFailure.CANCEL,
				context.exposure().operations(), context.connection().workers(), this.now::get), 23);
		// In ext mode it is told how many calls it
		// may send at once. It reads nothing more.
		made.room = (this.mode == WireMode.EXT) ? 1 : 0;
		made.pumpUntil(() -> made.messages == made.room);
		return made;
	}

	private static ProtocolLimits.Builder small() {
		return ProtocolLimits.defaults().toBuilder().outboundSoftBytes(50_000).outboundHardBytes(200_000);
	}

	@AfterEach
	void stop() {
		this.big.gate.countDown();
		this.peer.disconnect();
		this.servers.close();
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
		this.peer.connection.tick();
		this.peer.pump();
	}

	private List<Reply> calls(int count, String operation, String arguments) {
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			replies.add(this.peer.call(operation, arguments));
		}
		return replies;
	}

	/** Read a few messages at a time until all are answered. */
	private void readAll(List<Reply> replies) {
		this.peer.pumpUntil(() -> {
			this.peer.room = this.peer.messages + 8;
			return replies.stream().allMatch(Reply::isOver);
		});
		assertThat(this.peer.transport.closeCode()).isZero();
		assertThat(replies).allMatch((each) -> each.status == StatusCode.OK);
	}

	@Test
	void threeRepliesOfTheGreatestLengthArriveAtAPeerThatReads() {
		List<Reply> replies = calls(3, "big.text", "4000000");
		readAll(replies);
		assertThat(replies).allMatch((each) -> each.payload.length == 4_000_002);
	}

	@Test
	void soDoAThousandSnapshotsOfSomeLength() {
		List<Reply> replies = calls(1000, "big.bytes", "12000");
		readAll(replies);
		assertThat(replies).allMatch((each) -> each.payload.length == 12_000);
	}

	@Test
	void callsBeyondThoseInFlightAreRefusedHoweverManyComeAtOnce() {
		List<Reply> replies = calls(5000, "big.text", "1");
		this.peer.pumpUntil(() -> {
			this.peer.room = this.peer.messages + 1;
			return replies.stream().allMatch(Reply::isOver);
		});
		assertThat(this.peer.transport.closeCode()).isZero();
		int refused = (this.mode == WireMode.BASE) ? StatusCode.SYSTEM : ExtStatus.RESOURCE_EXHAUSTED;
		assertThat(replies).allMatch((each) -> each.status == StatusCode.OK || each.status == refused);
		assertThat(replies.stream().filter((each) -> each.status == StatusCode.OK).count())
			.isGreaterThanOrEqualTo(1024);
	}

	@Test
	void aPeerThatDoesNotReadItsRefusalsIsReadNoMoreAndClosedInTheEnd() {
		Assumptions.assumeTrue(this.mode == WireMode.BASE, "in ext mode a peer is told how many calls it may send");
		calls(3000, "big.text", "1");
		this.peer.pump();
		assertThat(this.peer.transport.closeCode()).isZero();
		assertThat(this.peer.transport.paused).isTrue();
		pass(Duration.ZERO);
		pass(Duration.ofSeconds(29));
		assertThat(this.peer.transport.closeCode()).isZero();
		pass(Duration.ofSeconds(1));
		assertThat(this.peer.transport.closeCode()).isEqualTo(CloseCode.SLOW_CONSUMER);
	}

	@Test
	void aPeerThatIsReadNoMoreIsReadAgainOnceItReads() {
		Assumptions.assumeTrue(this.mode == WireMode.BASE, "in ext mode a peer is told how many calls it may send");
		List<Reply> replies = calls(3000, "big.text", "1");
		this.peer.pump();
		assertThat(this.peer.transport.paused).isTrue();
		this.peer.room = Long.MAX_VALUE;
		this.peer.pumpUntil(() -> replies.stream().allMatch(Reply::isOver));
		assertThat(this.peer.transport.paused).isFalse();
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void furtherCallsOfAPeerWaitBeforeTheMailboxWhileItsRepliesWait() {
		this.peer = peer(small().build());
		List<Reply> replies = calls(1, "big.text", "60000");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 60_000);
		replies.addAll(calls(100, "big.text", "60000"));
		this.peer.cast("big.note", "\"cast\"");
		replies.addAll(calls(1, "big.noted", ""));
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		assertThat(this.big.handled).hasValue(1);
		assertThat(this.peer.connection.outboundBytes()).isLessThan(200_000);
		// Nobody else waits.
		RawPeer other = peer(small().build());
		other.room = Long.MAX_VALUE;
		assertThat(other.answer(other.call("big.text", "2"))).isEqualTo("0 \"xx\"");
		other.disconnect();
		readAll(replies);
		assertThat(this.big.handled).hasValue(102);
		assertThat(replies.getLast().text()).as("in its order").isEqualTo("[\"cast\"]");
	}

	@Test
	void whatWaitsMayBeGivenUpAndEndsAtItsDeadline() {
		this.peer = peer(small().build());
		List<Reply> replies = calls(1, "big.text", "60000");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 60_000);
		Reply cancelled = this.peer.call("big.text", "1");
		Reply late = this.peer.call("big.text", "1");
		this.peer.pump();
		this.peer.cancel(cancelled);
		this.peer.pump();
		assertThat(this.peer.connection.callsInFlight()).isEqualTo(2);
		pass(Duration.ofSeconds(6));
		readAll(replies);
		this.peer.pumpUntil(late::isOver);
		assertThat(this.peer.connection.callsInFlight()).isZero();
		assertThat(late.status).isNotZero();
		assertThat(late.text()).contains("not read in time");
		assertThat(this.big.handled).hasValue(1);
	}

	@Test
	void longRepliesAreCountedBeforeTheyAreThere() {
		this.peer = peer(small().build());
		readAll(calls(1, "big.held", "60000"));
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(10, "big.held", "60000");
		this.peer.pumpUntil(() -> this.big.entered.get() > 2);
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		assertThat(this.big.entered.get()).as("as many as fit").isBetween(2, 5);
		// Handlers may wait for each other: in time all get their turn.
		for (int i = 0; i < 5; i++) {
			pass(Duration.ofMillis(100));
		}
		this.peer.pumpUntil(() -> this.big.entered.get() == 11);
		this.big.gate.countDown();
		readAll(replies);
	}

	@Test
	void whatHandlersWaitForComesAlsoWhileSomethingWaitsToBeRead() {
		this.peer = peer(small().build());
		readAll(calls(1, "big.held", "60000"));
		List<Reply> replies = new ArrayList<>();
		this.peer.pumpUntil(() -> {
			if (this.peer.connection.callsInFlight() == 0 && this.peer.connection.outboundBytes() == 0) {
				replies.addAll(calls(1, "big.text", "3000"));
			}
			return this.peer.connection.outboundBytes() > 3000;
		});
		this.big.gate = new CountDownLatch(1);
		replies.addAll(calls(10, "big.held", "60000"));
		this.peer.pumpUntil(() -> this.big.entered.get() > 2);
		for (int i = 0; i < 5; i++) {
			pass(Duration.ofMillis(100));
		}
		assertThat(this.peer.connection.outboundBytes()).isGreaterThan(3000);
		this.peer.pumpUntil(() -> this.big.entered.get() == 11);
		this.big.gate.countDown();
		readAll(replies);
	}

	@Test
	void beyondTheBudgetWhatNeverChangesWaitsAsItIs() {
		this.peer = peer(small().build());
		repliesWereShort("big.record");
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(50, "big.record", "40000");
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 50);
		this.big.gate.countDown();
		this.peer.pumpUntil(() -> this.big.handled.get() == 51);
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		assertThat(this.peer.connection.outboundBytes()).isBetween(200_000L, 300_000L);
		readAll(replies);
		assertThat(replies).extracting((each) -> each.text().substring(0, 16)).allMatch("{\"text\":\"xxxxxxx"::equals);
	}

	@Test
	void beyondTheBudgetWhatMayChangeIsEncodedInItsTurn() {
		this.peer = peer(small().build());
		repliesWereShort("big.log");
		repliesWereShort("big.laterLog");
		this.big.log.clear();
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(10, "big.log", "40000");
		replies.addAll(calls(10, "big.laterLog", "40000"));
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 20);
		this.big.gate.countDown();
		this.peer.pumpUntil(() -> this.big.handled.get() == 22);
		readAll(replies);
		for (int i = 0; i < 20; i++) {
			assertThat(replies.get(i).payload.length).isEqualTo((40_000 + 3) * (i + 1) + 1);
		}
	}

	/** From then on its calls are expected to have short replies. */
	private void repliesWereShort(String operation) {
		List<Reply> replies = calls(1, operation, "1");
		this.peer.pumpUntil(() -> {
			// As few more as possible, for the test needs a peer that reads nothing.
			this.peer.room = Math.max(this.peer.room, this.peer.messages + 1);
			return replies.getFirst().isOver();
		});
	}

	@Test
	void aBurstOfFirstCallsIsFoundOutToBeTooMuchBeforeAllOfItIsUnderWay() {
		this.peer = peer(small().build());
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(500, "big.held", "40000");
		this.peer.pumpUntil(() -> this.big.entered.get() >= 17);
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		assertThat(this.big.entered).as("no more begin than a sixteenth of the budget each").hasValue(17);
		this.big.gate.countDown();
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() >= 17 * 40_000);
		for (int i = 0; i < 20; i++) {
			pass(Duration.ofMillis(100));
		}
		assertThat(this.big.entered).as("nothing more while nothing is read").hasValue(17);
		assertThat(this.peer.connection.unsentBytes()).isLessThan(17 * 41_000 + 200_000);
		readAll(replies);
	}

	@Test
	void firstCallsThatWaitForEachOtherAllGetTheirTurn() {
		this.peer = peer(small().build());
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(90, "big.held", "1");
		this.peer.pumpUntil(() -> {
			this.peer.connection.tick();
			return this.big.entered.get() == 90;
		});
		this.big.gate.countDown();
		readAll(replies);
	}

	@Test
	void firstCallsWhoseRepliesAreShortByTheirTypeWaitForNothing() {
		this.peer = peer(small().build());
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(90, "big.count", "");
		this.peer.pumpUntil(() -> this.big.entered.get() == 90);
		this.big.gate.countDown();
		readAll(replies);
	}

	@Test
	void whatIsKnownOfRepliesIsKnownInEachEncoding() {
		Assumptions.assumeTrue(this.mode == WireMode.EXT, "in base mode there is one encoding");
		this.peer = peer(small().build());
		repliesWereShort("big.held");
		this.big.gate = new CountDownLatch(1);
		int before = this.big.entered.get();
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 90; i++) {
			Reply reply = new Reply();
			reply.call = this.peer.session.call(MethodId.of("big.held"), "1".getBytes(StandardCharsets.UTF_8),
					ResponseMode.UNARY, reply, CallMetadata.NONE.toBuilder().accept(List.of(ContentType.CBOR)).build());
			replies.add(reply);
		}
		this.peer.pumpUntil(() -> this.big.entered.get() == before + 90);
		this.big.gate.countDown();
		readAll(replies);
	}

	@Test
	void repliesThatWaitAsTheyAreCountAndHoldFurtherCalls() {
		this.peer = peer(small().build());
		List<Reply> replies = manyRecordsWait("big.record");
		// But for a message that the peer had asked for before.
		this.peer.pumpUntil(() -> this.peer.connection.unsentBytes() >= 50 * 40_000L - 66_000);
		assertThat(this.peer.connection.unsentBytes()).isLessThan(50 * 41_000L + 100_000);
		assertThat(this.peer.connection.outboundBytes()).isBetween(200_000L, 300_000L);
		readAll(replies);
		this.peer.pumpUntil(() -> this.peer.connection.unsentBytes() == 0);
	}

	@Test
	void aReplyThatManyCallsWaitForCountsOnce() {
		this.peer = peer(small().build());
		List<Reply> replies = manyRecordsWait("big.same");
		assertThat(this.peer.connection.unsentBytes()).isBetween(200_000L, 400_000L);
		readAll(replies);
		this.peer.pumpUntil(() -> this.peer.connection.unsentBytes() == 0);
	}

	@Test
	void repliesThatWaitAsTheyAreAreLetGoOfWithTheConnection() {
		this.peer = peer(small().build());
		manyRecordsWait("big.record");
		this.peer.disconnect();
		assertThat(this.peer.connection.unsentBytes()).isEqualTo(this.peer.connection.outboundBytes());
	}

	/** Fifty calls whose replies nobody reads. */
	private List<Reply> manyRecordsWait(String operation) {
		repliesWereShort(operation);
		this.big.gate = new CountDownLatch(1);
		List<Reply> replies = calls(50, operation, "40000");
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 50);
		this.big.gate.countDown();
		this.peer.pumpUntil(() -> this.big.handled.get() == 51);
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		return replies;
	}

	@Test
	void aPeerThatReadsSlowlyIsNotSlow() {
		List<Reply> replies = calls(4, "big.text", "300000");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 300_000);
		for (int i = 0; i < 20; i++) {
			// No message is taken, but bytes of one are.
			this.peer.transport.progress++;
			pass(Duration.ofSeconds(20));
		}
		readAll(replies);
	}

	@Test
	void streamsWhoseItemsNobodyTakesHoldUpNoCalls() {
		Assumptions.assumeTrue(this.mode == WireMode.EXT, "in base mode streams have no credit of their own");
		this.peer = peer(small().build());
		this.peer.room = Long.MAX_VALUE;
		this.peer.consumes = false;
		List<Reply> streams = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			streams.add(this.peer.stream("big.items", "60000"));
		}
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 400_000);
		assertThat(this.peer.answer(this.peer.call("big.text", "2"))).isEqualTo("0 \"xx\"");
		assertThat(this.peer.answer(this.peer.call("big.record", "1"))).startsWith("0 {");
		assertThat(streams).noneMatch(Reply::isOver);
	}

	@Test
	void whatIsGivenUpWhileItWaitsIsNotKept() {
		this.peer = peer(small().build());
		calls(1, "big.text", "60000");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 60_000);
		for (int i = 0; i < 500; i++) {
			Reply given = this.peer.call("big.text", "1");
			this.peer.pump();
			this.peer.cancel(given);
			this.peer.pump();
		}
		pass(Duration.ZERO);
		assertThat(this.peer.connection.heldRequests()).isZero();
	}

	interface Big {

		Flow.Publisher<byte[]> items(int length);

		String text(int length);

		byte[] bytes(int length);

		@Call(timeout = "1m")
		Snapshot record(int length);

		@Call(timeout = "1m")
		Snapshot same(int length);

		@Call(timeout = "1m", concurrent = 100)
		int count();

		@Call(timeout = "1m")
		List<String> log(int length);

		@Call(timeout = "1m")
		CompletionStage<List<String>> laterLog(int length);

		@Call(timeout = "1m", concurrent = 100)
		byte[] held(int length);

		@Cast
		void note(String text);

		List<String> noted();

	}

	record Snapshot(String text, List<Integer> numbers) {
	}

	static class BigServer implements Big {

		@Override
		public Flow.Publisher<byte[]> items(int length) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, 1000).map((i) -> new byte[length]));
		}

		final AtomicInteger handled = new AtomicInteger();

		final AtomicInteger entered = new AtomicInteger();

		volatile CountDownLatch gate = new CountDownLatch(0);

		private final Map<Integer, Snapshot> snapshots = new HashMap<>();

		private final List<String> log = new ArrayList<>();

		private final List<String> notes = new ArrayList<>();

		@Override
		public String text(int length) {
			this.handled.incrementAndGet();
			return "x".repeat(length);
		}

		@Override
		public byte[] bytes(int length) {
			return new byte[length];
		}

		@Override
		public Snapshot record(int length) {
			awaitGate();
			this.handled.incrementAndGet();
			return new Snapshot("x".repeat(length), List.of(1, 2));
		}

		@Override
		public Snapshot same(int length) {
			Snapshot same = this.snapshots.computeIfAbsent(length, (key) -> new Snapshot("x".repeat(key), List.of()));
			awaitGate();
			this.handled.incrementAndGet();
			return same;
		}

		@Override
		public int count() {
			int entered = this.entered.incrementAndGet();
			awaitGate();
			return entered;
		}

		@Override
		public List<String> log(int length) {
			awaitGate();
			this.handled.incrementAndGet();
			this.log.add("y".repeat(length));
			return this.log;
		}

		@Override
		public CompletionStage<List<String>> laterLog(int length) {
			return CompletableFuture.completedFuture(log(length));
		}

		@Override
		public byte[] held(int length) {
			this.entered.incrementAndGet();
			awaitGate();
			return new byte[length];
		}

		private void awaitGate() {
			try {
				assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public void note(String text) {
			this.notes.add(text);
		}

		@Override
		public List<String> noted() {
			return this.notes;
		}

	}

}
