package io.genserver.rpc.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseFailure.Cause;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(BufferLeaks.class)
class InboundStreamsTest {

	private final FeedServer feed = new FeedServer();

	private final TestServers servers = new TestServers().add("feed", this.feed).start();

	private RawPeer peer = peer(StreamFailure.CANCEL, ProtocolLimits.defaults());

	private RawPeer peer(StreamFailure failure, ProtocolLimits limits) {
		PeerContext context = this.servers.context(limits);
		return new RawPeer(PeerContexts.of(limits, context.extLimits(), failure, context.exposure().operations(),
				context.connection().workers(), context.connection().clock()), 7);
	}

	@AfterEach
	void stop() {
		this.peer.disconnect();
		this.servers.close();
	}

	@Test
	void itemsArriveOneByOneAndInOrder() {
		Reply reply = this.peer.stream("feed.count", "10000");
		assertThat(this.peer.answer(reply)).isEqualTo("0 ");
		assertThat(reply.items)
			.containsExactlyElementsOf(IntStream.range(0, 10_000).mapToObj(String::valueOf).toList());
		assertThat(this.feed.wrongThread.get()).isFalse();
	}

	@Test
	void aStreamWithoutItemsJustEnds() {
		Reply reply = this.peer.stream("feed.count", "0");
		assertThat(this.peer.answer(reply)).isEqualTo("0 ");
		assertThat(reply.items).isEmpty();
	}

	@Test
	void aStreamThatFailsBeforeItsFirstItemSaysWhy() {
		assertThat(this.peer.answer(this.peer.stream("feed.failAfter", "0"))).isEqualTo("2 enough (error id #)");
		assertThat(this.peer.answer(this.peer.stream("feed.refuse", ""))).isEqualTo("2 no streams today (error id #)");
		assertThat(this.peer.answer(this.peer.stream("feed.count", "\"x\"")))
			.isEqualTo("1 feed.count: parameter to must be an int, not \"x\"");
	}

