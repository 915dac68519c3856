package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.genserver.CallFunction;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An error of the machine, where memory or stack ran out, in each of the steps that the
 * engine takes: afterwards every server goes on, with its timers and deadlines, and every
 * call has ended.
 */
class S03ErrorAtEveryStepTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	@Test
	void S03_afterAnOutOfMemoryErrorInAnyStepAllGoOn() {
		everyStep(() -> new OutOfMemoryError("expected"), 1);
	}

	@Test
	void S03_afterAStackOverflowErrorInAnyStepAllGoOn() {
		everyStep(StackOverflowError::new, 1);
	}

	@Test
	void S03_whenMemoryIsShortForAWhileAllGoOnAfterwards() {
		everyStep(() -> new OutOfMemoryError("expected"), 3);
		everyStep(() -> new OutOfMemoryError("expected"), 40);
	}

	@Test
	void S03_aTimerWhoseNextTickCannotBeArmedGoesOn() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler failing = new FailingScheduler(scheduler, () -> new OutOfMemoryError("expected"));
		Engine engine = new Engine(failing);
		GenServerRef<Object> ref = engine.start("server", ServerSettings.DEFAULTS, Object::new);
		AtomicInteger ticks = new AtomicInteger();
		ref.cast(
				(instance) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(100), ticks::incrementAndGet));
		scheduler.sleep(Duration.ofMillis(50));
		for (int i = 0; i < 20; i++) {
			failing.failTracking();
			scheduler.sleep(Duration.ofMillis(100));
		}
		assertThat(ticks.get()).isGreaterThan(10);
		engine.close();
	}

	@Test
	void S03_idleInstancesAreFoundAfterTheNextLookForThemCouldNotBeScheduled() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler failing = new FailingScheduler(scheduler, () -> new OutOfMemoryError("expected"));
		Engine engine = new Engine(failing);
		engine.addKeyed("keyed", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(2)), Object::new);
		engine.runtime.start();
		engine.<Object>ref("keyed", "a").cast((instance) -> {
		});
		scheduler.sleep(Duration.ofMillis(100));
		failing.failTracking();
		scheduler.sleep(LONG);
		assertThat(failing.last()).isNotNull();
		assertThat(engine.runtime.server("keyed").instances().all()).isEmpty();
		engine.close();
	}

	@Test
	void S03_aTimerThatCouldNotBeScheduledNeverTicks() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler failing = new FailingScheduler(scheduler, () -> new OutOfMemoryError("expected"));
		Engine engine = new Engine(failing);
		GenServerRef<Object> ref = engine.start("server", ServerSettings.DEFAULTS, Object::new);
		AtomicInteger ticks = new AtomicInteger();
		CompletableFuture<Boolean> refused = ref.callAsync((instance) -> {
			failing.failAfterTracking();
			try {
				GenServerContext.current().scheduleEvery(Duration.ofMillis(100), ticks::incrementAndGet);
				return false;
			}
			catch (OutOfMemoryError ex) {
				return true;
			}
		});
		scheduler.sleep(Duration.ofSeconds(1));
		assertThat(refused).isCompletedWithValue(true);
		assertThat(ticks).hasValue(0);
		engine.close();
	}

	private static void everyStep(Supplier<Error> error, int number) {
		int recovered = 0;
		List<String> wrong = new ArrayList<>();
		for (int seed = 1; seed <= 1; seed++) {
			int steps = 1;
			for (int first = 1; first <= steps; first++) {
				Scenario scenario = new Scenario(seed, error);
				if (first == 1) {
					steps = Math.min(2_000, scenario.calm(seed, error));
				}
				try {
					scenario.run(first, number);
				}
				catch (AssertionError ex) {
					wrong.add(
							String.valueOf(ex.getMessage()).lines().limit(3).toList() + stack(scenario.failing.last()));
				}
				recovered += (int) scenario.engine.runtime.recoveredTurns();
			}
		}
		assertThat(wrong).isEmpty();
		assertThat(recovered).as("some turns were lost and found").isPositive();
	}

	private static String stack(@Nullable Throwable ex) {
		return (ex != null) ? Arrays.stream(ex.getStackTrace()).skip(2).limit(14).toList().toString() : "none";
	}

	/** Some servers and what happens to them. */
	private static final class Scenario {

		private final String label;

		private final SeededScheduler scheduler;

		private final FailingScheduler failing;

		private final Engine engine;

		private final AtomicInteger ticks = new AtomicInteger();

		private final List<CompletableFuture<?>> calls = new ArrayList<>();

		private final TestOperation beside = TestOperation.concurrent("beside", 2, (instance, payload) -> 1);

		Scenario(long seed, Supplier<Error> error) {
			this.label = "seed " + seed + ", " + error.get().getClass().getSimpleName();
			this.scheduler = new SeededScheduler(seed);
			this.failing = new FailingScheduler(this.scheduler, error);
			this.engine = new Engine(this.failing, Engine.shutdown(Duration.ofMillis(200), Duration.ofMillis(900)));
			ServerSettings settings = ServerSettings.DEFAULTS
				.withSupervision(new Supervision(SupervisionStrategy.RESUME, SupervisionStrategy.RESTART, List.of(),
						1_000, Duration.ofSeconds(5), Duration.ofMillis(1), Duration.ofMillis(5)))
				.withCallTimeout(Duration.ofMillis(500));
			this.engine.add("plain", settings, Object::new, this.beside);
			this.engine.add("small", settings.withMailbox(1, Overflow.BLOCK), Object::new);
			this.engine.addKeyed("keyed", settings.withIdleTimeout(Duration.ofSeconds(2)), Object::new);
			this.engine.add("elsewhere", settings, new TurnExecutor("users", this.failing.executor(), () -> false),
					Object::new);
		}

		/** How many steps it takes without errors. */
		int calm(long seed, Supplier<Error> error) {
			return new Scenario(seed, error).run(Integer.MAX_VALUE, 1);
		}

		int run(int first, int number) {
			String row = this.label + ", from step " + first + " on " + number;
			this.engine.runtime.start();
			GenServerRef<Object> plain = this.engine.ref("plain");
			plain.cast((instance) -> GenServerContext.current()
				.scheduleEvery(Duration.ofMillis(200), this.ticks::incrementAndGet));
			this.scheduler.sleep(Duration.ofMillis(250));
			this.failing.fail(first, number);
			work(plain);
			this.scheduler.sleep(LONG);
			int steps = this.failing.stopFailing();
			this.scheduler.sleep(LONG);
			check(row, plain);
			this.engine.close();
			this.scheduler.finish();
			allDone(row);
			return steps;
		}

		private void work(GenServerRef<Object> plain) {
			GenServerRef<Object> small = this.engine.ref("small");
			attempt(() -> this.calls.add(plain.callAsync((instance) -> 1)));
			attempt(() -> this.calls.add(plain.callAsync((instance) -> {
				throw new IllegalStateException("expected");
			})));
			attempt(() -> this.calls.add(plain.callAsync((instance) -> {
				throw new AssertionError("expected");
			})));
			attempt(() -> this.calls
				.add(this.engine.runtime.server("plain").callAsync(null, this.beside, null, 0, false)));
			attempt(() -> this.calls.add(plain.callAsync((instance) -> small.<Integer>callAsync((other) -> 2))));
			attempt(() -> plain.call((CallFunction<Object, Integer, RuntimeException>) Object::hashCode));
			GenServerRef<Object> elsewhere = this.engine.ref("elsewhere");
			attempt(() -> this.calls.add(elsewhere.callAsync((instance) -> small.<Integer>callAsync((other) -> 2))));
			attempt(() -> this.calls.add(elsewhere.callAsync((instance) -> {
				throw new AssertionError("expected");
			})));
			for (int i = 0; i < 3; i++) {
				attempt(() -> small.cast((instance) -> this.scheduler.sleep(Duration.ofMillis(3))));
			}
			for (String key : List.of("a", "b")) {
				attempt(() -> this.calls.add(this.engine.<Object>ref("keyed", key).callAsync((instance) -> 1)));
			}
			attempt(() -> this.engine.ref("keyed", "a").stop());
			attempt(() -> this.calls.add(this.engine.<Object>ref("keyed", "a").callAsync((instance) -> 1)));
			attempt(() -> this.engine.runtime.server("plain").instances().restart(null));
			attempt(() -> plain.cast((instance) -> GenServerContext.current()
				.scheduleEvery(Duration.ofMillis(200), this.ticks::incrementAndGet)));
		}

		private static void attempt(Runnable action) {
			try {
				action.run();
			}
			catch (GenServerException | VirtualMachineError ex) {
				// What a sender may get.
			}
		}

		private void allDone(String row) {
			for (int i = 0; i < this.calls.size(); i++) {
				assertThat(this.calls.get(i).isDone()).as(row + ": call " + i).isTrue();
			}
		}

		private void check(String row, GenServerRef<Object> plain) {
			allDone(row);
			for (GenServerRef<Object> ref : List.of(plain, this.engine.<Object>ref("small"),
					this.engine.<Object>ref("elsewhere"), this.engine.<Object>ref("keyed", "a"),
					this.engine.<Object>ref("keyed", "b"))) {
				CompletableFuture<Integer> answer = ref.callAsync((instance) -> 7);
				this.scheduler.sleep(Duration.ofMillis(400));
				assertThat(answer).as(row + ": " + ref).isCompletedWithValue(7);
			}
			CompletableFuture<?> answer = this.engine.runtime.server("plain")
				.callAsync(null, this.beside, null, 0, false);
			plain.cast((instance) -> GenServerContext.current()
				.schedule(Duration.ofMillis(1), () -> this.ticks.set(-1_000_000)));
			this.scheduler.sleep(Duration.ofMillis(400));
			assertThat(answer).as(row + ": beside").isCompleted();
			assertThat(this.ticks.get()).as(row + ": timers").isNegative();
			this.scheduler.sleep(LONG);
			assertThat(this.engine.runtime.server("keyed").instances().all()).as(row + ": idle instances").isEmpty();
		}

	}

}
