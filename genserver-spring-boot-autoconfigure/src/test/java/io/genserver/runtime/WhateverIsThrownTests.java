package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import ch.qos.logback.classic.Level;
import io.genserver.Envelope;
import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.Reply;
import io.genserver.ServerState;
import io.genserver.SlowSubscriber;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is thrown, wherever code of an application or of a library runs, the caller
 * gets an outcome, supervision is applied, and the next message is handled. The log
 * throws too, all the time.
 */
class WhateverIsThrownTests {

	private Thrown logged = Thrown.PLAIN;

	private @Nullable BrokenLog log;

	@BeforeEach
	void breakTheLog() {
		this.log = BrokenLog.with(Level.DEBUG, () -> this.logged);
	}

	@AfterEach
	void mendTheLog() {
		this.log.close();
	}

	@ParameterizedTest
	@EnumSource(SupervisionStrategy.class)
	void S12_whateverAHandlerThrowsItsCallerIsToldAndSupervisionIsApplied(SupervisionStrategy strategy) {
		for (Handler handler : Handler.values()) {
			Engine engine = new Engine(new SeededScheduler(handler.ordinal()));
			GenServerRef<Object> ref = start(engine, strategy, Object::new);
			for (Thrown thrown : Thrown.values()) {
				String row = strategy + ", " + thrown + " from " + handler;
				this.logged = thrown;
				int restarts = engine.cell("server").life().restarts();
				Throwable told = handler.fail(engine, ref, thrown);
				settle(engine);
				if (handler.isCall()) {
					assertThat(told).as(row).isNotNull();
					assertThat(told.getClass()).as(row).isEqualTo(thrown.make().getClass());
				}
				ServerInfos.of(engine.cell("server"));
				if (strategy == SupervisionStrategy.STOP) {
					assertThat(engine.cell("server").life().state()).as(row).isEqualTo(ServerState.STOPPED);
					engine.runtime.server("server").instances().restart(null);
				}
				else {
					assertThat(engine.cell("server").life().restarts() - restarts).as(row)
						.isEqualTo((strategy == SupervisionStrategy.RESTART) ? 1 : 0);
				}
				goesOn(row, engine, ref);
			}
			engine.close();
		}
	}

	@Test
	void S13_whateverConstructorsAndTerminationsThrowTheServerGoesOnOrHasFailed() {
		for (Thrown thrown : Thrown.values()) {
			this.logged = thrown;
			String row = thrown.toString();
			Engine engine = new Engine(new SeededScheduler(thrown.ordinal()));
			int[] made = new int[1];
			InstanceFactory factory = new InstanceFactory() {

				@Override
				public Object create() {
					return (++made[0] == 2) ? thrown.raise() : new Object();
				}

				@Override
				public void destroy(Object instance) {
					thrown.raise();
				}

			};
			GenServerRef<Object> ref = start(engine, SupervisionStrategy.RESTART, factory);
			Handler.CALL.fail(engine, ref, thrown);
			settle(engine);
			assertThat(made[0]).as(row).isEqualTo(3);
			assertThat(engine.cell("server").life().restarts()).as(row + ": both are counted").isEqualTo(2);
			goesOn(row, engine, ref);
			CompletableFuture<?> stopped = ref.stop();
			settle(engine);
			assertThat(stopped).as(row).isDone();
			engine.close();
			failsAtFirst(thrown);
		}
	}

	private static void failsAtFirst(Thrown thrown) {
		Engine engine = new Engine(new SeededScheduler(1));
		engine.addKeyed("keyed", ServerSettings.DEFAULTS, thrown::raise);
		engine.runtime.start();
		CompletableFuture<Object> call = engine.ref("keyed", "key").callAsync((instance) -> instance);
		settle(engine);
		assertThat(call).as(thrown.toString()).isCompletedExceptionally();
		assertThat(engine.runtime.server("keyed").instances().find("key")).as(thrown.toString()).isNull();
		engine.close();
	}

