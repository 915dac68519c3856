package io.genserver.rpc.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.Overflow;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ContentType;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every way in which a request can be refused, in every state its response can be in, in
 * both modes: that request ends as its mode can say it, and nothing else does.
 */
@ExtendWith(BufferLeaks.class)
class RefusedRequestsTest {

	private static final Set<State> ALL = EnumSet.allOf(State.class);

	/** No item that is encoded is empty. */
	private static final Set<State> TYPED = EnumSet.complementOf(EnumSet.of(State.HEADER));

	private static final int KIND_DATA = 1;

	private static final int KIND_MORE = 0x40;

	private final AtomicLong now = new AtomicLong(1_000_000_000);

	private final ChatServer chat = new ChatServer();

	private final TestServers servers = new TestServers().add("chat", this.chat)
		.add("full", FullServer.class, () -> this.chat.full, false,
				ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT))
		.start();

	private @Nullable RawPeer peer;

	/** What has come of the response when the request is refused. */
	enum State {

		/** The handler runs, and has sent nothing. */
		NOTHING,

		/** The response is open, with an item of no bytes. */
		HEADER,

		/** Items were sent. */
		ITEMS,

		/** The response is complete, the request is not. */
		ENDED,

		/** The peer has cancelled the call. */
		CANCELLED

	}

	/** Why a call that runs cannot go on. */
	enum Way {

		HALF_OPEN(EnumSet.of(WireMode.BASE), 2),

		OUT_OF_SEQUENCE(EnumSet.of(WireMode.BASE), 2),

		INBOUND_BUDGET(EnumSet.of(WireMode.BASE), 2),

		ITEM_OVER_THE_LIMIT(EnumSet.of(WireMode.EXT), 0x18),

		DEADLINE(EnumSet.of(WireMode.EXT), 0x14),

		ITEM_NOT_DECODED(EnumSet.allOf(WireMode.class), 0x13, true),

		HANDLER_FAILS(EnumSet.allOf(WireMode.class), 0x1d),

		REPLY_TOO_LONG(EnumSet.allOf(WireMode.class), 0x18),

		REPLY_NOT_ENCODED(EnumSet.allOf(WireMode.class), 0x1d, true);

		private final Set<WireMode> modes;

		private final int status;

		/** Whether items are numbers. */
		private final boolean typed;

		Way(Set<WireMode> modes, int status) {
			this(modes, status, false);
		}

		Way(Set<WireMode> modes, int status, boolean typed) {
			this.modes = modes;
			this.status = status;
			this.typed = typed;
		}

	}

	/** Why a call does not begin. */
	enum Refusal {

		UNKNOWN_METHOD, BAD_ARGUMENTS, METADATA, CALLS_IN_FLIGHT, MAILBOX_FULL, SHUTTING_DOWN, DENIED, UNDECIDABLE,
		REQUEST_OVER_THE_LIMIT, ENCODING, HALF_OPEN, CAST_WITH_BAD_ARGUMENTS

	}

	static List<Arguments> running() {
		List<Arguments> table = new ArrayList<>();
		for (Way way : Way.values()) {
			for (WireMode mode : way.modes) {
				for (State state : way.typed ? TYPED : ALL) {
					table.add(Arguments.of(mode, way, state));
				}
			}
		}
		return table;
	}

	static List<Arguments> beginning() {
		List<Arguments> table = new ArrayList<>();
		for (Refusal refusal : Refusal.values()) {
			for (WireMode mode : WireMode.values()) {
				if (mode == WireMode.BASE && refusal == Refusal.ENCODING) {
					continue;
				}
				table.add(Arguments.of(mode, refusal, State.NOTHING));
				table.add(Arguments.of(mode, refusal, State.CANCELLED));
			}
		}
		return table;
	}

	private RawPeer peer(WireMode mode, ProtocolLimits limits, boolean asked) {
		PeerContext context = this.servers.context(limits);
		RawPeer made = new RawPeer(mode,
				PeerContexts.of(limits, ExtLimits.defaults().withKeepAlive(Duration.ofDays(1), Duration.ofDays(1)),
						StreamFailure.ERROR, context.exposure().operations(), context.connection().workers(),
						this.now::get, asked ? (caller, target) -> this.chat.decide(target.operation()) : null),
				3);
		this.peer = made;
		return made;
	}

	@AfterEach
	void stop() {
		this.chat.gate.countDown();
		if (this.peer != null) {
			this.peer.disconnect();
		}
		this.servers.close();
	}

	private void pass(RawPeer peer, Duration time) {
		this.now.addAndGet(time.toNanos());
		peer.connection.tick();
		peer.pump();
	}

	@ParameterizedTest
	@MethodSource("running")
	void aCallThatRunsEndsAlone(WireMode mode, Way way, State state) {
		ProtocolLimits limits = ProtocolLimits.defaults()
			.toBuilder()
			.itemBytes(10_000)
			.inboundBudgetBytes(20_000)
			.build();
		RawPeer peer = peer(mode, limits, false);
		Others others = new Others(peer);
		Reply refused = open(peer, way.typed ? "chat.count" : "chat.talk", way);
		peer.pumpUntil(() -> this.chat.talking.get() == 1);
		reach(peer, refused, state, way);
		List<String> before = List.copyOf(refused.items);
		boolean goesOn = state != State.ENDED && state != State.CANCELLED;
		apply(peer, refused, way, goesOn);
		if (goesOn) {
			peer.pumpUntil(refused::isOver);
			assertThat(refused.failure).isNull();
			assertThat(refused.status).isEqualTo((mode == WireMode.EXT) ? way.status : baseStatus(way, state));
			assertThat(text(mode, refused)).isNotBlank();
			assertThat(notExecuted(mode, refused)).isFalse();
		}
		// The handler is told, so that nothing of it goes on.
		peer.pumpUntil(() -> this.chat.ended.get() == 1);
		others.goOn();
		assertThat(refused.items).isEqualTo(before);
		assertThat(refused.answers).isEqualTo((state == State.CANCELLED) ? 0 : 1);
		peer.pumpUntil(() -> peer.connection.callsInFlight() == others.calls);
	}

	private static int baseStatus(Way way, State state) {
		return (way == Way.ITEM_NOT_DECODED && state == State.NOTHING) ? 1 : 2;
	}

	@Test
	void aRefusedCallHoldsItsPlaceUntilItsHandlerHasStopped() {
		RawPeer peer = peer(WireMode.BASE, ProtocolLimits.defaults().toBuilder().callsInFlight(1).build(), false);
		Reply refused = new Reply();
		refused.call = peer.session.openStream(MethodId.of("chat.swallow"), new byte[0], ResponseMode.UNARY, refused);
		peer.pumpUntil(() -> this.chat.talking.get() == 1);
		inject(peer, refused.call().requestId(), 77, KIND_DATA, utf8("late"));
		assertThat(peer.answer(refused)).startsWith("2 frame out of sequence");
		// Its items have failed, which this handler does not care for.
		peer.pumpUntil(() -> this.chat.ended.get() == 1);
		assertThat(peer.connection.callsInFlight()).isEqualTo(1);
		assertThat(peer.answer(peer.call("chat.echo", "\"x\""))).startsWith("2 1 calls are in flight");
		this.chat.gate.countDown();
		peer.pumpUntil(() -> peer.connection.callsInFlight() == 0);
		assertThat(peer.answer(peer.call("chat.echo", "\"x\""))).isEqualTo("0 \"x\"");
	}

	private Reply open(RawPeer peer, String method, Way way) {
		Reply reply = new Reply();
		CallMetadata metadata = (way == Way.DEADLINE)
				? CallMetadata.NONE.toBuilder().deadlineMillis(Duration.ofMinutes(1).toMillis()).build()
				: CallMetadata.NONE;
		reply.call = peer.session.openStream(MethodId.of(method), utf8("\"" + "x".repeat(9000) + "\""),
				ResponseMode.STREAM, reply, metadata);
		return reply;
	}

	private void reach(RawPeer peer, Reply reply, State state, Way way) {
		switch (state) {
			case NOTHING -> {
			}
			case HEADER -> say(peer, reply, "");
			case ITEMS -> {
				say(peer, reply, "1");
				say(peer, reply, "2");
			}
			case ENDED -> {
				say(peer, reply, "1");
				peer.session.sendItem(reply.call(), utf8(way.typed ? "0" : "end"));
				peer.pumpUntil(reply::isOver);
			}
			case CANCELLED -> {
				say(peer, reply, "1");
				peer.cancel(reply);
				peer.pump();
			}
		}
	}

	private static void say(RawPeer peer, Reply reply, String item) {
		int before = reply.items.size();
		peer.session.sendItem(reply.call(), utf8(item));
		peer.pumpUntil(() -> reply.items.size() > before);
	}

	private void apply(RawPeer peer, Reply reply, Way way, boolean goesOn) {
		int id = reply.call().requestId();
		switch (way) {
			case HALF_OPEN -> pass(peer, Duration.ofSeconds(30));
			case OUT_OF_SEQUENCE -> inject(peer, id, 77, KIND_DATA, utf8("late"));
			case INBOUND_BUDGET -> {
				Reply second = new Reply();
				second.call = peer.session.openStream(MethodId.of("chat.collect"), utf8("\"" + "y".repeat(8500) + "\""),
						ResponseMode.UNARY, second);
				Reply third = new Reply();
				third.call = peer.session.openStream(MethodId.of("chat.collect"), utf8("\"" + "z".repeat(8600) + "\""),
						ResponseMode.UNARY, third);
				peer.pump();
				peer.cancel(second);
				if (!third.isOver()) {
					peer.cancel(third);
				}
			}
			case ITEM_OVER_THE_LIMIT -> {
				int seq = 1 + reply.items.size();
				inject(peer, id, seq, KIND_DATA | KIND_MORE, new byte[6000]);
				inject(peer, id, seq + 1, KIND_DATA | KIND_MORE, new byte[6000]);
			}
			case DEADLINE -> pass(peer, Duration.ofMinutes(1));
			case ITEM_NOT_DECODED -> sendIf(goesOn, peer, reply, "undecodable");
			case HANDLER_FAILS -> sendIf(goesOn, peer, reply, "fail");
			case REPLY_TOO_LONG -> sendIf(goesOn, peer, reply, "long");
			case REPLY_NOT_ENCODED -> sendIf(goesOn, peer, reply, "13");
		}
		peer.pump();
	}

	/** What only a call that is open can be sent. */
	private static void sendIf(boolean open, RawPeer peer, Reply reply, String item) {
		assertThat(peer.session.sendItem(reply.call(), utf8(item))).isEqualTo(open);
	}

	/** A frame that no session of ours would write. */
	private static void inject(RawPeer peer, int streamId, int seq, int kind, byte[] payload) {
		peer.sendAll();
		peer.connection.receive(Unpooled.wrappedBuffer(ByteBuffer.allocate(13 + payload.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt(payload.length)
			.putInt(streamId)
			.putInt(seq)
			.put((byte) kind)
			.put(payload)
			.array()));
	}

	@ParameterizedTest
	@MethodSource("beginning")
	void aCallThatIsRefusedEndsAlone(WireMode mode, Refusal refusal, State state) throws InterruptedException {
		ProtocolLimits.Builder limits = ProtocolLimits.defaults().toBuilder().itemBytes(100_000).metadataBytes(60_000);
		if (refusal == Refusal.CALLS_IN_FLIGHT) {
			limits.callsInFlight(2);
		}
		RawPeer peer = peer(mode, limits.build(), refusal == Refusal.DENIED || refusal == Refusal.UNDECIDABLE);
		Others others = new Others(peer);
		Reply refused = new Reply();
		request(peer, mode, refusal, refused);
		boolean answered = refused.isOver();
		if (state == State.CANCELLED) {
			// Where it needed no time to be refused,
			// the cancel finds the answer unwritten.
			peer.sendAll();
			assertThat(peer.session.cancel(refused.call())).isNotEqualTo(answered);
			peer.pump();
		}
		else {
			peer.pumpUntil(refused::isOver);
			assertThat(refused.failure).isNull();
			assertThat(refused.status).isPositive();
			assertThat(text(mode, refused)).isNotBlank();
			assertThat(notExecuted(mode, refused)).isEqualTo(mode == WireMode.EXT);
		}
		this.chat.gate.countDown();
		boolean streamsEnd = refusal == Refusal.SHUTTING_DOWN && mode == WireMode.EXT;
		for (int i = 0; streamsEnd && i < 2; i++) {
			// So long a stream has to wait for its publisher.
			pass(peer, Duration.ofSeconds(1));
		}
		peer.pumpUntil(() -> peer.connection.callsInFlight() == (streamsEnd ? 0 : 1));
		if (streamsEnd) {
			others.streamIsLeft();
		}
		else if (refusal == Refusal.SHUTTING_DOWN) {
			others.streamGoesOn();
		}
		else {
			others.goOn();
		}
		assertThat(refused.answers).isEqualTo((state == State.CANCELLED && !answered) ? 0 : 1);
		assertThat(this.chat.refusedRan.get()).isZero();
		assertThat(peer.unmatched).noneMatch((event) -> event.startsWith("violation"));
	}

	private void request(RawPeer peer, WireMode mode, Refusal refusal, Reply reply) throws InterruptedException {
		switch (refusal) {
			case UNKNOWN_METHOD -> call(peer, reply, "chat.sing", "\"x\"");
			case BAD_ARGUMENTS -> call(peer, reply, "chat.refused", "{");
			case CAST_WITH_BAD_ARGUMENTS -> call(peer, reply, "chat.note", "{");
			case METADATA -> {
				if (mode == WireMode.BASE) {
					call(peer, reply, "chat.refused", "\"" + "x".repeat(62_000) + "\"");
				}
				else {
					CallMetadata.Builder metadata = CallMetadata.NONE.toBuilder();
					metadata.key("");
					reply.call = peer.session.call(MethodId.of("chat.refused"), utf8("\"x\""), ResponseMode.UNARY,
							reply, metadata.methodName("another.name").build());
				}
			}
			case CALLS_IN_FLIGHT -> {
				peer.call("chat.block", "");
				call(peer, reply, "chat.refused", "\"x\"");
			}
			case MAILBOX_FULL -> {
				peer.call("full.block", "");
				peer.pumpUntil(() -> this.chat.full.blocked.getCount() == 0);
				peer.call("full.next", "");
				call(peer, reply, "full.next", "");
			}
			case SHUTTING_DOWN -> {
				if (mode == WireMode.EXT) {
					// After GOAWAY a peer in ext mode opens nothing: what it
					// opened in time goes on, which is refused by its method here.
					call(peer, reply, "chat.sing", "\"x\"");
					peer.sendAll();
				}
				peer.connection.drain(Duration.ofMinutes(1), "bye");
				peer.pump();
				if (mode == WireMode.BASE) {
					call(peer, reply, "chat.refused", "\"x\"");
				}
			}
			case DENIED, UNDECIDABLE -> {
				this.chat.failing = refusal == Refusal.UNDECIDABLE;
				call(peer, reply, "chat.refused", "\"x\"");
			}
			case REQUEST_OVER_THE_LIMIT -> {
				reply.call = peer.session.openStream(MethodId.of("chat.refused"), new byte[0], ResponseMode.UNARY,
						reply);
				peer.sendAll();
				int seq = 1;
				int kind = (mode == WireMode.EXT) ? KIND_DATA | KIND_MORE : KIND_DATA;
				inject(peer, reply.call().requestId(), seq, kind, new byte[60_000]);
				inject(peer, reply.call().requestId(), seq + 1, kind, new byte[60_000]);
			}
			case ENCODING -> reply.call = peer.session.call(MethodId.of("chat.refused"), utf8("x"), ResponseMode.UNARY,
					reply, CallMetadata.NONE.toBuilder().contentType(ContentType.of("morse")).build());
			case HALF_OPEN -> {
				reply.call = peer.session.openStream(MethodId.of("chat.refused"), utf8("\"x\""), ResponseMode.UNARY,
						reply);
				peer.pump();
				pass(peer, Duration.ofSeconds(30));
			}
		}
	}

	private static void call(RawPeer peer, Reply reply, String method, String arguments) {
		reply.call = peer.session.call(MethodId.of(method), utf8(arguments), ResponseMode.UNARY, reply);
	}

	private static String text(WireMode mode, Reply reply) {
		return (mode == WireMode.BASE) ? reply.text() : ExtError.decode(reply.status, reply.payload).message();
	}

	private static boolean notExecuted(WireMode mode, Reply reply) {
		return mode == WireMode.EXT && ExtError.decode(reply.status, reply.payload).notExecuted();
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/** Another stream on the same connection, and calls after it. */
	private final class Others {

		private final RawPeer peer;

		private final Reply stream;

		private final int calls = 1;

		private int emitted;

		Others(RawPeer peer) {
			this.peer = peer;
			this.stream = peer.stream("chat.watch", "");
			peer.pumpUntil(() -> RefusedRequestsTest.this.chat.news.currentSubscriberCount() == 1);
			streamGoesOn();
		}

		void streamGoesOn() {
			this.emitted++;
			RefusedRequestsTest.this.chat.news.tryEmitNext("news " + this.emitted).orThrow();
			this.peer.pumpUntil(() -> this.stream.items.size() == this.emitted);
			assertThat(this.stream.isOver()).isFalse();
			assertThat(this.peer.transport.closed).isNull();
			assertThat(this.peer.transport.paused).isFalse();
		}

		/** A drain ends it, with a status. */
		void streamIsLeft() {
			this.peer.pumpUntil(this.stream::isOver);
			ExtError error = ExtError.decode(this.stream.status, this.stream.payload);
			assertThat(error.status()).isEqualTo(ExtStatus.UNAVAILABLE);
			assertThat(error.reason()).isEqualTo("shutdown");
			assertThat(this.stream.items).hasSize(this.emitted);
		}

		void goOn() {
			assertThat(this.peer.answer(this.peer.call("chat.echo", "\"still here\""))).isEqualTo("0 \"still here\"");
			streamGoesOn();
		}

	}

	interface Chat {

		Flow.Publisher<byte[]> talk(String topic, Flux<byte[]> lines);

		Flow.Publisher<Object> count(String topic, Flux<Integer> numbers);

		CompletableFuture<Integer> collect(String topic, Flux<byte[]> lines);

		@Call(timeout = "1m")
		void swallow(Flux<byte[]> lines) throws InterruptedException;

		Flow.Publisher<String> watch();

		String echo(String text);

		@Call(timeout = "1m", concurrent = 10)
		void block() throws InterruptedException;

		void refused(String text);

		@Cast
		void note(String text);

	}

	interface Full {

		@Call(timeout = "1m")
		void block() throws InterruptedException;

		@Call(timeout = "1m")
		void next();

	}

	static class FullServer implements Full {

		final CountDownLatch blocked = new CountDownLatch(1);

		private final CountDownLatch gate;

		FullServer(CountDownLatch gate) {
			this.gate = gate;
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.countDown();
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void next() {
		}

	}

	static class ChatServer implements Chat {

		final CountDownLatch gate = new CountDownLatch(1);

		final FullServer full = new FullServer(this.gate);

		final AtomicInteger talking = new AtomicInteger();

		/** Items of requests that have come to their end, one way or another. */
		final AtomicInteger ended = new AtomicInteger();

		final AtomicInteger refusedRan = new AtomicInteger();

		final Sinks.Many<String> news = Sinks.many().multicast().onBackpressureBuffer();

		volatile boolean failing;

		CompletableFuture<Boolean> decide(String operation) {
			if (!operation.equals("refused")) {
				return CompletableFuture.completedFuture(true);
			}
			return this.failing ? CompletableFuture.failedFuture(new IllegalStateException("the decision failed"))
					: CompletableFuture.completedFuture(false);
		}

		private <T> Flux<T> followed(Flux<T> items) {
			return items.doOnSubscribe((subscription) -> this.talking.incrementAndGet())
				.doFinally((signal) -> this.ended.incrementAndGet());
		}

		@Override
		public Flow.Publisher<byte[]> talk(String topic, Flux<byte[]> lines) {
			return FlowAdapters.toFlowPublisher(followed(lines.takeUntil((line) -> is(line, "end"))).map((line) -> {
				if (is(line, "fail")) {
					throw new IllegalStateException("it failed");
				}
				return is(line, "long") ? new byte[70_000] : line;
			}));
		}

		private static boolean is(byte[] line, String text) {
			return new String(line, StandardCharsets.UTF_8).equals(text);
		}

		@Override
		public Flow.Publisher<Object> count(String topic, Flux<Integer> numbers) {
			return FlowAdapters.toFlowPublisher(followed(numbers.takeUntil((number) -> number == 0))
				.map((number) -> (number == 13) ? new Unwritable() : number));
		}

		@Override
		public CompletableFuture<Integer> collect(String topic, Flux<byte[]> lines) {
			return lines.reduce(0, (sum, line) -> sum + line.length).toFuture();
		}

		@Override
		public void swallow(Flux<byte[]> lines) throws InterruptedException {
			followed(lines).subscribe((line) -> {
			}, (failure) -> {
			});
			block();
		}

		@Override
		public Flow.Publisher<String> watch() {
			return FlowAdapters.toFlowPublisher(this.news.asFlux());
		}

		@Override
		public String echo(String text) {
			return text;
		}

		@Override
		public void block() throws InterruptedException {
			assertThat(this.gate.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}

		@Override
		public void refused(String text) {
			this.refusedRan.incrementAndGet();
		}

		@Override
		public void note(String text) {
			this.refusedRan.incrementAndGet();
		}

	}

	/** What no encoding can write. */
	static class Unwritable {

		public int getValue() {
			throw new IllegalStateException("no value");
		}

	}

}
