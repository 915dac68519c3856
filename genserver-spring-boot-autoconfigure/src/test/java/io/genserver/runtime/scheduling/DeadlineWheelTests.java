package io.genserver.runtime.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineWheelTests {

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	@Test
	void whatLacksMemoryWhenItExpiresIsTriedAgain() {
		DeadlineWheel memory = new DeadlineWheel(0);
		int[] tries = new int[1];
		Alarm alarm = new Alarm(1, () -> {
			if (++tries[0] < 3) {
				throw new OutOfMemoryError("none left");
			}
		});
		memory.add(alarm);
		for (long tick = 1; tick < 10; tick++) {
			memory.advance(tick * MILLI);
		}
		assertThat(tries[0]).isEqualTo(3);
		assertThat(alarm.isOver()).isTrue();
		assertThat(memory.isEmpty()).isTrue();
	}

	@Test
	void everyDeadlineExpiresOnceNeverEarlyAndAtMostTwoTicksLate() {
		for (long origin : new long[] { 0, -5_000 * MILLI, 123_456_789, -987_654_321 }) {
			Random random = new Random(origin);
			DeadlineWheel wheel = new DeadlineWheel(origin);
			List<Timed> all = new ArrayList<>();
			List<Timed> open = new ArrayList<>();
			long now = origin;
			for (int step = 0; step < 30_000; step++) {
				if (step < 15_000 && random.nextInt(3) == 0) {
					Timed timed = new Timed(now + 1 + (long) (random.nextDouble() * random.nextInt(1, 4_000) * MILLI));
					all.add(timed);
					open.add(timed);
					wheel.add(timed);
				}
				now += random.nextLong(MILLI) + 1;
				wheel.advance(now);
				long time = now;
				open.removeIf((timed) -> timed.check(time));
			}
			assertThat(all).allSatisfy((timed) -> assertThat(timed.expired).isOne());
			assertThat(wheel.isEmpty()).isTrue();
		}
	}

	@Test
	void whatIsOverIsForgottenSoonAndNeverExpires() {
		DeadlineWheel wheel = new DeadlineWheel(0);
		List<Timed> all = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			Timed timed = new Timed(3_600_000 * MILLI);
			all.add(timed);
			wheel.add(timed);
		}
		wheel.advance(50 * MILLI);
		assertThat(wheel.isEmpty()).isFalse();
		all.forEach((timed) -> timed.over = true);
		// Nobody is looked at later than its age from the last look.
		for (int tick = 50; tick <= 110; tick++) {
			wheel.advance(tick * MILLI);
		}
		assertThat(wheel.isEmpty()).isTrue();
		wheel.advance(4_000_000 * MILLI);
		assertThat(all).allSatisfy((timed) -> assertThat(timed.expired).isZero());
	}

	@Test
	void theWatcherRestsUntilThereIsSomethingToLookAt() {
		DeadlineWheel wheel = new DeadlineWheel(0);
		List<Timed> all = new ArrayList<>();
		long now = 0;
		assertThat(wheel.nanosToNext(now)).isEqualTo(Long.MAX_VALUE);
		for (int i = 0; i < 2_000; i++) {
			now += MILLI;
			Timed timed = new Timed(now + 600_000 * MILLI);
			all.add(timed);
			wheel.add(timed);
			assertThat(wheel.nanosToNext(now)).isLessThanOrEqualTo(MILLI);
			wheel.advance(now);
		}
		int looks = 0;
		while (now < 590_000 * MILLI) {
			now += wheel.nanosToNext(now);
			assertThat(wheel.advance(now)).isFalse();
			looks++;
		}
		assertThat(looks).isLessThan(590 * 18);
		while (!wheel.isEmpty()) {
			now += wheel.nanosToNext(now);
			wheel.advance(now);
			long time = now;
			all.removeIf((timed) -> timed.check(time));
		}
		assertThat(all).isEmpty();
	}

	@Test
	void aLongPauseOfTheWatcherLosesNothing() {
		DeadlineWheel wheel = new DeadlineWheel(0);
		List<Timed> all = new ArrayList<>();
		for (int i = 1; i < 3_000; i++) {
			Timed timed = new Timed(i * MILLI);
			all.add(timed);
			wheel.add(timed);
		}
		wheel.advance(MILLI / 2);
		wheel.advance(1_500 * MILLI);
		assertThat(all.stream().filter((timed) -> timed.expired == 1)).hasSize(1_500);
		wheel.advance(100_000 * MILLI);
		assertThat(all).allSatisfy((timed) -> assertThat(timed.expired).isOne());
		assertThat(wheel.isEmpty()).isTrue();
	}

	@Test
	void oneThatFailsDoesNotCostTheOthersTheirDeadlines() {
		DeadlineWheel wheel = new DeadlineWheel(0);
		List<Timed> all = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			Timed timed = new Timed(20 * MILLI);
			timed.fails = i % 2 == 0;
			all.add(timed);
			wheel.add(timed);
		}
		for (int tick = 1; tick < 30; tick++) {
			wheel.advance(tick * MILLI);
		}
		assertThat(all).allSatisfy((timed) -> assertThat(timed.expired).isOne());
	}

	@Test
	void anyThreadMayAdd() throws Exception {
		DeadlineWheel wheel = new DeadlineWheel(0);
		AtomicInteger expired = new AtomicInteger();
		CountDownLatch added = new CountDownLatch(4);
		for (int i = 0; i < 4; i++) {
			Thread.ofPlatform().start(() -> {
				for (int n = 1; n <= 10_000; n++) {
					wheel.add(new Alarm(n * MILLI / 100, expired::incrementAndGet));
				}
				added.countDown();
			});
		}
		long now = 0;
		while (added.getCount() > 0) {
			wheel.advance(now += MILLI / 10);
		}
		wheel.advance(now + 1_000 * MILLI);
		wheel.advance(now + 2_000 * MILLI);
		assertThat(expired).hasValue(40_000);
		assertThat(wheel.isEmpty()).isTrue();
	}

	/** Something with a deadline that checks when it expires. */
	private static final class Timed implements Scheduler.Expiring {

		private final long deadline;

		private int expired;

		private boolean over;

		private boolean fails;

		Timed(long deadline) {
			this.deadline = deadline;
		}

		/** Whether it has expired, neither early nor late. */
		boolean check(long now) {
			if (this.expired == 0) {
				assertThat(now - this.deadline).isLessThan(2 * MILLI);
				return false;
			}
			assertThat(now).isGreaterThanOrEqualTo(this.deadline);
			return true;
		}

		@Override
		public long deadline() {
			return this.deadline;
		}

		@Override
		public boolean isOver() {
			return this.over;
		}

		@Override
		public void expire() {
			this.expired++;
			if (this.fails) {
				throw new IllegalStateException("planted");
			}
		}

	}

}