	@Test
	void S03_whateverListenersAndInterceptorsThrowEveryCallEndsAndTheServerGoesOn() {
		for (Thrown thrown : Thrown.values()) {
			this.logged = thrown;
			String row = thrown.toString();
			SeededScheduler scheduler = new SeededScheduler(thrown.ordinal());
			Interceptor interceptor = new Interceptor(thrown);
			GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, () -> List.of(interceptor),
					List.of((letter) -> thrown.raise()), () -> false, (event) -> thrown.raise(), scheduler);
			Server server = runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(),
					Object::new, settings(SupervisionStrategy.RESTART)));
			runtime.start();
			GenServerRef<Object> ref = new LocalRef<>(server, null);
			for (int i = 0; i < 2; i++) {
				interceptor.throwsNow = true;
				CompletableFuture<Integer> call = ref.callAsync((instance) -> 1);
				scheduler.settle();
				interceptor.throwsNow = false;
				scheduler.sleep(Duration.ofSeconds(10));
				assertThat(call).as(row).isCompletedExceptionally();
				assertThat(ref.callAsync((instance) -> 2).join()).as(row).isEqualTo(2);
			}
			interceptor.throwsAtEnds = true;
			CompletableFuture<Integer> failing = ref.callAsync((instance) -> thrown.raise());
			CompletableFuture<Integer> cancelled = ref.callAsync((instance) -> 3);
			cancelled.cancel(false);
			CompletableFuture<Integer> answered = ref.callAsync((instance) -> 4);
			scheduler.sleep(Duration.ofSeconds(10));
			assertThat(failing).as(row).isCompletedExceptionally();
			assertThat(answered).as(row).isCompletedWithValue(4);
			runtime.shutdown();
		}
	}

	@Test
	void S03_aFailureThatCannotDescribeItselfReachesWhatDependsOnTheFuture() {
		for (Thrown thrown : Thrown.values()) {
			Engine engine = new Engine(new SeededScheduler(thrown.ordinal()));
			GenServerRef<Object> ref = start(engine, SupervisionStrategy.RESUME, Object::new);
			CompletableFuture<Integer> call = ref.callAsync((instance) -> thrown.raise());
			CompletableFuture<Integer> dependent = call.thenApply((value) -> value);
			settle(engine);
			assertThat(dependent).as(thrown.toString()).isCompletedExceptionally();
			assertThat(failure(call).getClass()).as(thrown.toString()).isEqualTo(thrown.make().getClass());
			engine.close();
		}
	}

	@Test
	void S13_whateverStreamsThrowWhenTheirInstanceGoesAnotherIsMade() {
		for (Thrown thrown : Thrown.values()) {
			this.logged = thrown;
			Engine engine = new Engine(new SeededScheduler(thrown.ordinal()));
			GenServerRef<Object> ref = start(engine, SupervisionStrategy.RESTART, Object::new);
			List<Object> others = new ArrayList<>();
			ref.cast((instance) -> {
				GenServerContext.current()
					.attach((subscriber) -> subscriber.onSubscribe(new Stubborn(thrown)), (item) -> {
					});
				Events<Object> events = GenServerContext.current().events(4, SlowSubscriber.FAIL);
				events.stream().subscribe(new Subscriber(thrown, new ArrayList<>()));
				events.stream().subscribe(new Subscriber(null, others));
				events.emit("event");
			});
			settle(engine);
			Handler.CALL.fail(engine, ref, thrown);
			settle(engine);
			assertThat(others).as(thrown.toString()).hasSize(2).first().isEqualTo("event");
			goesOn(thrown.toString(), engine, ref);
			engine.close();
			assertThat(engine.cell("server").life().isOver()).isTrue();
		}
	}

	@Test
	void S09_aListenerThatSendsDeadLettersToAFullServerIsNotToldOfItsOwn() {
		SeededScheduler scheduler = new SeededScheduler(1);
		List<String> told = new ArrayList<>();
		List<String> counted = new ArrayList<>();
		GenServerRuntime[] runtime = new GenServerRuntime[1];
		runtime[0] = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of((letter) -> {
			told.add(letter.server());
			Operation operation = LambdaOperation.CAST;
			for (int i = 0; i < 3; i++) {
				try {
					runtime[0].server("audit")
						.cast(null, operation, (io.genserver.CastAction<Object>) Object::hashCode);
				}
				catch (GenServerException ex) {
					// It is full.
				}
			}
		}, (letter) -> counted.add(letter.server())), () -> false, scheduler);
		for (String name : List.of("audit", "work")) {
			runtime[0].add(new ServerDefinition(name, Object.class, List.of(), false, List.of(), Object::new,
					ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT)));
		}
		GenServerRef<Object> work = new LocalRef<>(runtime[0].server("work"), null);
		assertThat(work.tryCast(Object::hashCode)).isTrue();
		assertThat(work.tryCast(Object::hashCode)).isFalse();
		assertThat(told).containsExactly("work");
		assertThat(work.tryCast(Object::hashCode)).isFalse();
		assertThat(told).containsExactly("work", "work");
		assertThat(runtime[0].server("audit").instances().single().statistics().droppedCount())
			.as("its own are counted all the same")
			.isEqualTo(5);
		assertThat(counted).as("other listeners are called for all")
			.containsExactlyInAnyOrder("work", "work", "audit", "audit", "audit", "audit", "audit");
	}

	@Test
	void S09_whatOneListenerOfDeadLettersThrowsKeepsNoOtherFromBeingCalled() {
		for (Thrown thrown : Thrown.values()) {
			this.logged = thrown;
			List<String> counted = new ArrayList<>();
			GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null,
					List.of((letter) -> thrown.raise(), (letter) -> counted.add(letter.server())), () -> false,
					new SeededScheduler(1));
			runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(), Object::new,
					ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT)));
			GenServerRef<Object> ref = new LocalRef<>(runtime.server("server"), null);
			for (int i = 1; i <= 3; i++) {
				assertThat(ref.tryCast(Object::hashCode)).as(thrown.toString()).isEqualTo(i == 1);
			}
			assertThat(counted).as(thrown.toString()).containsExactly("server", "server");
		}
	}

	@Test
	void S05_theSupplierOfAFutureIsAskedForNothingButTheValue() {
		for (Thrown thrown : Thrown.values()) {
			Engine engine = new Engine(new SeededScheduler(1));
			GenServerRef<Object> ref = start(engine, SupervisionStrategy.RESUME, Object::new);
			CompletableFuture<Integer> call = ref.callAsync((instance) -> 2);
			List<String> logged = new ArrayList<>();
			call.completeAsync(new HostileSupplier(thrown), (task) -> {
				logged.add(task.toString());
				Set.of(task).forEach(Runnable::run);
			});
			assertThat(call).as(thrown.toString()).isCompletedWithValue(1);
			assertThat(logged).hasSize(1);
			engine.close();
		}
	}

	private static GenServerRef<Object> start(Engine engine, SupervisionStrategy strategy, InstanceFactory factory) {
		engine.add("server", settings(strategy), factory);
		engine.runtime.start();
		return engine.ref("server");
	}

	private static ServerSettings settings(SupervisionStrategy strategy) {
		return ServerSettings.DEFAULTS.withSupervision(new Supervision(strategy, strategy, List.of(), 1_000,
				Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofMillis(5)));
	}

	private static void settle(Engine engine) {
		((SeededScheduler) engine.scheduler).sleep(Duration.ofSeconds(1));
	}

	private static void goesOn(String row, Engine engine, GenServerRef<Object> ref) {
		CompletableFuture<Integer> next = ref.callAsync((instance) -> 7);
		settle(engine);
		assertThat(next).as(row).isCompletedWithValue(7);
		assertThat(engine.cell("server").life().state()).as(row).isEqualTo(ServerState.RUNNING);
	}

	/** What a call failed with; to a future it is a cancellation if it is named so. */
	private static @Nullable Throwable failure(CompletableFuture<?> call) {
		return call.isCancelled() ? call.<@Nullable Throwable>handle((value, failure) -> failure).join()
				: call.exceptionNow();
	}

	/** Where a handler may throw. */
	private enum Handler {

		CALL {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				return failureOf(engine, ref.callAsync((instance) -> thrown.raise()));
			}

		},

		CAST {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				ref.cast((instance) -> thrown.raise());
				return null;
			}

		},

		STAGE {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				return failureOf(engine,
						engine.runtime.server("server")
							.callAsync(null,
									TestOperation.call("stage",
											(instance, payload) -> CompletableFuture.failedFuture(thrown.make())),
									null, 0, false));
			}

		},

		BESIDE {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				return failureOf(engine, engine.runtime.server("server")
					.callAsync(null, TestOperation.concurrent("beside", 2, (instance, payload) -> thrown.raise()), null,
							0, false));
			}

		},

		TICK {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				ref.cast((instance) -> GenServerContext.current().schedule(Duration.ofMillis(1), () -> thrown.raise()));
				return null;
			}

		},

		CONTINUATION {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				ref.cast((instance) -> GenServerContext.current().continueWith(() -> thrown.raise()));
				return null;
			}

		},

		STREAM {

			@Override
			@Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown) {
				List<Object> signals = new ArrayList<>();
				engine.runtime.server("server").stream(null, TestOperation.stream("stream", (instance, payload) -> {
					Flow.Publisher<Object> publisher = (subscriber) -> thrown.raise();
					return publisher;
				}), null, 0, null, new Subscriber(null, signals));
				settle(engine);
				assertThat(signals).hasSize(1);
				return (Throwable) signals.get(0);
			}

		};

		abstract @Nullable Throwable fail(Engine engine, GenServerRef<Object> ref, Thrown thrown);

		boolean isCall() {
			return this == CALL || this == STAGE || this == BESIDE || this == STREAM;
		}

		private static @Nullable Throwable failureOf(Engine engine, CompletableFuture<?> call) {
			settle(engine);
			assertThat(call).isCompletedExceptionally();
			return failure(call);
		}

	}

	/** Throws where it is told to. */
	private static final class Interceptor implements GenServerInterceptor {

		private final Thrown thrown;

		private boolean throwsNow;

		private boolean throwsAtEnds;

		Interceptor(Thrown thrown) {
			this.thrown = thrown;
		}

		@Override
		public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
			return this.throwsNow ? this.thrown.raise() : invocation.proceed();
		}

		@Override
		public void starting(Envelope envelope) {
			this.thrown.raise();
		}

		@Override
		public void ended(Envelope envelope, @Nullable Throwable failure) {
			if (this.throwsAtEnds) {
				this.thrown.raise();
			}
		}

		@Override
		public void repliedLate(Envelope envelope) {
			this.thrown.raise();
		}

	}

	/** Supplies a value, and does nothing else. */
	private record HostileSupplier(Thrown thrown) implements Supplier<Integer> {

		@Override
		public Integer get() {
			return 1;
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return this.thrown.raise();
		}

		@Override
		public int hashCode() {
			return this.thrown.raise();
		}

		@Override
		public String toString() {
			return this.thrown.raise();
		}

	}

	/** Does not like to be cancelled. */
	private record Stubborn(Thrown thrown) implements Flow.Subscription {

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
			this.thrown.raise();
		}

	}

	/** Collects what comes, or throws. */
	private record Subscriber(@Nullable Thrown thrown,
			List<Object> signals) implements Flow.Subscriber<@Nullable Object> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(@Nullable Object item) {
			signal(item);
		}

		@Override
		public void onError(Throwable failure) {
			signal(failure);
		}

		@Override
		public void onComplete() {
			signal("complete");
		}

		private void signal(@Nullable Object signal) {
			if (this.thrown != null) {
				this.thrown.raise();
			}
			this.signals.add(signal);
		}

	}

}
