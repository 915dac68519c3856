package io.genserver.runtime.scheduling;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of the workers. Calls may end with a task, so none may be left behind.
 */
@Timeout(HangGuard.ANNOTATED_SECONDS)
@RealThreads
class WorkerSchedulerTests {

	private final WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);

	@Test
	void whatATaskHandsOverAfterTheEndRunsThoughItsWorkerIsStuck() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		CountDownLatch late = new CountDownLatch(1);
		CompletableFuture<Boolean> stuck = new CompletableFuture<>();
		this.scheduler.execute(() -> {
			begun.countDown();
			await(closed);
			this.scheduler.execute(late::countDown);
			stuck.complete(await(late));
		});
		begun.await();
		this.scheduler.close(0, TimeUnit.NANOSECONDS);
		closed.countDown();
		assertThat(stuck.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whatWaitsBehindAStuckTaskRunsAtTheEnd() throws Exception {
		CountDownLatch behind = new CountDownLatch(1);
		CompletableFuture<Boolean> stuck = new CompletableFuture<>();
		CountDownLatch queued = new CountDownLatch(1);
		this.scheduler.execute(() -> {
			this.scheduler.execute(behind::countDown);
			queued.countDown();
			stuck.complete(await(behind));
		});
		queued.await();
		this.scheduler.close(0, TimeUnit.NANOSECONDS);
		assertThat(stuck.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void whatIsHandedOverFromOutsideAfterTheEndRuns() throws Exception {
		this.scheduler.close(1, TimeUnit.SECONDS);
		CompletableFuture<Boolean> ran = new CompletableFuture<>();
		this.scheduler.execute(() -> ran.complete(true));
		assertThat(ran.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	private static boolean await(CountDownLatch latch) {
		try {
			return latch.await(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

}
