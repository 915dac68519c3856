package io.genserver.runtime.scheduling;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The monitor takes no time while it only waits for deadlines. */
class MonitorRestTests {

	private final WorkerScheduler scheduler = new WorkerScheduler(SchedulerSettings.DEFAULTS);

	@AfterEach
	void close() {
		this.scheduler.close(1, TimeUnit.SECONDS);
	}

	@Test
	void S04_itRestsUntilTheNextDeadlineWhichExpires() {
		CountDownLatch expired = new CountDownLatch(2);
		this.scheduler.track(alarm(TimeUnit.HOURS.toNanos(1), expired));
		this.scheduler.track(alarm(TimeUnit.SECONDS.toNanos(1), expired));

		HangGuard.await("it rests", this.scheduler.monitor()::isParked);

		HangGuard.await("one has expired", () -> expired.getCount() == 1);
		HangGuard.await("it rests again", this.scheduler.monitor()::isParked);
	}

	@Test
	void S04_aDeadlineThatIsAddedWhileItRestsExpires() {
		CountDownLatch expired = new CountDownLatch(1);
		this.scheduler.track(alarm(TimeUnit.HOURS.toNanos(1), expired));
		HangGuard.await("it rests", this.scheduler.monitor()::isParked);

		this.scheduler.track(alarm(0, expired));

		HangGuard.await("one has expired", () -> expired.getCount() == 0);
	}

	/** Turns may run on executors meanwhile, which it does not see. */
	@Test
	void S17_itsTimeGoesOnWhileItRests() {
		this.scheduler.track(alarm(TimeUnit.HOURS.toNanos(1), new CountDownLatch(1)));
		long[] seen = new long[2];
		HangGuard.await("it rests all the while", () -> {
			boolean rests = this.scheduler.monitor().isParked();
			seen[0] = this.scheduler.nanoTime();
			seen[1] = this.scheduler.coarseTime();
			return rests && this.scheduler.monitor().isParked()
					&& this.scheduler.nanoTime() - seen[0] < TimeUnit.MILLISECONDS.toNanos(1);
		});

		assertThat(seen[1] - seen[0]).isNotNegative();
	}

	private Alarm alarm(long nanos, CountDownLatch expired) {
		return new Alarm(this.scheduler.nanoTime() + nanos, expired::countDown);
	}

}
