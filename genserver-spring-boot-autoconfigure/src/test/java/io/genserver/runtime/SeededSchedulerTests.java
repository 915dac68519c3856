package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class SeededSchedulerTests {

	private static List<String> conversation(long seed) {
		List<String> log = new ArrayList<>();
		SeededScheduler scheduler = new SeededScheduler(seed);
		Engine engine = new Engine(scheduler);
		GenServerRef<List<String>> server = engine.start("log", ServerSettings.DEFAULTS, () -> log);
		for (String name : List.of("a", "b", "c")) {
			scheduler.spawn(name, () -> {
				for (int i = 0; i < 3; i++) {
					String entry = name + i;
					server.call((list) -> list.add(entry));
				}
				return null;
			});
		}
		scheduler.finish();
		engine.close();
		return log;
	}

	@Test
	void theSameSeedGivesTheSameSchedule() {
		for (long seed = 1; seed <= 50; seed++) {
			assertThat(conversation(seed)).isEqualTo(conversation(seed)).hasSize(9);
		}
	}

	@Test
	void otherSeedsGiveOtherSchedules() {
		Set<List<String>> seen = new HashSet<>();
		for (long seed = 1; seed <= 50; seed++) {
			seen.add(conversation(seed));
		}
		assertThat(seen).hasSizeGreaterThan(40);
	}

	@Test
	void timeStandsStillWhileAnythingCanRunAndJumpsToTheNextDeadlineOtherwise() {
		Seeds.each(20, (scheduler) -> {
			long start = scheduler.nanoTime();
			CompletableFuture<Long> late = scheduler.spawn("late", () -> {
				scheduler.sleep(Duration.ofHours(1));
				return scheduler.nanoTime() - start;
			});
			CompletableFuture<Long> early = scheduler.spawn("early", () -> {
				scheduler.sleep(Duration.ofSeconds(1));
				return scheduler.nanoTime() - start;
			});
			scheduler.settle();
			assertThat(scheduler.nanoTime()).isEqualTo(start);
			scheduler.finish();
			assertThat(early).isCompletedWithValue(Duration.ofSeconds(1).toNanos());
			assertThat(late).isCompletedWithValue(Duration.ofHours(1).toNanos());
		});
	}

	@Test
	void aDeadlineThatIsTrackedExpiresInVirtualTime() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("slow", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> reply = server.callAsync((instance) -> {
				gate.pass();
				return 1;
			});
			scheduler.settle();
			assertThat(reply).isNotDone();
			scheduler.advance(Duration.ofMillis(4_999));
			scheduler.settle();
			assertThat(reply).isNotDone();
			scheduler.advance(Duration.ofMillis(3));
			scheduler.settle();
			assertThat(reply).isCompletedExceptionally();
			gate.open();
			engine.close();
		});
	}

	@Test
	void aDeadlockFailsWithADumpThatShowsWhoWaitsForWhat() {
		SeededScheduler scheduler = new SeededScheduler(7);
		Gate gate = new Gate(scheduler, "never");
		scheduler.spawn("stuck", () -> {
			gate.pass();
			return null;
		});
		assertThatExceptionOfType(AssertionError.class).isThrownBy(scheduler::finish)
			.withMessageContaining("seed 7")
			.withMessageContaining("Deadlock")
			.withMessageContaining("stuck waits for gate never")
			.withMessageContaining("SeededSchedulerTests")
			.withMessageContaining("continue stuck");
	}

	@Test
	void aWakeUpThatIsForgottenIsADeadlock() {
		SeededScheduler scheduler = new SeededScheduler(1);
		boolean[] condition = new boolean[1];
		Gate forgotten = new Gate(scheduler, "forgotten") {

			@Override
			public boolean isReady() {
				return condition[0];
			}

		};
		scheduler.spawn("waits", () -> {
			forgotten.pass();
			return null;
		});
		scheduler.settle();
		condition[0] = true;
		assertThatExceptionOfType(AssertionError.class).isThrownBy(scheduler::finish).withMessageContaining("Deadlock");
	}

	@Test
	void aTaskThatFailsFailsTheDriver() {
		SeededScheduler scheduler = new SeededScheduler(1);
		scheduler.execute(() -> {
			throw new IllegalStateException("planted");
		});
		assertThatExceptionOfType(AssertionError.class).isThrownBy(scheduler::settle)
			.withMessageContaining("planted")
			.withCauseInstanceOf(IllegalStateException.class);
	}

	@Test
	void aFailureUnderASeedSaysHowToReplayIt() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> Seeds.each(10, (scheduler) -> {
			if (scheduler.seed() == 4) {
				throw new IllegalStateException("planted");
			}
		})).withMessageContaining("-Dgenserver.seed=4").withMessageContaining("planted");
	}

	@Test
	void aThreadItDoesNotKnowIsRefused() throws Exception {
		SeededScheduler scheduler = new SeededScheduler(1);
		CompletableFuture<Void> refused = new CompletableFuture<>();
		Thread stranger = Thread.ofPlatform().start(() -> {
			try {
				scheduler.execute(() -> {
				});
			}
			catch (Throwable ex) {
				refused.completeExceptionally(ex);
			}
		});
		stranger.join();
		assertThatIllegalStateException().isThrownBy(() -> {
			try {
				refused.join();
			}
			catch (Exception ex) {
				throw ex.getCause();
			}
		}).withMessageContaining("must not use this scheduler");
	}

	@Test
	void anInterruptReachesAThreadThatWaits() {
		Seeds.each(50, (scheduler) -> {
			Gate gate = new Gate(scheduler, "held");
			Thread[] thread = new Thread[1];
			CompletableFuture<String> outcome = scheduler.spawn("waits", () -> {
				thread[0] = Thread.currentThread();
				try {
					gate.pass();
					return "passed";
				}
				catch (InterruptedException ex) {
					return "interrupted";
				}
			});
			scheduler.settle();
			thread[0].interrupt();
			scheduler.finish();
			assertThat(outcome).isCompletedWithValue("interrupted");
		});
	}

	@Test
	void aHandlerThatNeverEndsTimesItsCallerOut() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("hangs", ServerSettings.DEFAULTS, Object::new);
			assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> server.call((instance) -> {
				gate.pass();
				return 1;
			}));
			gate.open();
			engine.close();
		});
	}

}