	@Test
	void aStreamThatFailsLaterIsCancelled() {
		Reply reply = this.peer.stream("feed.failAfter", "3");
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.failure).isNotNull().extracting("cause").isEqualTo(Cause.CANCELLED_BY_PEER);
		assertThat(reply.items).hasSize(3);
		assertThat(this.peer.connection.callsInFlight()).isZero();
	}

	@Test
	void aStreamThatFailsLaterEndsOrClosesWhereConfigured() {
		this.peer = peer(StreamFailure.END, ProtocolLimits.defaults());
		assertThat(this.peer.answer(this.peer.stream("feed.failAfter", "3"))).isEqualTo("0 ");
		this.peer.disconnect();
		this.peer = peer(StreamFailure.CLOSE, ProtocolLimits.defaults());
		this.peer.stream("feed.failAfter", "3");
		this.peer.pumpUntil(() -> this.peer.transport.closeCode() == CloseCode.INTERNAL);
	}

	@Test
	void anItemOverAFrameFailsTheStream() {
		Reply reply = this.peer.stream("feed.texts", "[1, 70000]");
		assertThat(this.peer.answer(reply))
			.isEqualTo("2 feed.texts: an item of 70002 bytes exceeds the limit of 65536");
		assertThat(this.feed.cancelled.getCount()).isZero();
	}

	@Test
	void cancellingAStreamCancelsItsPublisher() throws InterruptedException {
		Reply reply = this.peer.stream("feed.watch", "");
		this.peer.pumpUntil(() -> this.feed.watched.currentSubscriberCount() == 1);
		this.feed.watched.tryEmitNext("one").orThrow();
		this.peer.pumpUntil(() -> reply.items.size() == 1);
		this.peer.cancel(reply);
		this.peer.pumpUntil(() -> this.feed.watched.currentSubscriberCount() == 0);
		assertThat(this.feed.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 0);
		assertThat(reply.isOver()).isFalse();
		assertThat(this.feed.wrongThread.get()).isFalse();
	}

	@Test
	void aStreamCancelledBeforeItsHandlerRanIsNeverOpened() {
		Reply blocking = this.peer.call("feed.block", "");
		this.peer.pumpUntil(() -> this.feed.blocked.getCount() == 0);
		Reply reply = this.peer.stream("feed.count", "5");
		this.peer.pump();
		this.peer.cancel(reply);
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 1);
		this.feed.gate.countDown();
		assertThat(this.peer.answer(blocking)).isEqualTo("0 ");
		assertThat(this.feed.opened.get()).isZero();
	}

	@Test
	void aLostConnectionCancelsItsStreams() throws InterruptedException {
		this.peer.stream("feed.watch", "");
		this.peer.pumpUntil(() -> this.feed.watched.currentSubscriberCount() == 1);
		this.peer.disconnect();
		assertThat(this.feed.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void aPeerThatDoesNotReadStopsPublishersAtTheSoftLimit() {
		ProtocolLimits limits = ProtocolLimits.defaults().toBuilder().outboundSoftBytes(50_000).build();
		this.peer = peer(StreamFailure.CANCEL, limits);
		this.peer.room = 0;
		// While the server is busy no item fills the room that later requests need.
		this.peer.call("feed.block", "");
		this.peer.pumpUntil(() -> this.feed.blocked.getCount() == 0);
		List<Reply> replies = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			replies.add(this.peer.stream("feed.texts", "[100000, 1000]"));
		}
		this.peer.pumpUntil(() -> this.peer.connection.callsInFlight() == 101);
		this.feed.gate.countDown();
		this.peer.pumpUntil(() -> this.feed.produced.get() == 100);
		// The first items of all are over the limit:
		// none is asked for until they are sent.
		for (int i = 0; i < 5; i++) {
			this.peer.room++;
			this.peer.pump();
		}
		assertThat(this.feed.produced.get()).isLessThan(200);
		for (int i = 0; i < 300; i++) {
			this.peer.room++;
			this.peer.pump();
			assertThat(this.peer.connection.outboundBytes()).isLessThan(150_000);
		}
		assertThat(this.feed.produced.get()).isGreaterThan(1000);
		assertThat(this.peer.transport.closeCode()).isZero();
		assertThat(replies).allSatisfy((reply) -> assertThat(reply.items).isNotEmpty());
	}

	@Test
	void aPublisherThatIgnoresDemandEndsItsStreamAtTheHardLimit() {
		this.peer = peer(StreamFailure.CANCEL,
				ProtocolLimits.defaults().toBuilder().outboundSoftBytes(1000).outboundHardBytes(10_000).build());
		this.peer.room = 0;
		Reply reply = this.peer.stream("feed.flood", "");
		this.peer.pumpUntil(() -> this.peer.connection.outboundBytes() > 10_000);
		for (int i = 0; i < 20; i++) {
			this.peer.pump();
		}
		assertThat(this.peer.connection.outboundBytes()).isLessThan(20_000);
		this.peer.room = Long.MAX_VALUE;
		this.peer.pumpUntil(reply::isOver);
		assertThat(reply.failure).isNotNull();
		assertThat(this.peer.transport.closeCode()).isZero();
	}

	@Test
	void itemsAreProducedWithOneHandOverForManyOfThem() {
		Reply reply = this.peer.stream("feed.count", "100000");
		this.peer.answer(reply);
		assertThat(reply.items).hasSize(100_000);
		assertThat(this.peer.messages).isLessThan(10_000);
	}

	interface Feed {

		Flow.Publisher<Integer> count(int to);

		Flow.Publisher<Integer> failAfter(int count);

		Flow.Publisher<Integer> refuse();

		Flow.Publisher<String> texts(int count, int length);

		Flow.Publisher<String> watch();

		Flow.Publisher<String> flood();

		void block() throws InterruptedException;

	}

	static final class FeedServer implements Feed {

		final Sinks.Many<String> watched = Sinks.many().multicast().onBackpressureBuffer(256, false);

		final CountDownLatch cancelled = new CountDownLatch(1);

		final CountDownLatch blocked = new CountDownLatch(1);

		final CountDownLatch gate = new CountDownLatch(1);

		final AtomicBoolean wrongThread = new AtomicBoolean();

		final AtomicLong produced = new AtomicLong();

		final AtomicLong opened = new AtomicLong();

		private final Thread connection = Thread.currentThread();

		private <T> Flow.Publisher<T> items(Flux<T> items) {
			return FlowAdapters.toFlowPublisher(items.doOnSubscribe((subscription) -> this.opened.incrementAndGet())
				.doOnRequest((n) -> checkThread())
				.doOnNext((item) -> this.produced.incrementAndGet())
				.doOnCancel(() -> {
					checkThread();
					this.cancelled.countDown();
				}));
		}

		private void checkThread() {
			if (Thread.currentThread() == this.connection) {
				this.wrongThread.set(true);
			}
		}

		@Override
		public Flow.Publisher<Integer> count(int to) {
			return items(Flux.range(0, to));
		}

		@Override
		public Flow.Publisher<Integer> failAfter(int count) {
			return items(Flux.range(0, count).concatWith(Flux.error(new IllegalStateException("enough"))));
		}

		@Override
		public Flow.Publisher<Integer> refuse() {
			throw new IllegalStateException("no streams today");
		}

		@Override
		public Flow.Publisher<String> texts(int count, int length) {
			return items(Flux.range(0, count).map((i) -> "x".repeat(length)));
		}

		@Override
		public Flow.Publisher<String> watch() {
			return items(this.watched.asFlux());
		}

		@Override
		public Flow.Publisher<String> flood() {
			return (subscriber) -> {
				AtomicBoolean stopped = new AtomicBoolean();
				subscriber.onSubscribe(new Flow.Subscription() {
					@Override
					public void request(long n) {
						CompletableFuture.runAsync(() -> {
							for (int i = 0; i < 100 && !stopped.get(); i++) {
								subscriber.onNext("x".repeat(1000));
							}
						});
					}

					@Override
					public void cancel() {
						stopped.set(true);
					}
				});
			};
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.countDown();
			this.gate.await();
		}

		@Nullable String unused() {
			return null;
		}

	}

}
