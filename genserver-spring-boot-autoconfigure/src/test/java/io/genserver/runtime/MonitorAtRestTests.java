package io.genserver.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What the monitor looks at although nothing runs. */
@RealThreads
class MonitorAtRestTests {

	private final WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);

	@Test
	void itLooksOnceMoreWhenThatIsDueAndThenNoMore() throws Exception {
		OnceMore check = new OnceMore();
		this.scheduler.attend(check);
		this.scheduler.hasten();
		assertThat(check.looked.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		HangGuard.await("nothing is left to look at", () -> check.asked);
		this.scheduler.close(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	/** Not urgent, but due a little later. */
	private static final class OnceMore implements Scheduler.Check {

		private final CountDownLatch looked = new CountDownLatch(1);

		private final long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);

		/** Whether it was asked again after that. */
		private volatile boolean asked;

		@Override
		public boolean isUrgent() {
			return false;
		}

		@Override
		public long nextLook() {
			return this.due + TimeUnit.DAYS.toNanos(1);
		}

		@Override
		public long nanosToLookAtRest(long now) {
			if (this.looked.getCount() == 0) {
				this.asked = true;
				return -1;
			}
			return Math.max(0, this.due - now);
		}

		@Override
		public void look(long now, boolean nothingQueued) {
			assertThat(now - this.due).isNotNegative();
			this.looked.countDown();
		}

	}

}
