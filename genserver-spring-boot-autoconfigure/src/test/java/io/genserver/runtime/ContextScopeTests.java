package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.ServerState;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.Operation;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A context tells of its own message only, and acts on its own instance only.
 */
class ContextScopeTests {

	private final List<GenServerContext> contexts = new ArrayList<>();

	/** Starts a server whose instances keep the contexts they are given. */
	private GenServerRef<Object> start(Engine engine, Operation... operations) {
		engine.add("server", ServerSettings.DEFAULTS, () -> {
			this.contexts.add(GenServerContext.current());
			return new Object();
		}, operations);
		engine.runtime.start();
		return engine.ref("server");
	}

	private static String elsewhere(SeededScheduler scheduler, Callable<Object> question) {
		scheduler.settle();
		CompletableFuture<String> answer = scheduler.spawn("helper", () -> {
			try {
				return String.valueOf(question.call());
			}
			catch (IllegalStateException ex) {
				return "refused";
			}
		});
		scheduler.settle();
		return answer.join();
	}

	@Test
	void S19_onAnotherThreadAnInstancesContextTellsOfNoMessage() {
		Seeds.each(20, (scheduler) -> {
			this.contexts.clear();
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = start(engine);
			GenServerContext own = this.contexts.getFirst();
			CompletableFuture<Object> future = new CompletableFuture<>();
			CompletableFuture<Object> awaited = server.callAsync((instance) -> {
				assertThat(own.caller().toString()).startsWith("thread ");
				assertThat(own.remaining()).isNotNull();
				return future;
			});
			scheduler.settle();
			// Even though there is only one it could
			// mean: there may be left-over helpers.
			assertThat(elsewhere(scheduler, own::caller)).isEqualTo("refused");
			assertThat(elsewhere(scheduler, own::remaining)).isEqualTo("refused");
			assertThat(elsewhere(scheduler, own::deferReply)).isEqualTo("refused");
			assertThat(elsewhere(scheduler, () -> own.detached(() -> 1))).isEqualTo("refused");
			future.complete(1);
			scheduler.finish();
			assertThat(awaited).isCompleted();
			engine.close();
		});
	}

