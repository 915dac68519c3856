package io.genserver.runtime.scheduling;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.genserver.runtime.Thrown;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An error in each of the steps of workers, of those that wake them and of the monitor:
 * every task runs once, workers and the monitor live, and they are counted right.
 */
@RealThreads
class S03WorkersTests {

	private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(2);

	private static final int STEPS = 25;

	private final Logger log = (Logger) LoggerFactory.getLogger(S03WorkersTests.class.getPackageName());

	private final @Nullable Level level = this.log.getLevel();

	@BeforeEach
	void beQuiet() {
		this.log.setLevel(Level.OFF);
	}

	@AfterEach
	void logAgain() {
		this.log.setLevel(this.level);
	}

	@ParameterizedTest
	@EnumSource(names = { "PLAIN", "ERROR", "OUT_OF_MEMORY", "STACK_OVERFLOW", "NO_TEXT" })
	void S03_afterAnErrorInAnyStepOfWorkersEveryTaskRunsOnceAndTheyAreCountedRight(Thrown thrown) {
		for (int number : new int[] { 1, 5 }) {
			for (int first = 1; first <= STEPS; first++) {
				FailingQueue shared = new FailingQueue(thrown);
				WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS, SHORT,
						new RunQueues(shared), UnaryOperator.identity());
				String row = thrown + " from step " + first + " on " + number;
				Queue<Integer> ran = new ConcurrentLinkedQueue<>();
				work(scheduler, ran, 0);
				HangGuard.await(row + ": all has run", () -> ran.size() == 30);
				shared.fail(first, number);
				work(scheduler, ran, 30);
				HangGuard.await(row + ": all has run", () -> ran.size() == 60);
				shared.stopFailing();
				rests(row, scheduler);
				work(scheduler, ran, 60);
				HangGuard.await(row + ": what comes later runs", () -> ran.size() == 90);
				assertThat(ran).as(row).doesNotHaveDuplicates();
				rests(row, scheduler);
				ends(row, scheduler);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "PLAIN", "ERROR", "OUT_OF_MEMORY", "STACK_OVERFLOW", "NO_TEXT" })
	void S03_aTaskThatAWorkerHasFoundRunsOnceAfterAnErrorBeforeItsBegin(Thrown thrown) {
		for (int number : new int[] { 1, 2, 5 }) {
			FailingQueue shared = new FailingQueue(thrown);
			WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS, SHORT, new RunQueues(shared),
					UnaryOperator.identity());
			String row = thrown + " " + number + " times";
			Queue<Integer> ran = new ConcurrentLinkedQueue<>();
			shared.failWithTaskInHand(number);
			work(scheduler, ran, 0);
			HangGuard.await(row + ": tasks were found", shared::hasFailed);
			HangGuard.await(row + ": all has run", () -> ran.size() == 30);
			shared.stopFailing();
			assertThat(ran).as(row).doesNotHaveDuplicates();
			rests(row, scheduler);
			ends(row, scheduler);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "PLAIN", "ERROR", "OUT_OF_MEMORY", "STACK_OVERFLOW", "NO_TEXT" })
	void S03_workersThatFailAsTheyFallAsleepAreNotTakenForAsleep(Thrown thrown) {
		for (int number : new int[] { 1, 2, 5 }) {
			FailingQueue shared = new FailingQueue(thrown);
			WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS, SHORT, new RunQueues(shared),
					UnaryOperator.identity());
			String row = thrown + " " + number + " times";
			Queue<Integer> ran = new ConcurrentLinkedQueue<>();
			shared.failIn("sleep", number);
			work(scheduler, ran, 0);
			HangGuard.await(row + ": all has run", () -> ran.size() == 30);
			HangGuard.await(row + ": workers fell asleep", shared::hasFailed);
			shared.stopFailing();
			for (int round = 1; round <= 10; round++) {
				int all = 30 + 30 * round;
				work(scheduler, ran, all - 30);
				HangGuard.await(row + ": what comes later runs", () -> ran.size() == all);
				rests(row, scheduler);
			}
			assertThat(ran).as(row).doesNotHaveDuplicates();
			ends(row, scheduler);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "PLAIN", "ERROR", "OUT_OF_MEMORY", "STACK_OVERFLOW", "NO_TEXT" })
	void S03_whatTasksThrowEndsNoWorker(Thrown thrown) {
		WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);
		AtomicInteger ran = new AtomicInteger();
		for (int i = 0; i < 20; i++) {
			scheduler.execute(() -> {
				ran.incrementAndGet();
				thrown.raise();
			});
		}
		HangGuard.await("all has run", () -> ran.get() == 20);
		rests(thrown.toString(), scheduler);
		ends(thrown.toString(), scheduler);
	}

	@Test
	void S03_whereNoThreadCanBeStartedForAWhileTasksRunOnceThereAreThreadsAgain() {
		for (boolean starts : new boolean[] { true, false }) {
			AtomicBoolean failing = new AtomicBoolean(true);
			AtomicInteger failed = new AtomicInteger();
			WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS, SHORT, new RunQueues(),
					(thread) -> {
						if (!failing.get()) {
							return thread;
						}
						failed.incrementAndGet();
						if (starts) {
							return new Unstartable();
						}
						throw new OutOfMemoryError("expected");
					});
			Queue<Integer> ran = new ConcurrentLinkedQueue<>();
			work(scheduler, ran, 0);
			HangGuard.await("a thread was asked for", () -> failed.get() > 0);
			assertThat(ran).isEmpty();
			failing.set(false);
			HangGuard.await("all has run", () -> ran.size() == 30);
			rests("threads", scheduler);
			ends("threads", scheduler);
		}
	}

	/** Tasks from outside, from workers, and some that block. */
	private static void work(WorkerScheduler scheduler, Queue<Integer> ran, int from) {
		CountDownLatch latch = new CountDownLatch(1);
		for (int i = 0; i < 10; i++) {
			int number = from + 3 * i;
			scheduler.execute(() -> {
				ran.add(number);
				scheduler.execute(() -> ran.add(number + 1));
				scheduler.execute(() -> ran.add(number + 2));
				if (number % 4 == 0) {
					await(latch);
				}
				else {
					latch.countDown();
				}
			});
		}
	}

	/** All is done: nobody is about to come, and those that are there sleep. */
	private static void rests(String row, WorkerScheduler scheduler) {
		WorkerPool pool = scheduler.pool();
		HangGuard.await(row + ": no more workers are counted than there are", () -> pool.counted() == pool.threads()
				&& pool.counted() >= 1 && pool.counted() <= scheduler.parallelism() + WorkerPool.SPARE);
		HangGuard.await(row + ": nobody is awaited", () -> !pool.isHelpComing(false));
		AtomicBoolean expired = new AtomicBoolean();
		scheduler.track(new Alarm(System.nanoTime(), () -> expired.set(true)));
		HangGuard.await(row + ": the monitor lives", expired::get);
	}

	private static void ends(String row, WorkerScheduler scheduler) {
		scheduler.close(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertThat(scheduler.pool().threads()).as(row + ": threads").isZero();
		assertThat(scheduler.pool().counted()).as(row + ": counted").isZero();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** As where the machine has no more. */
	private static final class Unstartable extends Thread {

		@Override
		public void start() {
			throw new OutOfMemoryError("unable to create native thread");
		}

	}

}
