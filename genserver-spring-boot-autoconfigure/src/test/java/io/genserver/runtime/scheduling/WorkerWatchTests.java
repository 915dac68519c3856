package io.genserver.runtime.scheduling;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the monitor does about workers, tick by tick: its own thread has ended, and the
 * test looks in its place.
 */
class WorkerWatchTests {

	/** Ticks after which a worker in one task is aside. */
	private static final int ASIDE = 4;

	private static final int LATE = 20;

	private final WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);

	private final WorkerWatch watch = this.scheduler.monitor().workers();

	private final int usual = this.scheduler.parallelism();

	private final CountDownLatch release = new CountDownLatch(1);

	private final Queue<Worker> blocked = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void endTheMonitor() {
		this.scheduler.monitor().close();
	}

	@AfterEach
	void close() {
		this.release.countDown();
		this.scheduler.close(1, TimeUnit.SECONDS);
	}

	@Test
	void aWorkerThatStaysInItsTaskIsSetAsideAndWhatItHoldsIsHandedOver() {
		block(this.usual - 1, () -> {
		});
		block(1, () -> this.scheduler.execute(() -> {
		}));
		assertThat(this.blocked).filteredOn(Worker::hasQueued).hasSize(1);
		// One that was made but has not begun: so no other comes and takes it.
		this.scheduler.pool().virtualWorkers().admit();

		tick(ASIDE);

		assertThat(this.blocked).hasSize(this.usual).allMatch(Worker::isAside).noneMatch(Worker::hasQueued);
		assertThat(this.scheduler.queues().workers().listed()).doesNotContainAnyElementsOf(this.blocked);
	}

	@Test
	void whatATaskAddsOnceItsWorkerIsAsideIsHandedOver() {
		CountDownLatch aside = new CountDownLatch(1);
		AtomicInteger added = new AtomicInteger();
		this.scheduler.execute(() -> {
			this.blocked.add(Worker.current());
			await(aside);
			this.scheduler.execute(added::incrementAndGet);
			added.addAndGet(100);
			await(this.release);
		});
		HangGuard.await("it blocks", () -> !this.blocked.isEmpty());
		tick(ASIDE);
		aside.countDown();
		HangGuard.await("it has added", () -> added.get() >= 100);

		assertThat(this.blocked).noneMatch(Worker::hasQueued);
	}

	@Test
	void S03_aTaskWhoseTimedWaitTheJdkForgotGoesOn() {
		AtomicBoolean over = new AtomicBoolean();
		AtomicBoolean done = new AtomicBoolean();
		block(1, () -> {
		});
		this.scheduler.execute(() -> {
			this.blocked.add(Worker.current());
			// Its time comes, and its wake-up does not.
			while (!over.get()) {
				LockSupport.park();
			}
			done.set(true);
		});
		HangGuard.await("it waits", () -> this.blocked.size() == 2);
		tick(ASIDE);
		over.set(true);

		this.watch.look(System.nanoTime() + WorkerWatch.FIRST_WAKE);

		HangGuard.await("it has gone on", done::get);
	}

	@Test
	void S03_aTaskThatRunsForAnHourIsWokenElevenTimes() {
		block(1, () -> {
		});
		tick(ASIDE);
		long aside = System.nanoTime();
		assertThat(this.watch.woken()).isZero();

		for (long second = 1; second <= 3600; second++) {
			this.watch.look(aside + TimeUnit.SECONDS.toNanos(second));
		}

		assertThat(this.watch.woken()).isEqualTo(11);
		assertThat(this.blocked).allMatch(Worker::isAside);
	}

	@Test
	void aWorkerThatIsMissedComesBackAndIsListed() {
		Worker worker = listed(1).getFirst();
		worker.hold();
		assertThat(worker.setAside()).isTrue();
		this.scheduler.queues().workers().sweep();
		assertThat(this.scheduler.queues().workers().listed()).isEmpty();

		assertThat(this.scheduler.pool().comesBack(worker)).isTrue();

		assertThat(worker.isListed()).isTrue();
		assertThat(this.scheduler.queues().workers().listed()).containsExactly(worker);
		assertThat(this.scheduler.pool().counted()).isOne();
	}

	@Test
	void aWorkerThatWasSetAsideAsItsTaskEndedComesBackBeforeTheNext() {
		Worker worker = listed(1).getFirst();
		worker.hold();
		assertThat(worker.setAside()).isTrue();
		this.scheduler.queues().workers().sweep();
		Runnable task = () -> {
		};
		this.scheduler.queues().offer(task);

		assertThat(this.scheduler.next(worker)).isSameAs(task);

		assertThat(worker.isHeld()).isFalse();
		assertThat(this.scheduler.queues().workers().listed()).containsExactly(worker);
	}

	@Test
	void aWorkerThatComesBackWhileTheMonitorLetsGoOfItIsListedOnce() {
		Worker worker = listed(1).getFirst();
		worker.hold();
		worker.setAside();

		assertThat(this.scheduler.pool().comesBack(worker)).isTrue();
		this.scheduler.queues().workers().sweep();

		assertThat(this.scheduler.queues().workers().listed()).containsExactly(worker);
	}

	@Test
	void aWorkerThatIsNotMissedEnds() {
		List<Worker> workers = listed(this.usual + 1);
		Worker worker = workers.getFirst();
		worker.hold();
		assertThat(worker.setAside()).isTrue();
		assertThat(this.scheduler.pool().counted()).isEqualTo(this.usual);

		assertThat(this.scheduler.pool().comesBack(worker)).isFalse();
		this.scheduler.pool().ended(worker);

		assertThat(this.scheduler.pool().counted()).isEqualTo(this.usual);
		assertThat(this.scheduler.pool().threads()).isEqualTo(this.usual);
	}

	@Test
	void aWorkerWhoseTaskHasEndedIsNotSetAside() {
		Worker worker = listed(1).getFirst();

		assertThat(worker.setAside()).isFalse();
		assertThat(worker.isListed()).isTrue();
		assertThat(this.scheduler.pool().counted()).isOne();
	}

	/** How long a task waits does not matter: the next one may wait as well. */
	@Test
	void S18_whatIsQueuedBehindTasksThatWaitRunsAtTheNextTick() {
		int first = 3 * this.usual;
		int all = first + 12 * this.usual;
		block(this.usual, () -> {
		});
		AtomicInteger begun = new AtomicInteger();
		for (int i = 0; i < all; i++) {
			this.scheduler.execute(() -> {
				this.blocked.add(Worker.current());
				begun.incrementAndGet();
				await(this.release);
			});
		}
		HangGuard.await("all wait", () -> this.blocked.stream().allMatch(Worker::isWaiting));
		assertThat(begun).hasValue(0);

		tick(1);
		HangGuard.await("three for each of them have begun", () -> begun.get() == first, begun::toString);
		HangGuard.await("all wait", () -> this.blocked.stream().allMatch(Worker::isWaiting));
		tick(1);

		HangGuard.await("all have begun", () -> begun.get() == all, begun::toString);
	}

	@Test
	void S18_noOthersComeWhileEnoughWorkersCompute() {
		block(1, () -> {
		});
		List<Worker> workers = listed(this.usual + 1);
		HangGuard.await("one waits", () -> this.blocked.stream().allMatch(Worker::isWaiting));
		int before = this.scheduler.pool().threads();
		// These run, as the test does.
		workers.forEach((worker) -> {
			worker.thread = Thread.currentThread();
			worker.begins(() -> {
			});
			this.scheduler.pool().virtualWorkers().risen();
		});
		this.scheduler.queues().offer(() -> {
		});

		tick(1);

		assertThat(this.scheduler.pool().threads()).isEqualTo(before);
	}

	@Test
	void aPlatformThreadComesWhenAWorkerThatWasWokenDoesNotBegin() {
		aWorkerIsLate();
		Queue<Boolean> virtual = new ConcurrentLinkedQueue<>();
		this.scheduler.execute(() -> virtual.add(Thread.currentThread().isVirtual()));
		assertThat(this.scheduler.pool().platformThreads()).isZero();

		tick(LATE);

		assertThat(this.scheduler.pool().isStarved()).isTrue();
		assertThat(this.scheduler.pool().platformThreads()).isPositive();
		HangGuard.await("the task has run", () -> !virtual.isEmpty());
		assertThat(virtual).containsExactly(false);
	}

	@Test
	void whatIsLeftAtTheEndDoesNotWaitForVirtualThreadsThatDoNotGetToRun() {
		aWorkerIsLate();
		tick(LATE);
		this.scheduler.close(0, TimeUnit.NANOSECONDS);
		Queue<Boolean> virtual = new ConcurrentLinkedQueue<>();
		this.scheduler.execute(() -> virtual.add(Thread.currentThread().isVirtual()));
		HangGuard.await("the task has run", () -> !virtual.isEmpty());
		assertThat(virtual).containsExactly(false);
	}

	@Test
	void noneComesWithoutATask() {
		aWorkerIsLate();
		tick(LATE);
		assertThat(this.scheduler.pool().platformThreads()).isZero();
	}

	@Test
	void platformThreadsAreNotWantedOnceAllAreOnTime() {
		aWorkerIsLate();
		tick(LATE);
		Worker platform = new Worker(this.scheduler, new WorkerGroup(true, 1, 0, UnaryOperator.identity()));
		assertThat(this.scheduler.pool().isWanted(platform)).isTrue();

		this.scheduler.pool().virtualWorkers().risen();
		tick(1000);

		assertThat(this.scheduler.pool().isStarved()).isFalse();
		assertThat(this.scheduler.pool().isWanted(platform)).isFalse();
	}

	/** All usual workers wait, and one that was made has not begun, and never will. */
	private void aWorkerIsLate() {
		block(this.usual, () -> {
		});
		this.scheduler.pool().virtualWorkers().admit();
	}

	/** Workers that count and are listed, without threads. */
	private List<Worker> listed(int number) {
		List<Worker> workers = IntStream.range(0, number)
			.peek((i) -> this.scheduler.pool().virtualWorkers().admit())
			.mapToObj((i) -> new Worker(this.scheduler, this.scheduler.pool().virtualWorkers()))
			.toList();
		this.scheduler.queues().workers().add(workers);
		return workers;
	}

	private void block(int number, Runnable first) {
		for (int i = 0; i < number; i++) {
			int before = this.blocked.size();
			this.scheduler.execute(() -> {
				first.run();
				this.blocked.add(Worker.current());
				await(this.release);
			});
			HangGuard.await("it blocks", () -> this.blocked.size() > before);
		}
	}

	private void tick(int ticks) {
		for (int i = 0; i < ticks; i++) {
			this.watch.look(System.nanoTime());
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
