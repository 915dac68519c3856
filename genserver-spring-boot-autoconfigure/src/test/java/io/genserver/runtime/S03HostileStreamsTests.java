package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import ch.qos.logback.classic.Level;
import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.SlowSubscriber;
import io.genserver.StreamHandler;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Whatever publishers, subscriptions and subscribers throw, and wherever memory runs out,
 * a stream ends for both sides, and keeps neither its server nor the server's instance.
 */
class S03HostileStreamsTests {

	private final SeededScheduler scheduler = new SeededScheduler(1);

	private final FailingScheduler failing = new FailingScheduler(this.scheduler,
			() -> new OutOfMemoryError("expected"));

	private final Engine engine = new Engine(this.failing);

	private GenServerRef<Object> start() {
		return this.engine.start("server", ServerSettings.DEFAULTS, Object::new);
	}

	private void settle() {
		this.scheduler.sleep(Duration.ofSeconds(1));
	}

	private Listener open(Flow.Publisher<?> publisher) {
		Listener listener = new Listener();
		open(publisher, listener);
		return listener;
	}

	private void open(Flow.Publisher<?> publisher, Flow.Subscriber<@Nullable Object> subscriber) {
		this.engine.runtime.server("server")
			.stream(null, TestOperation.stream("stream", (instance, payload) -> publisher), null, 0, null, subscriber);
	}

	private boolean isReadFrom() {
		return !CellInternals.hasNoStreams(this.engine.cell("server"));
	}

