package io.genserver.runtime.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What becomes of tasks that an executor of the application has forgotten, and when such
 * an executor gets tasks again.
 */
class ForgetfulExecutorTests {

	private final Clockwork workers = new Clockwork();

	private final List<Runnable> accepted = new ArrayList<>();

	private final List<String> ran = new ArrayList<>();

	private boolean shutDown;

	private final TurnExecutor executor = new TurnExecutor("mine", this.accepted::add, () -> this.shutDown);

	@Test
	void nothingIsLookedForWhereTasksRun() {
		for (int i = 0; i < 100; i++) {
			this.executor.execute(task("task"), this.workers);
			elsewhere(this.accepted.removeFirst());
			this.workers.seconds(1);
		}
		assertThat(this.ran).hasSize(100);
		assertThat(this.accepted).isEmpty();
		assertThat(this.workers.recovered).isZero();
		assertThat(this.workers.alarms).as("nothing is watched at rest").isEmpty();
	}

	@Test
	void S03_aTaskThatIsForgottenIsSubmittedAgainAndRunsOnce() {
		this.executor.execute(task("forgotten"), this.workers);
		Runnable first = this.accepted.removeFirst();
		this.workers.seconds(4);
		assertThat(this.accepted).isEmpty();
		this.workers.seconds(2);
		assertThat(this.accepted).hasSize(1);
		elsewhere(this.accepted.removeFirst());
		elsewhere(first);
		assertThat(this.ran).containsExactly("forgotten");
		assertThat(this.workers.recovered).as("it may have been late").isZero();
		this.workers.seconds(1);
		assertThat(this.workers.alarms).isEmpty();
	}

	@Test
	void S03_whatAnExecutorForgetsThatRunsNothingRunsOnAWorkerAndSoDoesWhatComes() {
		this.executor.execute(task("first"), this.workers);
		this.workers.seconds(14);
		assertThat(this.ran).isEmpty();
		this.workers.seconds(2);
		assertThat(this.ran).containsExactly("first");
		assertThat(this.workers.recovered).isOne();
		this.accepted.clear();
		this.executor.execute(task("second"), this.workers);
		assertThat(this.ran).containsExactly("first", "second");
		assertThat(this.workers.recovered).isOne();
	}

	@Test
	void itGetsTasksAgainOnceItRunsOneThatIsSubmittedToFindOut() {
		this.executor.execute(task("first"), this.workers);
		this.workers.seconds(16);
		this.accepted.clear();
		this.executor.execute(task("second"), this.workers);
		this.executor.execute(task("third"), this.workers);
		assertThat(this.accepted).as("one to find out").hasSize(1);
		elsewhere(this.accepted.removeFirst());
		this.executor.execute(task("fourth"), this.workers);
		assertThat(this.accepted).hasSize(1);
		assertThat(this.ran).containsExactly("first", "second", "third");
	}

	@Test
	void soDoesOneThatRunsALateTask() {
		this.executor.execute(task("first"), this.workers);
		Runnable late = this.accepted.removeFirst();
		this.workers.seconds(16);
		this.accepted.clear();
		elsewhere(late);
		this.executor.execute(task("second"), this.workers);
		assertThat(this.accepted).hasSize(1);
		assertThat(this.ran).containsExactly("first");
	}

	@Test
	void S18_whatWaitsWhileATaskRunsForLongStaysThere() {
		this.executor.execute(() -> {
			this.executor.execute(task("waits"), this.workers);
			this.workers.seconds(60);
		}, this.workers);
		elsewhere(this.accepted.removeFirst());
		assertThat(this.ran).isEmpty();
		assertThat(this.workers.recovered).isZero();
	}

	@Test
	void S03_whatWaitsInAnExecutorThatIsShutDownRuns() {
		this.executor.execute(task("waits"), this.workers);
		this.shutDown = true;
		this.workers.seconds(1);
		assertThat(this.ran).containsExactly("waits");
		assertThat(this.workers.recovered).isOne();
	}

	@Test
	void S03_alsoWhileMoreComesThatItRefuses() {
		this.executor.execute(task("waits"), this.workers);
		this.shutDown = true;
		for (int i = 0; i < 10; i++) {
			this.workers.pass();
			this.workers.pass();
			this.executor.execute(task("refused"), this.workers);
		}
		assertThat(this.ran).hasSize(11).contains("waits");
	}

	@Test
	void S15_whatWaitsOrComesAtTheEndOfAShutdownRuns() {
		this.executor.execute(task("waits"), this.workers);
		this.executor.close();
		this.executor.execute(task("comes"), this.workers);
		assertThat(this.ran).containsExactly("waits", "comes");
		this.accepted.clear();
		this.workers.alarms.clear();
		this.executor.reopen();
		this.executor.execute(task("after a start"), this.workers);
		assertThat(this.accepted).hasSize(1);
		this.workers.seconds(16);
		assertThat(this.ran).as("watched again").endsWith("after a start");
	}

	@Test
	void S03_aTaskThatNoWorkerCanTakeAtFirstRunsLater() {
		this.executor.execute(task("forgotten"), this.workers);
		this.workers.seconds(14);
		this.workers.failing = true;
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> this.workers.seconds(2));
		this.workers.failing = false;
		this.workers.seconds(1);
		assertThat(this.ran).containsExactly("forgotten");
	}

	private Runnable task(String name) {
		return () -> this.ran.add(name);
	}

	/** On another thread than that which submits. */
	private static void elsewhere(Runnable task) {
		CompletableFuture.runAsync(task, (each) -> Thread.ofPlatform().start(each)).join();
	}

	/** Time that the test lets pass. Runs tasks at once. */
	private static final class Clockwork implements Scheduler {

		private final List<Expiring> alarms = new ArrayList<>();

		private long now = Long.MAX_VALUE - 10;

		private int recovered;

		private boolean failing;

		void seconds(int seconds) {
			for (int i = 0; i < 20 * seconds; i++) {
				pass();
			}
		}

		/** Less than a period. */
		void pass() {
			this.now += TimeUnit.MILLISECONDS.toNanos(50);
			for (Expiring alarm : List.copyOf(this.alarms)) {
				if (alarm.deadline() - this.now <= 0) {
					alarm.expire();
					this.alarms.remove(alarm);
				}
			}
		}

		@Override
		public void recovered(Runnable task) {
			this.recovered++;
		}

		@Override
		public long nanoTime() {
			return this.now;
		}

		@Override
		public long coarseTime() {
			return this.now;
		}

		@Override
		public double random() {
			return 0;
		}

		@Override
		public void execute(Runnable task) {
			if (this.failing) {
				throw new OutOfMemoryError("expected");
			}
			task.run();
		}

		@Override
		public boolean await(Waiter waiter, long deadline) {
			return waiter.isReady();
		}

		@Override
		public void wake(Waiter waiter) {
		}

		@Override
		public void track(Expiring expiring) {
			this.alarms.add(expiring);
		}

		@Override
		public void observe(Crowded crowded) {
		}

		@Override
		public void close(long timeout, TimeUnit unit) {
		}

	}

}
