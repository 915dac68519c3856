package io.genserver.rpc.peer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

/** What streams end with when their end of the connection leaves. */
@ExtendWith(BufferLeaks.class)
class DrainedStreamsTest {

	private static final CallMetadata ONE_ITEM = CallMetadata.NONE.toBuilder().itemCredit(1).build();

	private final FeedServer feed = new FeedServer();

	private final TestServers servers = new TestServers().add("feed", this.feed).start();

	private final AtomicLong now = new AtomicLong();

	private RawPeer peer = connect(WireMode.EXT, 47);

	@AfterEach
	void stop() {
		this.peer.disconnect();
		this.servers.close();
	}

	private RawPeer connect(WireMode mode, int seed) {
		PeerContext context = this.servers.context(ProtocolLimits.defaults());
		return new RawPeer(mode, PeerContexts.of(context.connection().limits(), context.extLimits(),
				StreamFailure.ERROR, context.exposure().operations(), context.connection().workers(), this.now::get),
				seed);
	}

	private static void pass(AtomicLong now, RawPeer peer, Duration time) {
		now.addAndGet(time.toNanos());
		peer.connection.tick();
		peer.pump();
	}

	/** As long as a connection that is looked at each second needs to see it. */
	private void becomeQuiet(RawPeer peer) {
		for (int i = 0; i < 2; i++) {
			pass(this.now, peer, Duration.ofSeconds(1));
		}
	}

	private Reply stream(String operation) {
		Reply reply = this.peer.stream(operation, "", ONE_ITEM);
		this.peer.pumpUntil(() -> !reply.items.isEmpty());
		return reply;
	}

	private static void assertLeft(Reply reply) {
		ExtError error = ExtError.decode(reply.status, reply.payload);
		assertThat(error.status()).isEqualTo(ExtStatus.UNAVAILABLE);
		assertThat(error.reason()).isEqualTo("shutdown");
		assertThat(error.message()).contains("the server shuts down");
		assertThat(error.notExecuted()).isFalse();
	}

	@Test
	void streamsThatWaitForTheirPublishersEndWithAStatusAsTheDrainBegins() {
		Reply one = stream("feed.endless");
		Reply two = stream("feed.endless");
		becomeQuiet(this.peer);
		CompletableFuture<?> drained = this.peer.connection.drain(Duration.ofMinutes(5), "bye");
		this.peer.pumpUntil(() -> one.isOver() && two.isOver());
		assertLeft(one);
		assertLeft(two);
		this.peer.pumpUntil(drained::isDone);
		HangGuard.await("the publishers are told", () -> this.feed.cancelled.get() == 2);
	}

	@Test
	void oneThatWaitsForItsPeerGoesOnUntilTheConnectionIsClosed() {
		this.peer.consumes = false;
		Reply numbers = stream("feed.numbers");
		CompletableFuture<?> drained = this.peer.connection.drain(Duration.ofMinutes(5), "bye");
		for (int i = 0; i < 50; i++) {
			this.peer.pump();
		}
		assertThat(drained).isNotDone();
		assertThat(numbers.isOver()).isFalse();
		this.peer.connection.leave();
		this.peer.pumpUntil(numbers::isOver);
		assertLeft(numbers);
	}

	@Test
	void oneThatComesToWaitForItsPublisherLaterEndsThen() {
		this.peer.consumes = false;
		Reply late = stream("feed.twoAndNoMore");
		this.peer.connection.drain(Duration.ofMinutes(5), "bye");
		for (int i = 0; i < 50; i++) {
			pass(this.now, this.peer, Duration.ofMillis(100));
		}
		assertThat(late.isOver()).isFalse();
		this.peer.consumes = true;
		this.peer.session.consumed(late.call(), 1, 1);
		this.peer.pumpUntil(() -> late.items.size() == 2);
		becomeQuiet(this.peer);
		this.peer.pumpUntil(late::isOver);
		assertThat(late.items).containsExactly("1", "2");
		assertLeft(late);
	}

