package io.genserver.runtime.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tasks that block in crowds: what the others do must not grow with them.
 */
@RealThreads
class S18ManyBlockedTests {

	private static final int MANY = 3000;

	/** What a tick may look at, however many block. */
	private static final int FEW = 200;

	private final WorkerScheduler scheduler = Workers.endingAfter(1);

	private final CountDownLatch release = new CountDownLatch(1);

	private final AtomicInteger begun = new AtomicInteger();

	private final AtomicInteger ended = new AtomicInteger();

	@AfterEach
	void close() {
		this.release.countDown();
		this.scheduler.close(1, TimeUnit.SECONDS);
	}

	@Test
	void S18_theMonitorDoesNotWalkHandlersThatBlock() {
		block(MANY);
		HangGuard.await("a tick walks few", () -> walked() <= FEW, () -> walked() + " walked");
		assertThat(this.scheduler.pool().threads()).isGreaterThanOrEqualTo(MANY);
		assertThat(this.scheduler.queues().workers().listed()).hasSizeLessThanOrEqualTo(FEW);
	}

	@Test
	void S18_otherTasksRunWhileManyBlock() {
		block(MANY);
		AtomicInteger others = new AtomicInteger();
		for (int i = 0; i < MANY; i++) {
			this.scheduler.execute(others::incrementAndGet);
		}
		HangGuard.await("others have run", () -> others.get() == MANY);
		assertThat(this.ended).hasValue(0);
	}

	@Test
	void S18_workersThatWereBlockedEndWhenTheyAreNotMissed() {
		block(MANY);
		HangGuard.await("all are set aside", () -> this.scheduler.queues().workers().listed().length <= FEW);
		this.release.countDown();
		HangGuard.await("all have gone on", () -> this.ended.get() == MANY);
		HangGuard.await("the usual workers are left",
				() -> this.scheduler.pool().threads() <= this.scheduler.parallelism() + WorkerPool.SPARE,
				() -> this.scheduler.pool().threads() + " left");
		HangGuard.await("those that count are listed", this::allThatCountAreListed);
		HangGuard.await("the monitor rests", this.scheduler.monitor()::isParked);
	}

	@Test
	void S18_whatStuckHandlersMadeReadyRunsAlthoughEachBlocksInTurn() {
		meetInOneQueue();
	}

	@Test
	void S18_whatAHandlerMakesReadyAfterItWasSetAsideRuns() {
		this.scheduler.execute(() -> {
			Worker worker = Worker.current();
			HangGuard.await("it is set aside", worker::isAside);
			CountDownLatch ran = new CountDownLatch(1);
			this.scheduler.execute(ran::countDown);
			await(ran);
			this.ended.incrementAndGet();
		});
		HangGuard.await("it went on", () -> this.ended.get() == 1);
	}

	@Test
	void S18_aWorkerThatComesBackServesOthersAgain() {
		List<Worker> stuck = new ArrayList<>();
		for (int i = 0; i < this.scheduler.parallelism(); i++) {
			this.scheduler.execute(() -> {
				synchronized (stuck) {
					stuck.add(Worker.current());
				}
				this.begun.incrementAndGet();
				await(this.release);
				this.ended.incrementAndGet();
			});
		}
		HangGuard.await("all are set aside",
				() -> this.begun.get() == this.scheduler.parallelism() && stuck.stream().allMatch(Worker::isAside));
		this.release.countDown();
		HangGuard.await("all have gone on", () -> this.ended.get() == this.scheduler.parallelism());
		HangGuard.await("those that count are listed", this::allThatCountAreListed);
		meetInOneQueue();
	}

	/** A task makes others ready that all wait for each other, as it does. */
	private void meetInOneQueue() {
		AtomicInteger met = new AtomicInteger();
		CountDownLatch all = new CountDownLatch(100);
		this.scheduler.execute(() -> {
			for (int i = 0; i < 100; i++) {
				this.scheduler.execute(() -> {
					all.countDown();
					await(all);
					met.incrementAndGet();
				});
			}
			await(all);
		});
		HangGuard.await("all met", () -> met.get() == 100, () -> all.getCount() + " missing");
	}

	private boolean allThatCountAreListed() {
		Worker[] listed = this.scheduler.queues().workers().listed();
		return listed.length == this.scheduler.pool().counted() && List.of(listed).stream().allMatch(Worker::isListed);
	}

	private void block(int number) {
		for (int i = 0; i < number; i++) {
			this.scheduler.execute(() -> {
				this.begun.incrementAndGet();
				await(this.release);
				this.ended.incrementAndGet();
			});
		}
		HangGuard.await("all block", () -> this.begun.get() == number, () -> this.begun + " block");
	}

	private int walked() {
		return this.scheduler.monitor().workers().walked();
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
