package io.genserver.rpc.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.genserver.protocol.CloseCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class BackoffTest {

	private static final Duration INITIAL = Duration.ofMillis(200);

	private static final Duration MAX = Duration.ofSeconds(20);

	@Test
	void theLimitDoublesFromAttemptToAttemptUpToTheGreatest() {
		Backoff longest = new Backoff(INITIAL, MAX, () -> 1);
		assertThat(millis(longest, 0)).isEqualTo(200);
		assertThat(millis(longest, 1)).isEqualTo(400);
		assertThat(millis(longest, 6)).isEqualTo(12_800);
		assertThat(millis(longest, 7)).isEqualTo(20_000);
		assertThat(millis(longest, Integer.MAX_VALUE)).isEqualTo(20_000);
	}

	@Test
	void thePauseIsAnyTimeUpToTheLimit() {
		assertThat(millis(new Backoff(INITIAL, MAX, () -> 0), 3)).isZero();
		assertThat(millis(new Backoff(INITIAL, MAX, () -> 0.25), 3)).isEqualTo(400);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4008, 4010, 4029 })
	void whatMayPassIsTriedAgain(int closeCode) {
		assertThat(Backoff.worthAnother(closeCode)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1000, 1002, 1003, 1008, 1009, 4001, 4002, 4003 })
	void whatTryingAgainWouldNotChangeIsNot(int closeCode) {
		assertThat(Backoff.worthAnother(closeCode)).isFalse();
	}

	@Test
	void aPeerThatComplainsOfTheRateIsLeftAloneForLonger() {
		assertThat(Backoff.attempts(CloseCode.RATE)).isGreaterThan(Backoff.attempts(CloseCode.OVERLOADED));
	}

	private static long millis(Backoff backoff, int attempts) {
		return TimeUnit.NANOSECONDS.toMillis(backoff.pauseNanos(attempts));
	}

}
