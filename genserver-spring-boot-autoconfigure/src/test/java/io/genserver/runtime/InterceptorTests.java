package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.CallCycleException;
import io.genserver.Caller;
import io.genserver.Envelope;
import io.genserver.Envelope.Attribute;
import io.genserver.GenServerContext;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.Interceptors;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What interceptors see, and what they can do. */
class InterceptorTests {

	private static final Attribute<String> FROM = new Attribute<>("from");

	private final List<String> seen = new ArrayList<>();

	@Test
	void theyAreAroundSendingAndHandlingTheFirstOutermost() {
		Seeds.each(50, (scheduler) -> {
			this.seen.clear();
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, named("a"), named("b"));
			assertThat(server.<Boolean, RuntimeException>call((instance) -> this.seen.add("handler"))).isTrue();
			assertThat(this.seen).containsExactly("a sending", "b sending", "a before", "b before", "a starting",
					"b starting", "handler", "b after", "a after", "a ended null", "b ended null");
		});
	}

	/** What a handler that waits has on its stack is brought back as it goes on. */
	@Test
	void S18_theyTakeFewFramesOfAHandlersStackAndNoneForNothing() {
		Seeds.each(10, (scheduler) -> {
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, named("a"),
					new GenServerInterceptor() {
					}, named("b"));
			List<String> frames = server.call((instance) -> StackWalker.getInstance()
				.walk((stack) -> stack.map(StackWalker.StackFrame::getClassName).toList()));
			assertThat(frames).doesNotContain(GenServerInterceptor.class.getName());
			assertThat(frames.stream().filter((name) -> name.startsWith(Interceptors.class.getName())).count())
				.isLessThanOrEqualTo(3);
			List<String> seen = new ArrayList<>();
			GenServerRef<List<String>> other = start(scheduler, ServerSettings.DEFAULTS, new GenServerInterceptor() {
				@Override
				public void starting(Envelope envelope) {
					seen.add("starting");
				}
			});
			frames = other.call((instance) -> StackWalker.getInstance()
				.walk((stack) -> stack.map(StackWalker.StackFrame::getClassName).toList()));
			assertThat(frames.stream().filter((name) -> name.startsWith(Interceptors.class.getName()))).hasSize(1);
			assertThat(seen).containsExactly("starting");
		});
	}

	@Test
	void aBlockedCallerGoesOnOnlyOnceTheyHaveSeenTheEnd() {
		Seeds.each(200, (scheduler) -> {
			List<Envelope> ended = new ArrayList<>();
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, new GenServerInterceptor() {
				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					scheduler.letOthersRun();
					ended.add(envelope);
				}
			});
			for (int calls = 1; calls <= 3; calls++) {
				server.call(List::size);
				assertThat(ended).hasSize(calls);
			}
			assertThatIllegalStateException().isThrownBy(() -> server.call((instance) -> {
				throw new IllegalStateException("refused");
			}));
			assertThat(ended).hasSize(4);
		});
	}

	/** The worker finds that the time of a call is over just as its caller does. */
	@Test
	void aCallerThatGivesUpGoesOnOnlyOnceTheyHaveSeenTheEndThatAnotherThreadMade() {
		Seeds.each(300, (scheduler) -> {
			List<Envelope> sent = new ArrayList<>();
			List<Envelope> ended = new ArrayList<>();
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, new GenServerInterceptor() {
				@Override
				public void sending(Envelope envelope) {
					sent.add(envelope);
				}

				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					scheduler.letOthersRun();
					ended.add(envelope);
				}
			});
			GenServerRef<List<String>> hurried = server.withTimeout(Duration.ofMillis(1));
			for (int i = 0; i < 5; i++) {
				CompletableFuture<Integer> busy = new CompletableFuture<>();
				server.callAsync((instance) -> busy);
				scheduler
					.track(new Alarm(scheduler.nanoTime() + Duration.ofMillis(1).toNanos(), () -> busy.complete(1)));
				try {
					hurried.call(List::size);
				}
				catch (GenServerTimeoutException ex) {
					// Whether it was in time is up to the seed.
				}
				assertThat(ended).contains(sent.get(sent.size() - 1));
			}
		});
	}

	@Test
	void anEnvelopeTellsEverythingButTheContents() {
		Seeds.each(50, (scheduler) -> {
			List<Envelope> handled = new ArrayList<>();
			GenServerInterceptor interceptor = new GenServerInterceptor() {
				@Override
				public void sending(Envelope envelope) {
					envelope.put(FROM, Thread.currentThread().getName());
					assertThat(envelope.waited()).isZero();
				}

				@Override
				public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
					handled.add(envelope);
					return invocation.proceed();
				}
			};
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, interceptor);
			server.cast((instance) -> gate.pass());
			CompletableFuture<Integer> call = server.callAsync(List::size);
			scheduler.sleep(Duration.ofSeconds(1));
			gate.open();
			scheduler.settle();
			assertThat(call).isCompletedWithValue(0);
			Envelope cast = handled.getFirst();
			assertThat(cast.isCast()).isTrue();
			assertThat(cast.remaining()).isNull();
			Envelope called = handled.getLast();
			assertThat(called.server()).isEqualTo("server");
			assertThat(called.key()).isNull();
			assertThat(called.operation()).isEqualTo(LambdaOperation.CALL.name());
			assertThat(called.isCast()).isFalse();
			assertThat(called.caller()).isInstanceOf(Caller.Local.class);
			assertThat(called.waited()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
			assertThat(called.age()).isGreaterThanOrEqualTo(called.waited());
			assertThat(called.remaining()).isLessThanOrEqualTo(Duration.ofSeconds(4));
			assertThat(called.get(FROM)).isNotNull();
			assertThat(called.get(new Attribute<String>("from"))).isNull();
		});
	}

	@Test
	void oneThatThrowsWhileSendingRefusesTheMessage() {
		Seeds.each(50, (scheduler) -> {
			List<String> ends = new ArrayList<>();
			GenServerInterceptor guard = new GenServerInterceptor() {
				@Override
				public void sending(Envelope envelope) {
					throw new SecurityException("not you");
				}

				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					ends.add(String.valueOf(failure));
				}
			};
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, guard);
			assertThatExceptionOfType(SecurityException.class)
				.isThrownBy(() -> server.<Integer, RuntimeException>call(List::size));
			assertThat(server.callAsync(List::size).exceptionNow()).isInstanceOf(SecurityException.class);
			assertThatExceptionOfType(SecurityException.class).isThrownBy(() -> server.cast(List::clear));
			assertThatExceptionOfType(SecurityException.class).isThrownBy(() -> server.tryCast(List::clear));
			assertThat(ends).hasSize(4).allMatch((end) -> end.contains("not you"));
		});
	}

	@Test
	void whatOneThrowsOrReturnsWhileHandlingIsTheHandlers() {
		Seeds.each(50, (scheduler) -> {
			GenServerInterceptor interceptor = new GenServerInterceptor() {
				@Override
				public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
					Object result = invocation.proceed();
					if (Integer.valueOf(13).equals(result)) {
						throw new IllegalStateException("unlucky");
					}
					return (result instanceof Integer number) ? (Object) (number + 1) : result;
				}
			};
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, interceptor);
			assertThat(server.<Integer, RuntimeException>call((instance) -> 1)).isEqualTo(2);
			assertThatExceptionOfType(IllegalStateException.class)
				.isThrownBy(() -> server.<Integer, RuntimeException>call((instance) -> 13))
				.withMessage("unlucky");
		});
	}

	@Test
	void timersAndContinuationsAreHandledLikeMessages() {
		Seeds.each(50, (scheduler) -> {
			List<String> operations = new ArrayList<>();
			GenServerInterceptor interceptor = new GenServerInterceptor() {
				@Override
				public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
					operations.add(envelope.operation());
					return invocation.proceed();
				}
			};
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, interceptor);
			AtomicInteger ticks = new AtomicInteger();
			server.cast((instance) -> {
				GenServerContext.current().continueWith(ticks::incrementAndGet);
				GenServerContext.current().scheduleEvery(Duration.ofSeconds(1), ticks::incrementAndGet);
			});
			scheduler.sleep(Duration.ofMillis(2500));
			assertThat(ticks).hasValue(3);
			assertThat(operations).containsExactly(LambdaOperation.CAST.name(), LambdaOperation.CONTINUATION.name(),
					LambdaOperation.TIMER.name(), LambdaOperation.TIMER.name());
		});
	}

	@Test
	void everyEndIsToldOnceAndWhy() {
		Seeds.each(200, (scheduler) -> {
			Set<Envelope> sent = ConcurrentHashMap.newKeySet();
			List<String> ends = new ArrayList<>();
			GenServerInterceptor interceptor = new GenServerInterceptor() {
				@Override
				public void sending(Envelope envelope) {
					sent.add(envelope);
				}

				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					assertThat(sent.remove(envelope)).as("told twice: %s", envelope).isTrue();
					ends.add((failure != null) ? failure.getClass().getSimpleName() : "ok");
				}
			};
			Gate gate = new Gate(scheduler, "handler");
			ServerSettings small = ServerSettings.DEFAULTS.withMailbox(2, Overflow.DROP_OLDEST);
			GenServerRef<List<String>> server = start(scheduler, small, interceptor);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			server.cast((instance) -> instance.add("displaced"));
			server.cast((instance) -> instance.add("handled"));
			server.cast((instance) -> {
				throw new IllegalArgumentException("fails");
			});
			assertThat(server.callAsync(List::size).exceptionNow()).isInstanceOf(MailboxFullException.class);
			gate.open();
			scheduler.settle();
			CompletableFuture<Object> late = server.withTimeout(Duration.ofMillis(1)).callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(5));
				return null;
			});
			scheduler.sleep(Duration.ofMillis(10));
			assertThat(late.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			CompletableFuture<Object> cycle = server.callAsync((instance) -> server.call(List::size));
			scheduler.settle();
			assertThat(cycle.exceptionNow()).isInstanceOf(CallCycleException.class);
			server.<Object, RuntimeException>call((instance) -> {
				GenServerContext.current().stop();
				return null;
			});
			scheduler.settle();
			assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> server.cast(List::clear));
			assertThat(sent).isEmpty();
			assertThat(ends).containsExactlyInAnyOrder("ok", "ok", "MailboxFullException", "IllegalArgumentException",
					"MailboxFullException", "GenServerTimeoutException", "CallCycleException", "CallCycleException",
					"ok", "GenServerUnavailableException");
		});
	}

	@Test
	void handlingReturnsWithAFutureAndTheEndComesWhenThatHasCompleted() {
		Seeds.each(50, (scheduler) -> {
			this.seen.clear();
			GenServerRef<List<String>> server = start(scheduler, ServerSettings.DEFAULTS, named("a"));
			CompletableFuture<String> later = new CompletableFuture<>();
			CompletableFuture<CompletableFuture<String>> call = server.callAsync((instance) -> later);
			scheduler.settle();
			assertThat(this.seen).containsExactly("a sending", "a before", "a starting", "a after");
			later.complete("done");
			scheduler.settle();
			assertThat(call).isDone();
			assertThat(this.seen).endsWith("a ended null").hasSize(5);
		});
	}

	@Test
	void aStreamIsInterceptedUntilItIsOpen() {
		Seeds.each(50, (scheduler) -> {
			this.seen.clear();
			Engine engine = new Engine(scheduler, named("a"));
			Operation items = TestOperation.stream("items",
					(instance, payload) -> (Flow.Publisher<Object>) (target) -> {
						this.seen.add("subscribed");
						target.onSubscribe(new NoItems());
						target.onComplete();
					});
			engine.add("server", ServerSettings.DEFAULTS, ArrayList::new);
			engine.runtime.start();
			Completion reader = new Completion();
			engine.runtime.server("server").stream(null, items, null, 0, null, reader);
			scheduler.settle();
			assertThat(reader.complete).isTrue();
			assertThat(this.seen).containsExactly("a sending", "a before", "a starting", "subscribed", "a after",
					"a ended null");
			engine.close();
		});
	}

	@Test
	void concurrentHandlersAreInterceptedToo() {
		Seeds.each(50, (scheduler) -> {
			List<String> handled = new ArrayList<>();
			GenServerInterceptor interceptor = new GenServerInterceptor() {
				@Override
				public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
					handled.add(envelope.operation());
					return invocation.proceed();
				}
			};
			Engine engine = new Engine(scheduler, interceptor);
			Operation parallel = new TestOperation("parallel", Operation.Kind.CALL, (instance, payload) -> payload) {
				@Override
				public int concurrency() {
					return 2;
				}
			};
			engine.add("server", ServerSettings.DEFAULTS, ArrayList::new, parallel);
			engine.runtime.start();
			CompletableFuture<Object> call = engine.runtime.server("server").callAsync(null, parallel, "x", 0, false);
			scheduler.settle();
			assertThat(call).isCompletedWithValue("x");
			assertThat(handled).containsExactly("parallel");
			engine.close();
		});
	}

	private static GenServerRef<List<String>> start(SeededScheduler scheduler, ServerSettings settings,
			GenServerInterceptor... interceptors) {
		return new Engine(scheduler, interceptors).start("server", settings, ArrayList::new);
	}

	private GenServerInterceptor named(String name) {
		return new GenServerInterceptor() {
			@Override
			public void sending(Envelope envelope) {
				InterceptorTests.this.seen.add(name + " sending");
			}

			@Override
			public void starting(Envelope envelope) {
				InterceptorTests.this.seen.add(name + " starting");
			}

			@Override
			public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
				InterceptorTests.this.seen.add(name + " before");
				Object result = invocation.proceed();
				InterceptorTests.this.seen.add(name + " after");
				return result;
			}

			@Override
			public void ended(Envelope envelope, @Nullable Throwable failure) {
				InterceptorTests.this.seen.add(name + " ended " + failure);
			}
		};
	}

	/** Of a stream without items. */
	private static final class NoItems implements Flow.Subscription {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	}

	/** Waits for the end of a stream. */
	private static final class Completion implements Flow.Subscriber<@Nullable Object> {

		private boolean complete;

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(@Nullable Object item) {
			throw new AssertionError("There is no item");
		}

		@Override
		public void onError(Throwable failure) {
			throw new AssertionError(failure);
		}

		@Override
		public void onComplete() {
			this.complete = true;
		}

	}

}