	@ParameterizedTest
	@EnumSource
	void oneThatHasAnItemNowAndThenComesToItsEnd(WireMode mode) {
		RawPeer other = connect(mode, 59);
		Reply reply = other.stream("feed.manual", "");
		other.pumpUntil(() -> this.feed.emitter.currentSubscriberCount() == 1);
		becomeQuiet(other);
		this.feed.emitter.tryEmitNext(1).orThrow();
		other.pumpUntil(() -> reply.items.size() == 1);
		CompletableFuture<?> drained = other.connection.drain(Duration.ofMinutes(5), "bye");
		for (int i = 2; i < 100; i++) {
			int items = i;
			other.pump();
			pass(this.now, other, Duration.ofMillis(800));
			assertThat(drained).isNotDone();
			assertThat(reply.isOver()).isFalse();
			this.feed.emitter.tryEmitNext(i).orThrow();
			other.pumpUntil(() -> reply.items.size() == items);
		}
		this.feed.emitter.tryEmitComplete().orThrow();
		other.pumpUntil(() -> reply.isOver() && drained.isDone());
		assertThat(reply.status).isZero();
		assertThat(reply.items).hasSize(99);
		other.disconnect();
	}

	@ParameterizedTest
	@EnumSource
	void butNotInMoreThanHalfOfTheTime(WireMode mode) {
		RawPeer other = connect(mode, 61);
		Reply reply = other.stream("feed.manual", "");
		other.pumpUntil(() -> this.feed.emitter.currentSubscriberCount() == 1);
		CompletableFuture<?> drained = other.connection.drain(Duration.ofSeconds(10), "bye");
		for (int i = 1; i <= 49; i++) {
			int items = i;
			this.feed.emitter.tryEmitNext(i).orThrow();
			other.pumpUntil(() -> reply.items.size() == items);
			pass(this.now, other, Duration.ofMillis(100));
			assertThat(drained).isNotDone();
		}
		pass(this.now, other, Duration.ofMillis(200));
		other.pumpUntil(drained::isDone);
		assertThat(reply.isOver()).isEqualTo(mode == WireMode.EXT);
		other.disconnect();
	}

	@Test
	void oneWhoseCallerHasSetADeadlineIsWaitedForUntilThen() {
		RawPeer other = connect(WireMode.EXT, 67);
		Reply reply = other.stream("feed.endless", "", CallMetadata.NONE.toBuilder().deadlineMillis(60_000).build());
		other.pumpUntil(() -> !reply.items.isEmpty());
		CompletableFuture<?> drained = other.connection.drain(Duration.ofSeconds(10), "bye");
		for (int i = 0; i < 50; i++) {
			pass(this.now, other, Duration.ofSeconds(1));
		}
		assertThat(drained).isNotDone();
		pass(this.now, other, Duration.ofSeconds(20));
		other.pumpUntil(() -> reply.isOver() && drained.isDone());
		assertThat(ExtError.decode(reply.status, reply.payload).status()).isEqualTo(ExtStatus.DEADLINE_EXCEEDED);
		other.disconnect();
	}

	@ParameterizedTest
	@EnumSource
	void inBaseModeTheConnectionSaysIt(WireMode mode) {
		RawPeer other = connect(mode, 53);
		Reply reply = other.stream("feed.endless", "");
		other.pumpUntil(() -> !reply.items.isEmpty());
		becomeQuiet(other);
		other.pumpUntil(other.connection.drain(Duration.ofMinutes(5), "bye")::isDone);
		other.connection.leave();
		other.pump();
		assertThat(reply.isOver()).isEqualTo(mode == WireMode.EXT);
		other.disconnect();
		HangGuard.await("the publisher is told", () -> this.feed.cancelled.get() == 1);
	}

	interface Feed {

		Flow.Publisher<String> endless();

		Flow.Publisher<Integer> numbers();

		Flow.Publisher<Integer> twoAndNoMore();

		Flow.Publisher<Integer> manual();

	}

	static class FeedServer implements Feed {

		final AtomicInteger cancelled = new AtomicInteger();

		final Sinks.Many<Integer> emitter = Sinks.many().unicast().onBackpressureBuffer();

		@Override
		public Flow.Publisher<String> endless() {
			return FlowAdapters.toFlowPublisher(
					Flux.concat(Flux.just("now"), Flux.<String>never()).doOnCancel(this.cancelled::incrementAndGet));
		}

		@Override
		public Flow.Publisher<Integer> numbers() {
			return FlowAdapters.toFlowPublisher(Flux.range(0, 1_000_000));
		}

		@Override
		public Flow.Publisher<Integer> twoAndNoMore() {
			return FlowAdapters.toFlowPublisher(Flux.concat(Flux.just(1, 2), Flux.never()));
		}

		@Override
		public Flow.Publisher<Integer> manual() {
			return FlowAdapters.toFlowPublisher(this.emitter.asFlux());
		}

	}

}
