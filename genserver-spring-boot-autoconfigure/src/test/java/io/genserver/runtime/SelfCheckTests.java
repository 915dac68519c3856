package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.GenServerRef;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.TurnRecovery;
import io.genserver.runtime.message.CastMessage;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What was lost is found, run once, and counted.
 */
class SelfCheckTests {

	private static final Duration MINUTES = Duration.ofMinutes(5);

	@Test
	void S03_aTurnThatWasForgottenIsFoundAndRun() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler forgetful = new FailingScheduler(scheduler, () -> new OutOfMemoryError("expected"));
		Engine engine = new Engine(forgetful);
		GenServerRef<Object> ref = engine.start("server", ServerSettings.DEFAULTS, Object::new).withTimeout(MINUTES);
		scheduler.settle();
		forgetful.forgetTask();
		CompletableFuture<Integer> lost = ref.callAsync((instance) -> 2);
		scheduler.settle();
		assertThat(lost).isNotDone();
		engine.runtime.selfCheck().suspect();
		scheduler.sleep(Duration.ofSeconds(30));
		assertThat(lost).isCompletedWithValue(2);
		assertThat(engine.runtime.recoveredTurns()).isOne();
		engine.close();
	}

	@Test
	void S03_oneThatCannotBeRunDoesNotKeepOthersFromBeingFound() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler failing = new FailingScheduler(scheduler, () -> new NoClassDefFoundError("expected"));
		Engine engine = new Engine(failing);
		engine.add("other", ServerSettings.DEFAULTS, Object::new);
		engine.start("server", ServerSettings.DEFAULTS, Object::new);
		scheduler.settle();
		List<CompletableFuture<Integer>> lost = new ArrayList<>();
		for (String name : List.of("server", "other")) {
			failing.forgetTask();
			lost.add(engine.<Object>ref(name).withTimeout(MINUTES).callAsync((instance) -> 2));
			scheduler.settle();
		}
		assertThat(lost).noneMatch(CompletableFuture::isDone);
		failing.failTask();
		engine.runtime.selfCheck().suspect();
		scheduler.sleep(Duration.ofSeconds(30));
		assertThat(lost).allSatisfy((call) -> assertThat(call).isCompletedWithValue(2));
		assertThat(engine.runtime.recoveredTurns()).isEqualTo(2);
		engine.close();
	}

	@Test
	void S03_aLookThatComesInTheMidstOfAnotherDoesNotMeetIt() {
		FailingScheduler forgetful = new FailingScheduler(new SeededScheduler(1), () -> null);
		Engine engine = new Engine(forgetful);
		AtomicReference<Runnable> looks = new AtomicReference<>(() -> {
		});
		AtomicInteger depth = new AtomicInteger();
		List<Integer> depths = new ArrayList<>();
		forgetful.hold(new ConcurrentLinkedQueue<>() {

			@Override
			public boolean add(Runnable turn) {
				depths.add(depth.incrementAndGet());
				looks.get().run();
				depth.decrementAndGet();
				return true;
			}

		});
		for (String name : List.of("server", "other")) {
			engine.add(name, ServerSettings.DEFAULTS, Object::new);
			engine.cell(name).start();
		}
		SelfCheck check = new SelfCheck(engine.runtime, 0);
		check.look(1, true);
		assertThat(depths).as("those who began").containsExactly(1, 1);
		looks.set(() -> check.look(MINUTES.toNanos(), true));

		check.look(MINUTES.toNanos(), true);

		assertThat(depths).containsExactly(1, 1, 1, 1);
	}

	@Test
	void S03_aMessageWhoseServerDoesNotKnowOfItIsFound() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		engine.start("server", ServerSettings.DEFAULTS, Object::new);
		AtomicInteger handled = new AtomicInteger();
		engine.cell("server")
			.mailbox()
			.offer(new CastMessage(TestOperation.cast("cast", (instance, payload) -> handled.incrementAndGet()), null,
					Thread.currentThread()), 0);
		scheduler.sleep(Duration.ofSeconds(1));
		assertThat(handled).hasValue(0);
		engine.runtime.selfCheck().suspect();
		scheduler.sleep(Duration.ofSeconds(1));
		assertThat(handled).hasValue(1);
		assertThat(engine.runtime.recoveredTurns()).isOne();
		engine.close();
	}

	@Test
	void S01_aServerThatIsQueuedTwiceRunsOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> ref = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			ServerCell cell = engine.cell("server");
			AtomicInteger inside = new AtomicInteger();
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				calls.add(ref.callAsync((instance) -> {
					int now = inside.incrementAndGet();
					scheduler.sleep(Duration.ofMillis(1));
					inside.decrementAndGet();
					return now;
				}));
				scheduler.execute(cell);
				scheduler.letOthersRun();
			}
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(calls).allSatisfy((call) -> assertThat(call).isCompletedWithValue(1));
			engine.close();
		});
	}

	@Test
	void aBusyServerWhoseTurnsWaitLongIsNotTakenForLost() {
		SeededScheduler scheduler = new SeededScheduler(1);
		FailingScheduler slow = new FailingScheduler(scheduler, () -> null);
		Engine engine = new Engine(slow);
		GenServerRef<Object> ref = engine.start("server", ServerSettings.DEFAULTS, Object::new);
		scheduler.settle();
		Deque<Runnable> queue = new ArrayDeque<>();
		slow.hold(queue);
		AtomicInteger handled = new AtomicInteger();
		for (int i = 0; i < 200; i++) {
			ref.cast((instance) -> handled.incrementAndGet());
		}
		engine.runtime.selfCheck().suspect();
		scheduler.sleep(Duration.ofSeconds(30));
		assertThat(queue).as("queued again to be sure").hasSizeGreaterThan(1);
		while (!queue.isEmpty()) {
			queue.removeFirst().run();
		}
		assertThat(handled).hasValue(200);
		assertThat(engine.runtime.recoveredTurns()).isZero();
		slow.hold(null);
		engine.close();
	}

	@Test
	void S03_aTurnThatCannotEvenBeginIsRunLater() {
		SeededScheduler scheduler = new SeededScheduler(1);
		Engine engine = new Engine(scheduler);
		AtomicInteger failures = new AtomicInteger();
		GenServerRef<Object> ref = engine.start("server", ServerSettings.DEFAULTS, Object::new);
		scheduler.settle();
		ServerCell cell = engine.cell("server");
		CompletableFuture<Integer> call = ref.callAsync((instance) -> 1);
		Thread hostile = new HostileThread(cell, failures);
		hostile.start();
		join(hostile);
		assertThat(failures).hasPositiveValue();
		assertThat(TurnRecovery.mayBeLost(cell)).as("the turn broke off").isTrue();
		engine.runtime.selfCheck().suspect();
		scheduler.sleep(Duration.ofSeconds(1));
		assertThat(call).isCompletedWithValue(1);
		assertThat(engine.runtime.recoveredTurns()).isOne();
		engine.close();
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A thread of an executor of a user's that has no memory for anything. */
	private static final class HostileThread extends Thread {

		private final AtomicInteger failures;

		HostileThread(Runnable body, AtomicInteger failures) {
			super(() -> {
				try {
					body.run();
				}
				catch (OutOfMemoryError ex) {
					// As an executor would.
				}
			});
			this.failures = failures;
		}

		@Override
		public ClassLoader getContextClassLoader() {
			this.failures.incrementAndGet();
			throw new OutOfMemoryError("expected");
		}

	}

}