	@Test
	void S19_theContextThatAHandlerTookTellsOfItsMessageOnAnyThreadForGood() {
		Seeds.each(50, (scheduler) -> {
			this.contexts.clear();
			Engine engine = new Engine(scheduler);
			List<GenServerContext> taken = new ArrayList<>();
			List<CompletableFuture<Integer>> futures = List.of(new CompletableFuture<>(), new CompletableFuture<>());
			TestOperation beside = TestOperation.concurrent("beside", 2, (instance, payload) -> {
				taken.add(GenServerContext.current());
				return futures.get((Integer) payload);
			});
			start(engine, beside);
			Server server = engine.runtime.server("server");
			List<CompletableFuture<?>> calls = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				int number = i;
				scheduler.spawn("caller-" + i, () -> calls.add(server.callAsync(null, beside, number, 0, false)));
				scheduler.settle();
			}
			engine.<Object>ref("server").callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(100));
				return 1;
			});
			scheduler.settle();
			for (int i = 0; i < 2; i++) {
				assertThat(elsewhere(scheduler, taken.get(i)::caller)).isEqualTo("thread caller-" + i);
				assertThat(elsewhere(scheduler, taken.get(i)::isCancelled)).isEqualTo("false");
				assertThat(elsewhere(scheduler, taken.get(i)::remaining)).startsWith("PT");
			}
			calls.get(0).cancel(false);
			assertThat(elsewhere(scheduler, taken.get(0)::isCancelled)).isEqualTo("true");
			assertThat(elsewhere(scheduler, taken.get(1)::isCancelled)).isEqualTo("false");
			futures.forEach((future) -> future.complete(1));
			scheduler.finish();
			assertThat(elsewhere(scheduler, taken.get(1)::caller)).isEqualTo("thread caller-1");
			assertThat(elsewhere(scheduler, taken.get(1)::isCancelled)).isEqualTo("true");
			engine.close();
		});
	}

	@Test
	void S05_onAnotherThreadCancellationIsThatOfWhatGoesOnUnlessItDiffers() {
		Seeds.each(20, (scheduler) -> {
			this.contexts.clear();
			Engine engine = new Engine(scheduler);
			List<CompletableFuture<Integer>> futures = List.of(new CompletableFuture<>(), new CompletableFuture<>());
			TestOperation beside = TestOperation.concurrent("beside", 2,
					(instance, payload) -> futures.get((Integer) payload));
			start(engine, beside);
			GenServerContext own = this.contexts.getFirst();
			Server server = engine.runtime.server("server");
			CompletableFuture<?> first = server.callAsync(null, beside, 0, 0, false);
			CompletableFuture<?> second = server.callAsync(null, beside, 1, 0, false);
			scheduler.settle();
			assertThat(elsewhere(scheduler, own::isCancelled)).isEqualTo("false");
			first.cancel(false);
			assertThat(elsewhere(scheduler, own::isCancelled)).isEqualTo("refused");
			second.cancel(false);
			assertThat(elsewhere(scheduler, own::isCancelled)).isEqualTo("true");
			futures.forEach((future) -> future.complete(1));
			scheduler.finish();
			assertThat(elsewhere(scheduler, own::isCancelled)).isEqualTo("false");
			engine.close();
		});
	}

	@Test
	void S13_aContextWhoseInstanceHasEndedDoesNothingToTheNext() {
		Seeds.each(50, (scheduler) -> {
			this.contexts.clear();
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = start(engine);
			AtomicInteger ran = new AtomicInteger();
			Events<Integer> events = server.call((instance) -> this.contexts.getFirst().events());
			engine.runtime.server("server").instances().restart(null);
			scheduler.settle();
			assertThat(this.contexts).hasSize(2);
			GenServerContext old = this.contexts.getFirst();
			assertThat(elsewhere(scheduler, () -> old.schedule(Duration.ZERO, ran::incrementAndGet)))
				.isEqualTo("refused");
			assertThat(elsewhere(scheduler, () -> old.scheduleEvery(Duration.ofMillis(1), ran::incrementAndGet)))
				.isEqualTo("refused");
			assertThat(elsewhere(scheduler, () -> old.attach(items(), (item) -> ran.incrementAndGet())))
				.isEqualTo("refused");
			assertThat(elsewhere(scheduler, old::events)).isEqualTo("refused");
			assertThat(elsewhere(scheduler, old::self)).isEqualTo("refused");
			assertThat(elsewhere(scheduler, old::isCancelled)).isEqualTo("true");
			assertThat(old.name()).isEqualTo("server");
			// In its successor's turn, too.
			List<String> inTurn = server
				.call((instance) -> List.of(refused(() -> old.continueWith(ran::incrementAndGet)),
						refused(old::deferReply), refused(() -> old.detached(() -> 1)), refused(old::caller),
						refused(() -> events.emit(1))));
			assertThat(inTurn).containsOnly("refused");
			old.stop();
			scheduler.sleep(Duration.ofMillis(20));
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.RUNNING);
			assertThat(server.<Integer, RuntimeException>call((instance) -> 1)).isOne();
			assertThat(ran).hasValue(0);
			engine.close();
		});
	}

	@Test
	void S13_whatAnInstanceBeginsWhileItEndsOrOnAnotherThreadDoesNotOutliveIt() {
		Seeds.each(200, (scheduler) -> {
			this.contexts.clear();
			Engine engine = new Engine(scheduler);
			List<String> late = new ArrayList<>();
			AtomicInteger living = new AtomicInteger();
			engine.add("server", ServerSettings.DEFAULTS, new InstanceFactory() {
				@Override
				public Object create() {
					ContextScopeTests.this.contexts.add(GenServerContext.current());
					return living.incrementAndGet();
				}

				@Override
				public void destroy(Object instance) {
					GenServerContext own = GenServerContext.current();
					late.add(refused(() -> own.schedule(Duration.ZERO, () -> late.add("ran"))));
					late.add(refused(() -> own.continueWith(() -> late.add("ran"))));
					own.stop();
				}
			});
			engine.runtime.start();
			GenServerContext first = this.contexts.getFirst();
			scheduler.spawn("helper", () -> {
				for (int i = 0; i < 5; i++) {
					refused(() -> first.schedule(Duration.ZERO, () -> {
						if (living.get() != 1) {
							late.add("ran in another instance");
						}
					}));
				}
				return null;
			});
			engine.runtime.server("server").instances().restart(null);
			scheduler.finish();
			assertThat(late).containsExactly("refused", "refused");
			assertThat(living).hasValue(2);
			engine.close();
		});
	}

	private static String refused(ThrowingRunnable action) {
		try {
			action.run();
			return "done";
		}
		catch (IllegalStateException ex) {
			return "refused";
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private static Flow.Publisher<Integer> items() {
		return (subscriber) -> subscriber.onSubscribe(new Flow.Subscription() {

			@Override
			public void request(long n) {
				subscriber.onNext(1);
			}

			@Override
			public void cancel() {
			}

		});
	}

	private interface ThrowingRunnable {

		void run() throws Exception;

	}

}
