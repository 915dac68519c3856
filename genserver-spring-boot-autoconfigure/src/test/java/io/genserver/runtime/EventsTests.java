package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.genserver.Events;
import io.genserver.FellBehindException;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.SlowSubscriber;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Streams out of a server and streams into one.
 */
class EventsTests {

	private final GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of(),
			() -> false);

	@AfterEach
	void close() {
		this.runtime.shutdown();
	}

	@Test
	void aSnapshotAndEveryLaterEventArriveWithoutGapWhileTheServerGoesOn() throws Exception {
		GenServerRef<Log> log = start(4096, SlowSubscriber.FAIL);
		Thread writer = Thread.ofPlatform().start(() -> {
			for (int i = 0; i < 2000; i++) {
				int number = i;
				log.call((server) -> server.append(number));
			}
		});
		List<Flux<Integer>> watches = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			watches.add(watch(log).take(2000));
		}
		List<Integer> all = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			all.add(i);
		}
		for (List<Integer> seen : Flux.merge(Flux.fromIterable(watches).map(Flux::collectList))
			.collectList()
			.block(HangGuard.DURATION)) {
			assertThat(seen).isEqualTo(all);
		}
		writer.join();
	}

	@Test
	void aSubscriberThatFallsBehindFailsAfterWhatIsBuffered() {
		GenServerRef<Log> log = start(2, SlowSubscriber.FAIL);
		StepVerifier.create(watch(log), 0).then(() -> {
			for (int i = 0; i < 5; i++) {
				int number = i;
				log.call((server) -> server.append(number));
			}
		})
			.thenRequest(10)
			.expectNext(0, 1)
			.expectErrorSatisfies((failure) -> assertThat(failure).isInstanceOf(FellBehindException.class)
				.hasMessageContaining("fell behind by more than 2"))
			.verify(HangGuard.DURATION);
		assertThat(log.<Integer, RuntimeException>call((server) -> server.events.subscribers())).isZero();
	}

	@Test
	void theOldestEventMakesRoomButNotTheSnapshot() {
		GenServerRef<Log> log = start(2, SlowSubscriber.DROP_OLDEST);
		log.call((server) -> server.append(-1));
		StepVerifier.create(watch(log), 0).then(() -> {
			for (int i = 0; i < 5; i++) {
				int number = i;
				log.call((server) -> server.append(number));
			}
		}).thenRequest(10).expectNext(-1, 3, 4).thenCancel().verify(HangGuard.DURATION);
	}

	@Test
	void subscriptionsEndWithTheServer() {
		GenServerRef<Log> log = start(2, SlowSubscriber.FAIL);
		StepVerifier.create(watch(log))
			.then(() -> this.runtime.server("log").instances().stop())
			.expectErrorSatisfies((failure) -> assertThat(failure).isInstanceOf(GenServerUnavailableException.class)
				.hasMessageContaining("stopped"))
			.verify(HangGuard.DURATION);
	}

	@Test
	void aSnapshotIsRefusedOutsideTheTurn() {
		GenServerRef<Log> log = start(2, SlowSubscriber.FAIL);
		Events<Integer> events = log.call((server) -> server.events);
		StepVerifier.create(JdkFlowAdapter.flowPublisherToFlux(events.startingWith(List.of(1))))
			.expectErrorMessage("A stream that starts with a snapshot of server log must be subscribed to in its turn:"
					+ " return it from a handler")
			.verify(HangGuard.DURATION);
	}

	@Test
	void anAttachedStreamIsSlowedDownToWhatTheMailboxTakesAndArrivesInOrder() throws Exception {
		GenServerRef<Log> log = start(2, SlowSubscriber.FAIL);
		CompletableFuture<List<Integer>> done = new CompletableFuture<>();
		CountDownLatch hold = new CountDownLatch(1);
		List<Long> requests = new CopyOnWriteArrayList<>();
		log.call((server) -> {
			Flow.Publisher<Integer> source = JdkFlowAdapter
				.publisherToFlowPublisher(Flux.range(0, 5000).doOnRequest(requests::add));
			GenServerContext.current().attach(source, new io.genserver.StreamHandler<Integer>() {

				@Override
				public void onItem(Integer item) throws Exception {
					hold.await();
					server.append(item);
				}

				@Override
				public void onEnd(Throwable failure) {
					done.complete(server.entries);
				}

			});
			return 0;
		});
		hold.countDown();
		assertThat(done.get(HangGuard.SECONDS, TimeUnit.SECONDS)).hasSize(5000).isSorted();
		assertThat(requests).allSatisfy((requested) -> assertThat(requested).isLessThanOrEqualTo(16));
		assertThat(ServerInfos.of(this.runtime.server("log")).mailbox().highWater()).isLessThanOrEqualTo(4);
	}

	@Test
	void anAttachedStreamIsCancelledWhenTheServerRestarts() throws Exception {
		GenServerRef<Log> log = start(2, SlowSubscriber.FAIL);
		CountDownLatch cancelled = new CountDownLatch(1);
		log.call((server) -> {
			GenServerContext.current()
				.attach(JdkFlowAdapter.publisherToFlowPublisher(Flux.never().doOnCancel(cancelled::countDown)),
						(item) -> {
						});
			return 0;
		});
		this.runtime.server("log").instances().restart(null);
		assertThat(cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	private GenServerRef<Log> start(int buffer, SlowSubscriber rule) {
		Server server = this.runtime
			.add(new ServerDefinition("log", Log.class, List.of(), false, List.of(new WatchOperation()),
					() -> new Log(buffer, rule), ServerSettings.DEFAULTS.withMailbox(4, io.genserver.Overflow.BLOCK)));
		this.runtime.start();
		return new LocalRef<>(server, null);
	}

	private Flux<Integer> watch(GenServerRef<Log> log) {
		Server server = this.runtime.server(log.name());
		Operation watch = server.definition().operations().getFirst();
		return Flux.<Integer>from(JdkFlowAdapter.flowPublisherToFlux(
				(Flow.Publisher<Integer>) (subscriber) -> server.stream(null, watch, null, 0, null, cast(subscriber))))
			.retryWhen(reactor.util.retry.Retry.indefinitely()
				.filter((failure) -> failure instanceof io.genserver.MailboxFullException));
	}

	@SuppressWarnings("unchecked")
	private static Flow.Subscriber<Object> cast(Flow.Subscriber<? super Integer> subscriber) {
		return (Flow.Subscriber<Object>) (Flow.Subscriber<?>) subscriber;
	}

	/** A server with a history. */
	static final class Log {

		private final List<Integer> entries = new ArrayList<>();

		private final Events<Integer> events;

		Log(int buffer, SlowSubscriber rule) {
			this.events = GenServerContext.current().events(buffer, rule);
		}

		int append(int entry) {
			this.entries.add(entry);
			this.events.emit(entry);
			return this.entries.size();
		}

	}

	/** Answers with the history and what follows. */
	private static final class WatchOperation extends Operation {

		WatchOperation() {
			super("watch", Kind.STREAM, 0, false, false);
		}

		@Override
		public Object invoke(Object instance, Object payload, Invocation invocation) {
			Log log = (Log) instance;
			return log.events.startingWith(log.entries);
		}

	}

}
