package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.runtime.cell.Turn;
import io.genserver.runtime.contract.Operation;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A stream is subscribed to in the turn, and its items are produced outside.
 */
class StreamCallTests {

	private static Engine engine(SeededScheduler scheduler) {
		Engine engine = new Engine(scheduler);
		engine.add("server", ServerSettings.DEFAULTS.withMailbox(2, Overflow.BLOCK), Object::new);
		engine.runtime.start();
		return engine;
	}

	private static Listener open(Engine engine, Flow.Publisher<?> publisher, long initial) {
		Listener listener = new Listener(initial);
		open(engine, TestOperation.stream("items", (instance, payload) -> publisher), listener);
		return listener;
	}

	private static void open(Engine engine, Operation operation, Listener listener) {
		engine.runtime.server("server").stream(null, operation, "payload", 0, null, listener);
	}

	@Test
	void theSubscriptionIsMadeInTheTurnAndItemsAreProducedOutside() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(5);
			Listener listener = open(engine, range, Long.MAX_VALUE);
			scheduler.settle();
			assertThat(range.subscribedIn).isEqualTo("server server");
			assertThat(range.requestedIn).containsOnly("nowhere");
			assertThat(listener.signals).containsExactly("0", "1", "2", "3", "4", "complete");
			engine.close();
		});
	}

	@Test
	void demandIsPassedOnAsItComes() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(10);
			Listener listener = open(engine, range, 0);
			scheduler.settle();
			assertThat(listener.signals).isEmpty();
			listener.subscription.request(2);
			assertThat(listener.signals).containsExactly("0", "1");
			listener.subscription.request(1);
			listener.subscription.request(3);
			assertThat(listener.signals).hasSize(6);
			engine.close();
		});
	}

	@Test
	void demandThatComesWhileTheCallIsUnderWayIsCollectedAndNothingOfItIsLost() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(100);
			Listener listener = open(engine, range, 1);
			for (int i = 0; i < 3; i++) {
				scheduler.spawn("requester-" + i, () -> {
					listener.subscription.request(5);
					scheduler.letOthersRun();
					listener.subscription.request(7);
					return null;
				});
			}
			scheduler.finish();
			assertThat(listener.signals).hasSize(37);
			engine.close();
		});
	}

	@Test
	void moreDemandThanThereAreNumbersIsUnbounded() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(10);
			Listener listener = new Listener(Long.MAX_VALUE);
			listener.again = Long.MAX_VALUE;
			open(engine, TestOperation.stream("items", (instance, payload) -> range), listener);
			scheduler.settle();
			assertThat(listener.signals).hasSize(11).endsWith("complete");
			engine.close();
		});
	}

	@Test
	void anEmptyStreamCompletesWithoutDemandAndOutsideTheTurn() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = engine(scheduler);
			Listener listener = open(engine, new Range(0), 0);
			scheduler.settle();
			assertThat(listener.signals).containsExactly("complete");
			assertThat(listener.signalledIn).containsOnly("nowhere");
			engine.close();
		});
	}

	@Test
	void aPublisherThatFailsAtOnceTellsOutsideTheTurn() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = engine(scheduler);
			Listener listener = open(engine, (subscriber) -> {
				subscriber.onSubscribe(new Silent());
				subscriber.onError(new IllegalStateException("at once"));
			}, 1);
			scheduler.settle();
			assertThat(listener.signals).containsExactly("error at once");
			assertThat(listener.signalledIn).containsOnly("nowhere");
			engine.close();
		});
	}

	@Test
	void anErrorAfterSomeItemsReachesTheSubscriber() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(5);
			range.failsAt = 3;
			Listener listener = open(engine, range, 100);
			scheduler.settle();
			assertThat(listener.signals).containsExactly("0", "1", "2", "error at 3");
			engine.close();
		});
	}

	@Test
	void whatTheHandlerThrowsReachesTheSubscriber() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Listener listener = new Listener(1);
			open(engine, TestOperation.stream("items", (instance, payload) -> {
				throw new IllegalStateException("no stream");
			}), listener);
			Listener nothing = new Listener(1);
			open(engine, TestOperation.stream("items", (instance, payload) -> null), nothing);
			scheduler.settle();
			assertThat(listener.signals).containsExactly("error no stream");
			assertThat(nothing.signals).containsExactly("error items returned null instead of a publisher");
			engine.close();
		});
	}

	@Test
	void cancelledBeforeItIsSentItNeverStarts() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			TestOperation operation = never();
			Listener listener = new Listener(1) {

				@Override
				public void onSubscribe(Flow.Subscription subscription) {
					subscription.cancel();
				}

			};
			open(engine, operation, listener);
			scheduler.settle();
			assertThat(operation.discarded).hasValue(1);
			assertThat(listener.signals).isEmpty();
			engine.close();
		});
	}

	@Test
	void cancelledWhileQueuedItNeverStartsAndItsPlaceIsFree() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			engine.ref("server").cast((instance) -> gate.pass());
			scheduler.settle();
			TestOperation operation = never();
			Listener listener = new Listener(1);
			open(engine, operation, listener);
			assertThat(engine.cell("server").mailbox().size()).isOne();
			listener.subscription.cancel();
			assertThat(engine.cell("server").mailbox().size()).isZero();
			assertThat(operation.discarded).hasValue(1);
			gate.open();
			scheduler.settle();
			assertThat(listener.signals).isEmpty();
			engine.close();
		});
	}

	@Test
	void cancelledWhileTheHandlerRunsTheSourceIsCancelled() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			Range range = new Range(5);
			Listener listener = new Listener(10);
			open(engine, TestOperation.stream("items", (instance, payload) -> {
				gate.pass();
				return range;
			}), listener);
			scheduler.settle();
			listener.subscription.cancel();
			gate.open();
			scheduler.settle();
			assertThat(range.cancelled).isTrue();
			assertThat(listener.signals).isEmpty();
			engine.close();
		});
	}

	@Test
	void cancelledAtAnyMomentTheSourceIsCancelledUnlessItHasEnded() {
		Seeds.each(500, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(1_000);
			Listener listener = open(engine, range, 3);
			scheduler.spawn("canceller", () -> {
				listener.subscription.cancel();
				listener.subscription.cancel();
				return null;
			});
			scheduler.finish();
			assertThat(range.subscribedIn == null || range.cancelled).isTrue();
			int seen = listener.signals.size();
			listener.subscription.request(10);
			assertThat(listener.signals).hasSize(seen);
			engine.close();
		});
	}

	@Test
	void aRequestForNothingIsAnError() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			engine.ref("server").cast((instance) -> gate.pass());
			scheduler.settle();
			Listener listener = open(engine, new Range(3), 0);
			listener.subscription.request(0);
			gate.open();
			scheduler.settle();
			assertThat(listener.signals).containsExactly("error A subscriber must request at least one item, not 0");
			engine.close();
		});
	}

	@Test
	void theDeadlineCoversTheTimeUntilTheSubscriptionOnly() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(3);
			Listener open = open(engine, range, 0);
			scheduler.settle();
			scheduler.advance(Duration.ofHours(1));
			scheduler.settle();
			open.subscription.request(3);
			assertThat(open.signals).containsExactly("0", "1", "2", "complete");
			Gate gate = new Gate(scheduler, "handler");
			Listener late = new Listener(1);
			open(engine, TestOperation.stream("items", (instance, payload) -> {
				gate.pass();
				return new Range(3);
			}), late);
			scheduler.settle();
			scheduler.advance(Duration.ofSeconds(6));
			scheduler.settle();
			gate.open();
			scheduler.settle();
			assertThat(late.failure).isInstanceOf(GenServerTimeoutException.class);
			assertThat(late.signals).hasSize(1);
			engine.close();
		});
	}

	@Test
	void aRefusedStreamIsToldAtOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			engine.ref("server").cast((instance) -> gate.pass());
			scheduler.settle();
			engine.ref("server").cast(Object::hashCode);
			engine.ref("server").cast(Object::hashCode);
			TestOperation operation = never();
			Listener listener = new Listener(1);
			open(engine, operation, listener);
			scheduler.settle();
			assertThat(listener.failure).isInstanceOf(MailboxFullException.class);
			assertThat(operation.discarded).hasValue(1);
			gate.open();
			engine.close();
			Listener closed = new Listener(1);
			open(engine, operation, closed);
			scheduler.settle();
			assertThat(closed.failure).isInstanceOf(GenServerUnavailableException.class);
		});
	}

	@Test
	void aPublisherMaySubscribeLater() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(5);
			Listener listener = open(engine, (subscriber) -> scheduler.execute(() -> range.subscribe(subscriber)), 3);
			scheduler.settle();
			assertThat(listener.signals).containsExactly("0", "1", "2");
			listener.subscription.request(10);
			assertThat(listener.signals).containsExactly("0", "1", "2", "3", "4", "complete");
			engine.close();
		});
	}

	@Test
	void aPublisherThatSubscribesAfterTheCancellationIsCancelled() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range range = new Range(5);
			Gate gate = new Gate(scheduler, "late");
			Listener listener = open(engine, (subscriber) -> scheduler.spawn("late", () -> {
				gate.pass();
				range.subscribe(subscriber);
				return null;
			}), 3);
			scheduler.settle();
			listener.subscription.cancel();
			gate.open();
			scheduler.finish();
			assertThat(range.cancelled).isTrue();
			assertThat(listener.signals).isEmpty();
			engine.close();
		});
	}

	@Test
	void onlyTheFirstSubscriptionOfAPublisherCounts() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			Range first = new Range(2);
			Range second = new Range(2);
			Listener listener = open(engine, (subscriber) -> {
				first.subscribe(subscriber);
				second.subscribe(subscriber);
			}, 10);
			scheduler.settle();
			assertThat(second.cancelled).isTrue();
			assertThat(listener.signals).containsExactly("0", "1", "complete");
			engine.close();
		});
	}

	@Test
	@RealThreads
	void theJdksPublisherWorksThroughRealWorkers() throws Exception {
		try (Engine engine = Engine.onWorkers(); SubmissionPublisher<Object> source = new SubmissionPublisher<>()) {
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			for (int round = 0; round < 50; round++) {
				CountDownLatch done = new CountDownLatch(100);
				Listener listener = new Listener(Long.MAX_VALUE) {

					@Override
					public void onNext(Object item) {
						done.countDown();
					}

				};
				open(engine, TestOperation.stream("items", (instance, payload) -> source), listener);
				long end = System.nanoTime() + HangGuard.DURATION.toNanos();
				while (!source.hasSubscribers() && System.nanoTime() - end < 0) {
					Thread.onSpinWait();
				}
				for (int i = 0; i < 100; i++) {
					source.submit(i);
				}
				assertThat(done.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
				listener.subscription.cancel();
				while (source.hasSubscribers() && System.nanoTime() - end < 0) {
					source.submit("to notice the cancellation");
				}
			}
		}
	}

	private static TestOperation never() {
		return TestOperation.stream("items", (instance, payload) -> {
			throw new AssertionError("started");
		});
	}

	private static String here() {
		Turn turn = Turn.current();
		return (turn != null) ? String.valueOf(turn.cell) : "nowhere";
	}

	/** Numbers from zero, on the thread that asks for them. */
	private static final class Range implements Flow.Publisher<Object>, Flow.Subscription {

		private final int size;

		private final List<String> requestedIn = new ArrayList<>();

		private int failsAt = -1;

		private @Nullable String subscribedIn;

		private boolean cancelled;

		private boolean emitting;

		private long wanted;

		private int next;

		private Flow.@Nullable Subscriber<? super Object> subscriber;

		Range(int size) {
			this.size = size;
		}

		@Override
		public void subscribe(Flow.Subscriber<? super Object> subscriber) {
			this.subscribedIn = here();
			this.subscriber = subscriber;
			subscriber.onSubscribe(this);
			if (this.size == 0) {
				subscriber.onComplete();
			}
		}

		@Override
		public void request(long n) {
			this.requestedIn.add(here());
			this.wanted = (this.wanted + n < 0) ? Long.MAX_VALUE : this.wanted + n;
			if (this.emitting || this.subscriber == null) {
				return;
			}
			this.emitting = true;
			while (this.wanted > 0 && !this.cancelled && this.next < this.size) {
				if (this.next == this.failsAt) {
					this.cancelled = true;
					this.subscriber.onError(new IllegalStateException("at " + this.next));
					return;
				}
				this.wanted--;
				this.subscriber.onNext(this.next++);
				if (this.next == this.size) {
					this.subscriber.onComplete();
				}
			}
			this.emitting = false;
		}

		@Override
		public void cancel() {
			this.cancelled = true;
		}

	}

	/** A subscription nothing comes of. */
	private static final class Silent implements Flow.Subscription {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	}

	/** Keeps what it is told. */
	private static class Listener implements Flow.Subscriber<Object> {

		final List<String> signals = new ArrayList<>();

		final List<String> signalledIn = new ArrayList<>();

		private final long initial;

		long again;

		@Nullable Throwable failure;

		volatile Flow.Subscription subscription;

		Listener(long initial) {
			this.initial = initial;
		}

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscription = subscription;
			if (this.initial > 0) {
				subscription.request(this.initial);
			}
			if (this.again > 0) {
				subscription.request(this.again);
			}
		}

		@Override
		public void onNext(Object item) {
			signal(String.valueOf(item));
		}

		@Override
		public void onError(Throwable throwable) {
			this.failure = throwable;
			signal("error " + throwable.getMessage());
		}

		@Override
		public void onComplete() {
			signal("complete");
		}

		private void signal(String signal) {
			this.signals.add(signal);
			this.signalledIn.add(here());
		}

	}

}
