package io.genserver.runtime.scheduling;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.Thrown;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The threads of the engine live whatever is thrown on them.
 */
@RealThreads
class MonitorSurvivalTests {

	private final WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);

	@ParameterizedTest
	@EnumSource(Thrown.class)
	void S04_deadlinesAreNoticedWhateverATickOfTheMonitorThrows(Thrown thrown) throws Exception {
		Failing failing = new Failing(thrown);
		this.scheduler.observe(failing);
		HangGuard.await("the monitor has looked", () -> failing.monitor != null);
		HangGuard.await("what failed is looked at again",
				() -> failing.looks > 1 || !failing.monitor.isAlive() || failing.others > 100);
		assertThat(failing.monitor.isAlive()).isTrue();
		assertThat(failing.looks).isEqualTo(2);
		CompletableFuture<Boolean> expired = new CompletableFuture<>();
		this.scheduler.track(new Alarm(System.nanoTime(), () -> thrown.raise()));
		this.scheduler.track(new Alarm(System.nanoTime(), () -> expired.complete(true)));
		assertThat(expired.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		this.scheduler.close(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	/** Fails once, and counts the ticks that others see until it is looked at again. */
	private final class Failing implements Scheduler.Crowded {

		private final Thrown thrown;

		private volatile int looks;

		private volatile int others;

		private volatile @Nullable Thread monitor;

		Failing(Thrown thrown) {
			this.thrown = thrown;
		}

		@Override
		@SuppressWarnings("NonAtomicVolatileUpdate")
		public void look() {
			this.looks++;
			if (this.looks == 1) {
				MonitorSurvivalTests.this.scheduler.observe(this::other);
				this.monitor = Thread.currentThread();
				this.thrown.raise();
			}
		}

		@SuppressWarnings("NonAtomicVolatileUpdate")
		private void other() {
			this.others++;
			if (this.looks == 1 && this.others <= 100) {
				MonitorSurvivalTests.this.scheduler.observe(this::other);
			}
		}

	}

}
