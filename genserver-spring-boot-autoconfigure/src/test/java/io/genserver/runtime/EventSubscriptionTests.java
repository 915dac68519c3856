package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;

import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.SlowSubscriber;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Subscribers that break the rules harm only themselves.
 */
class EventSubscriptionTests {

	private static GenServerRef<Source> source(Engine engine) {
		return engine.start("source", ServerSettings.DEFAULTS, Source::new);
	}

	private static void emit(GenServerRef<Source> source, int count) {
		for (int i = 0; i < count; i++) {
			int number = i;
			source.call((server) -> {
				server.events.emit(number);
				return null;
			});
		}
	}

	@Test
	void aSubscriberThatThrowsIsCancelledAndTheOthersAreTold() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Source> source = source(engine);
			Probe broken = new Probe(10, 1);
			Probe sound = new Probe(10, -1);
			source.call((server) -> {
				server.events.stream().subscribe(broken);
				server.events.stream().subscribe(sound);
				return null;
			});
			emit(source, 4);
			scheduler.settle();
			assertThat(sound.seen).containsExactly(0, 1, 2, 3);
			assertThat(broken.seen).containsExactly(0, 1);
			assertThat(source.<Integer, RuntimeException>call((server) -> server.events.subscribers())).isOne();
			engine.close();
			scheduler.settle();
			assertThat(sound.failure).isNotNull();
			assertThat(broken.failure).isNull();
		});
	}

	@Test
	void aSubscriberThatThrowsWhenItSubscribesIsForgotten() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Source> source = source(engine);
			source.callAsync((server) -> {
				server.events.stream().subscribe(new Probe(0, 0) {
					@Override
					public void onSubscribe(Flow.Subscription subscription) {
						throw new IllegalStateException("broken");
					}
				});
				return null;
			});
			assertThat(source.<Integer, RuntimeException>call((server) -> server.events.subscribers())).isZero();
			engine.close();
		});
	}

	@Test
	void aRequestOfNothingFailsAtOnceThoughTheBufferIsFull() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Source> source = source(engine);
			Probe probe = new Probe(0, -1);
			source.call((server) -> {
				server.events.stream().subscribe(probe);
				return null;
			});
			emit(source, 4);
			scheduler.spawn("subscriber", () -> {
				probe.subscription.request(0);
				return null;
			});
			scheduler.finish();
			scheduler.settle();
			assertThat(probe.failure).isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("at least one item, not 0");
			assertThat(probe.seen).isEmpty();
			assertThat(source.<Integer, RuntimeException>call((server) -> server.events.subscribers())).isZero();
			engine.close();
		});
	}

	/** A server with a stream. */
	private static final class Source {

		private final Events<Integer> events = GenServerContext.current().events(4, SlowSubscriber.FAIL);

	}

	/** Remembers what it is told, and throws when it is told one item. */
	private static class Probe implements Flow.Subscriber<Integer> {

		private final long demand;

		private final int broken;

		private final List<Integer> seen = new ArrayList<>();

		private Flow.Subscription subscription;

		private Throwable failure;

		Probe(long demand, int broken) {
			this.demand = demand;
			this.broken = broken;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			if (this.demand > 0) {
				subscription.request(this.demand);
			}
		}

		@Override
		public void onNext(Integer item) {
			this.seen.add(item);
			if (item == this.broken) {
				throw new IllegalStateException("broken");
			}
		}

		@Override
		public void onError(Throwable failure) {
			this.failure = failure;
		}

		@Override
		public void onComplete() {
		}

	}

}
