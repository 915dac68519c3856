package io.genserver.rpc.client;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** When a client tries again, by its own clock. */
class AttemptsTest {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final Duration INITIAL = Duration.ofMillis(500);

	private static final int CLIENTS = 400;

	private final AtomicLong now = new AtomicLong(5 * SECOND);

	private Attempts attempts(Random random) {
		Attempts made = new Attempts(new Backoff(INITIAL, Duration.ofSeconds(20), random::nextDouble), this.now::get);
		made.reset();
		made.begun();
		return made;
	}

	/**
	 * When the next attempt of a client begins for which many calls wait, which come one
	 * after the other, in nanoseconds from the present.
	 */
	private long nextOf(Attempts attempts, int calls, long between) {
		long begun = this.now.get();
		long at = begun + attempts.pauseNanos(8, true, false);
		for (int i = 0; i < calls; i++) {
			this.now.addAndGet(between);
			long left = at - this.now.get();
			at = Math.min(at, this.now.get() + attempts.hurriedNanos(left));
		}
		this.now.set(begun);
		return at - begun;
	}

	private int inTheFirstQuarter(int calls, long between) {
		Random random = new Random(11);
		int early = 0;
		for (int i = 0; i < CLIENTS; i++) {
			long next = nextOf(attempts(random), calls, between);
			assertThat(next).isLessThan(SECOND + INITIAL.toNanos());
			early += (next < SECOND + INITIAL.toNanos() / 4) ? 1 : 0;
		}
		return early;
	}

	@Test
	void clientsAreScatteredHoweverManyCallsWait() {
		// A quarter would be in the first quarter of the time if all were even.
		assertThat(inTheFirstQuarter(1, 0)).isBetween(CLIENTS / 6, CLIENTS * 2 / 5);
		assertThat(inTheFirstQuarter(1000, 0)).isBetween(CLIENTS / 6, CLIENTS * 2 / 5);
		assertThat(inTheFirstQuarter(1000, 100)).isBetween(CLIENTS / 6, CLIENTS * 2 / 5);
	}

	@Test
	void callsThatComeOneAfterTheOtherDoNotPutItOff() {
		Attempts attempts = attempts(new Random(3));
		assertThat(nextOf(attempts, 1000, SECOND / 1000)).isLessThan(SECOND + INITIAL.toNanos());
	}

	@Test
	void eachPauseIsScatteredByItself() {
		Attempts attempts = attempts(new Random(5));
		long first = nextOf(attempts, 3, 0);
		attempts.begun();
		assertThat(nextOf(attempts, 3, 0)).isNotEqualTo(first);
	}

	@Test
	void whoWasAskedToStayAwayDoesNotHurry() {
		Attempts attempts = attempts(new Random(7));
		long pause = attempts.pauseNanos(8, false, true);
		assertThat(attempts.hurriedNanos(pause)).isEqualTo(pause);
	}

}
