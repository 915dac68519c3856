package io.genserver.rpc;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.ExtError;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.RawPeer.Reply;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/** What streams end with when their end of the connection leaves. */
@ExtendWith(BufferLeaks.class)
class DrainedStreamsTest {

	private static final CallMetadata ONE_ITEM = CallMetadata.NONE.toBuilder().itemCredit(1).build();

	private final FeedServer feed = new FeedServer();

	private final TestServers servers = new TestServers().add("feed", this.feed).start();

	private RawPeer peer = new RawPeer(WireMode.EXT, this.servers.context(ProtocolLimits.defaults()), 47);

	@AfterEach
	void stop() {
		this.peer.disconnect();
		this.servers.close();
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
			this.peer.pump();
		}
		assertThat(late.isOver()).isFalse();
		this.peer.consumes = true;
		this.peer.session.consumed(late.call(), 1, 1);
		this.peer.pumpUntil(() -> {
			this.peer.connection.tick();
			return late.isOver();
		});
		// It waits for its publisher as soon as that is asked for the second item, which
		// comes from another thread.
		assertThat(late.items).hasSizeBetween(1, 2);
		assertLeft(late);
	}

	@ParameterizedTest
	@EnumSource
	void inBaseModeTheConnectionSaysIt(WireMode mode) {
		RawPeer other = new RawPeer(mode, this.servers.context(ProtocolLimits.defaults()), 53);
		Reply reply = other.stream("feed.endless", "");
		other.pumpUntil(() -> !reply.items.isEmpty());
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

	}

	static class FeedServer implements Feed {

		final AtomicInteger cancelled = new AtomicInteger();

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

	}

}
