package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every accepted call completes exactly once; no caller waits for ever.
 */
class S03ExactlyOnceTests {

	@Test
	void S03_callsThatAreQueuedWhenTheServerStopsFailAtOnce() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<String> running = server.callAsync((instance) -> {
				gate.pass();
				return "done";
			});
			scheduler.settle();
			CompletableFuture<Integer> queued = server.callAsync(Object::hashCode);
			CompletableFuture<Integer> blocked = scheduler.spawn("blocked", () -> server.call(Object::hashCode));
			scheduler.settle();
			long before = scheduler.nanoTime();
			CompletableFuture<?> stopped = engine.stop("server");
			gate.open();
			scheduler.finish();
			assertThat(running).isCompletedWithValue("done");
			assertThat(stopped).isCompleted();
			assertThat(queued.exceptionNow()).isInstanceOfSatisfying(GenServerUnavailableException.class,
					(ex) -> assertThat(ex.notExecuted()).isTrue());
			assertThat(blocked.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> server.call(Object::hashCode));
			engine.close();
		});
	}

	@Test
	void S03_callsThatWaitForRoomWhenTheServerStopsFailAtOnce() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				calls.add(scheduler.spawn("caller-" + i, () -> server.call(Object::hashCode)));
			}
			scheduler.settle();
			long before = scheduler.nanoTime();
			engine.stop("server");
			gate.open();
			scheduler.finish();
			assertThat(calls).allSatisfy(
					(call) -> assertThat(call.exceptionNow()).isInstanceOf(GenServerUnavailableException.class));
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.close();
		});
	}

	@Test
	void S03_aCrashOfTheHandlerCompletesItsCallAndNoOther() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> crashed = server.callAsync((instance) -> {
				throw new IllegalStateException("crash");
			});
			CompletableFuture<Integer> next = server.callAsync((instance) -> 2);
			scheduler.settle();
			assertThat(crashed.exceptionNow()).hasMessage("crash");
			assertThat(next).isCompletedWithValue(2);
			engine.close();
		});
	}

	@Test
	void S03_callsToAServerWhoseStartFailsFailWithTheReason() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("broken", ServerSettings.DEFAULTS, () -> {
				scheduler.letOthersRun();
				throw new IllegalStateException("no database");
			});
			GenServerRef<Object> broken = engine.ref("broken");
			CompletableFuture<Integer> early = broken.callAsync(Object::hashCode);
			CompletableFuture<Integer> blocked = scheduler.spawn("caller", () -> broken.call(Object::hashCode));
			assertThatExceptionOfType(ServerStartException.class).isThrownBy(engine.runtime::start)
				.withMessageContaining("broken")
				.withStackTraceContaining("no database");
			scheduler.finish();
			assertThat(early.exceptionNow()).isInstanceOf(GenServerUnavailableException.class)
				.hasRootCauseMessage("no database");
			assertThat(blocked.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
		});
	}

	@Test
	void S03_everyCallCompletesAtShutdownEvenIfAHandlerHangs() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofMillis(50), Duration.ofSeconds(1)));
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> hangs = engine.start("hangs", Engine.SMALL, Object::new);
			List<CompletableFuture<?>> calls = new ArrayList<>();
			GenServerRef<Object> patient = hangs.withTimeout(Duration.ofHours(1));
			calls.add(patient.callAsync((instance) -> {
				while (!gate.isReady()) {
					try {
						gate.pass();
					}
					catch (InterruptedException ex) {
						// A handler that ignores it.
					}
				}
				return 1;
			}));
			scheduler.settle();
			for (int i = 0; i < 4; i++) {
				calls.add(scheduler.spawn("caller-" + i, () -> patient.call(Object::hashCode)));
			}
			scheduler.settle();
			engine.close();
			scheduler.settle();
			assertThat(calls)
				.allSatisfy((call) -> assertThat(call.isCompletedExceptionally()).as("completed").isTrue());
			gate.open();
			scheduler.finish();
		});
	}

	@Test
	void S03_aCallThatFindsTheMailboxFullUntilItsDeadlineEndsThen() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			server.cast(Object::hashCode);
			server.cast(Object::hashCode);
			long before = scheduler.nanoTime();
			assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> server.call(Object::hashCode));
			assertThat(scheduler.nanoTime() - before).isEqualTo(Duration.ofSeconds(5).toNanos());
			gate.open();
			engine.close();
		});
	}

	@Test
	void S03_whateverHappensEveryCallCompletesOnceAndNothingElseIsBroken() {
		Seeds.each(400, (scheduler) -> new Mayhem(scheduler, SupervisionStrategy.RESUME).run());
	}

	@Test
	void S03_itHoldsWhenFailuresStopServersToo() {
		Seeds.each(300, (scheduler) -> new Mayhem(scheduler, SupervisionStrategy.STOP).run());
	}

	@Test
	void S03_itHoldsWhenFailuresRestartServersToo() {
		Seeds.each(300, (scheduler) -> new Mayhem(scheduler, SupervisionStrategy.RESTART).run());
	}

	@Test
	@RealThreads
	void S03_atAShutdownWithEveryWorkerStuckEveryCallEnds() throws Exception {
		Engine engine = new Engine(new WorkerScheduler(SchedulerSettings.DEFAULTS),
				Engine.shutdown(Duration.ofMillis(1), Duration.ofMillis(50)));
		CountDownLatch end = new CountDownLatch(1);
		List<CompletableFuture<?>> calls = new ArrayList<>();
		int servers = 32;
		CountDownLatch stuck = new CountDownLatch(servers);
		for (int i = 0; i < servers; i++) {
			engine.add("stuck-" + i, ServerSettings.DEFAULTS.withCallTimeout(Duration.ofDays(1)), Object::new);
		}
		engine.runtime.start();
		for (int i = 0; i < servers; i++) {
			GenServerRef<Object> ref = engine.ref("stuck-" + i);
			calls.add(ref.callAsync((instance) -> {
				stuck.countDown();
				awaitUninterruptibly(end);
				return 1;
			}));
			calls.add(ref.callAsync(Object::hashCode));
		}
		assertThat(stuck.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		engine.close();
		for (CompletableFuture<?> call : calls) {
			assertThat(call).failsWithin(HangGuard.DURATION);
		}
		end.countDown();
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		boolean waiting = true;
		while (waiting) {
			try {
				latch.await();
				waiting = false;
			}
			catch (InterruptedException ex) {
				// A handler that ignores it.
			}
		}
	}

}