	@Test
	void S03_aSubscriberIsToldOfAFailureThoughItsSourceCannotBeCancelled() {
		for (Thrown thrown : Thrown.values()) {
			try (Engine own = new Engine(new SeededScheduler(1))) {
				BrokenLog log = BrokenLog.with(Level.DEBUG, () -> thrown);
				try {
					own.start("server", ServerSettings.DEFAULTS, Object::new);
					Listener listener = new Listener();
					own.runtime.server("server").stream(null, TestOperation.stream("stream", (instance, payload) -> {
						Flow.Publisher<Object> publisher = (subscriber) -> {
							subscriber.onSubscribe(new Source(null, thrown));
							thrown.raise();
						};
						return publisher;
					}), null, 0, null, listener);
					((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
					assertThat(listener.signals).as(thrown.toString()).hasSize(1);
				}
				finally {
					log.close();
				}
			}
		}
	}

	@Test
	void S03_aSubscriberIsToldThatItsSourceThrowsWhenAskedForItems() {
		for (Thrown thrown : Thrown.values()) {
			try (Engine own = new Engine(new SeededScheduler(1))) {
				own.start("server", ServerSettings.DEFAULTS, Object::new);
				Listener listener = new Listener();
				Source source = new Source(thrown, thrown);
				own.runtime.server("server").stream(null, TestOperation.stream("stream", (instance, payload) -> {
					Flow.Publisher<Object> publisher = (subscriber) -> subscriber.onSubscribe(source);
					return publisher;
				}), null, 0, null, listener);
				((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
				assertThat(listener.signals).as(thrown.toString()).hasSize(1);
				assertThat(listener.signals.get(0).getClass()).isEqualTo(thrown.make().getClass());
				assertThat(source.cancelled).isTrue();
				assertThat(CellInternals.hasNoStreams(own.cell("server"))).isTrue();
			}
		}
	}

	@Test
	void S03_aSubscriberThatThrowsIsToldNoMoreAndKeepsNoInstance() {
		start();
		Source source = new Source(null, null);
		Listener listener = new Listener() {

			@Override
			public void onNext(@Nullable Object item) {
				throw new IllegalStateException("expected");
			}

		};
		open((subscriber) -> {
			source.subscriber = subscriber;
			subscriber.onSubscribe(source);
		}, listener);
		settle();
		assertThat(isReadFrom()).isTrue();
		// A publisher need not cancel what threw: it counts as cancelled.
		assertThat(catchThrowable(() -> source.subscriber.onNext("item"))).hasMessage("expected");
		source.subscriber.onComplete();
		assertThat(listener.signals).isEmpty();
		assertThat(source.cancelled).isTrue();
		assertThat(isReadFrom()).isFalse();
		this.engine.close();
	}

	@Test
	void S03_streamsThatCannotBeCancelledKeepNoOtherFromBeingCancelled() {
		for (Thrown thrown : Thrown.values()) {
			try (Engine own = new Engine(new SeededScheduler(1))) {
				GenServerRef<Object> ref = own.start("server", ServerSettings.DEFAULTS, Object::new);
				List<Source> sources = new ArrayList<>();
				List<Object> handled = new ArrayList<>();
				List<Object> items = new ArrayList<>();
				ref.cast((instance) -> {
					for (int i = 0; i < 3; i++) {
						Source source = new Source(null, thrown);
						sources.add(source);
						GenServerContext.current().attach((subscriber) -> {
							source.subscriber = subscriber;
							subscriber.onSubscribe(source);
						}, handled::add);
						Events<Object> events = GenServerContext.current().events(4, SlowSubscriber.FAIL);
						Listener listener = new Listener(items);
						events.stream().subscribe(listener);
					}
				});
				((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
				own.runtime.server("server").instances().restart(null);
				((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
				sources.forEach((source) -> source.subscriber.onNext("item"));
				((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
				assertThat(sources).as(thrown.toString()).allMatch((source) -> source.cancelled);
				assertThat(handled).as(thrown + ": nothing reaches the successor").isEmpty();
				assertThat(items).as(thrown + ": subscribers are told of the end").hasSize(3);
			}
		}
	}

	@Test
	void S03_anAttachedStreamWhoseSourceThrowsWhenAskedForItemsEnds() {
		for (Thrown thrown : Thrown.values()) {
			try (Engine own = new Engine(new SeededScheduler(1))) {
				GenServerRef<Object> ref = own.start("server", ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK),
						Object::new);
				Source source = new Source(null, null);
				List<@Nullable Throwable> ends = new ArrayList<>();
				attach(ref, source, () -> {
				}, ends::add);
				((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
				source.ofRequests = thrown;
				source.subscriber.onNext("item");
				((SeededScheduler) own.scheduler).sleep(Duration.ofSeconds(1));
				assertThat(ends).as(thrown.toString()).hasSize(1);
				assertThat(source.cancelled).isTrue();
				assertThat(CellInternals.hasNoStreams(own.cell("server"))).isTrue();
			}
		}
	}

	private static void attach(GenServerRef<Object> ref, Source source, Runnable onItem,
			Consumer<@Nullable Throwable> end) {
		ref.cast((instance) -> GenServerContext.current().attach((subscriber) -> {
			source.subscriber = subscriber;
			subscriber.onSubscribe(source);
		}, new StreamHandler<Object>() {

			@Override
			public void onItem(Object item) {
				onItem.run();
			}

			@Override
			public void onEnd(@Nullable Throwable failure) {
				end.accept(failure);
			}

		}));
	}

	@Test
	void S03_anAttachedStreamGoesOnThoughMemoryIsShortWhenMoreIsToBeAskedFor() {
		GenServerRef<Object> ref = this.engine.start("server", ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK),
				Object::new);
		Source source = new Source(null, null);
		attach(ref, source, this.failing::failTask, (end) -> {
		});
		settle();
		for (int i = 1; i <= 3; i++) {
			int asked = source.asked;
			source.subscriber.onNext("item");
			settle();
			assertThat(source.asked).isGreaterThan(asked);
		}
		this.engine.close();
	}

	@Test
	void S03_subscribersAreToldThoughMemoryIsShort() {
		GenServerRef<Object> ref = start();
		List<Events<Object>> events = new ArrayList<>();
		Listener listener = new Listener();
		ref.cast((instance) -> {
			events.add(GenServerContext.current().events());
			events.get(0).stream().subscribe(listener);
		});
		settle();
		CompletableFuture<?> emitted = ref.callAsync((instance) -> {
			this.failing.failTask();
			events.get(0).emit("first");
			return null;
		});
		settle();
		assertThat(emitted).isCompleted();
		assertThat(listener.signals).containsExactly("first");
		ref.cast((instance) -> events.get(0).emit("second"));
		settle();
		assertThat(listener.signals).containsExactly("first", "second");
		this.engine.close();
	}

	@Test
	void S03_aStreamCallEndsThoughMemoryIsShort() {
		GenServerRef<Object> ref = start();
		Listener failed = new Listener();
		open((subscriber) -> {
			this.failing.failTask();
			throw new IllegalStateException("expected");
		}, failed);
		settle();
		assertThat(failed.signals).hasSize(1);
		Source source = new Source(null, null);
		open((subscriber) -> {
			subscriber.onSubscribe(source);
			this.failing.failTask();
		});
		settle();
		assertThat(source.asked).isPositive();
		assertThat(ref.callAsync((instance) -> 1).join()).isOne();
		this.engine.close();
	}

	/** Throws where it is told to. */
	private static final class Source implements Flow.Subscription {

		private final @Nullable Thrown ofCancels;

		private @Nullable Thrown ofRequests;

		private Flow.@Nullable Subscriber<? super Object> subscriber;

		private boolean cancelled;

		private int asked;

		Source(@Nullable Thrown ofRequests, @Nullable Thrown ofCancels) {
			this.ofRequests = ofRequests;
			this.ofCancels = ofCancels;
		}

		@Override
		public void request(long n) {
			this.asked++;
			if (this.ofRequests != null) {
				this.ofRequests.raise();
			}
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			if (this.ofCancels != null) {
				this.ofCancels.raise();
			}
		}

	}

	/** Collects what comes. */
	private static class Listener implements Flow.Subscriber<@Nullable Object> {

		final List<@Nullable Object> signals;

		Listener() {
			this(new ArrayList<>());
		}

		Listener(List<@Nullable Object> signals) {
			this.signals = signals;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(@Nullable Object item) {
			this.signals.add(item);
		}

		@Override
		public void onError(Throwable failure) {
			this.signals.add(failure);
		}

		@Override
		public void onComplete() {
			this.signals.add("complete");
		}

	}

}
