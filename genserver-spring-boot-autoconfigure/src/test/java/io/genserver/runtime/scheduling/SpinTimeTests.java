package io.genserver.runtime.scheduling;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long workers look for work.
 */
class SpinTimeTests {

	private static final int MANY = 1000;

	private final SpinTime time = new SpinTime(2);

	@Test
	void looksForAboutAsLongAsParkingTakesWhileNothingIsKnown() {
		assertThat(this.time.next()).isEqualTo(micros(50));
	}

	@Test
	void givesUpSoonWhereItWasInVain() {
		IntStream.range(0, MANY).forEach((search) -> this.time.inVain());

		assertThat(this.time.next()).isLessThanOrEqualTo(micros(5));
	}

	@Test
	void aFewSearchesInVainDoNotCount() {
		IntStream.range(0, 8).forEach((search) -> this.time.inVain());

		assertThat(this.time.next()).isEqualTo(micros(50));
	}

	@Test
	void looksForLongWhereWorkComesLate() {
		IntStream.range(0, MANY).forEach((search) -> this.time.found(micros(45)));

		assertThat(this.time.next()).isBetween(micros(170), micros(180));
	}

	@Test
	void neverLooksForLongerThanTheLongestTime() {
		IntStream.range(0, MANY).forEach((search) -> this.time.found(TimeUnit.SECONDS.toNanos(1)));

		assertThat(this.time.next()).isLessThanOrEqualTo(micros(200));
	}

	@Test
	void triesForLongNowAndThenThoughItWasInVain() {
		long tries = IntStream.range(0, 160).filter((search) -> {
			this.time.inVain();
			return this.time.next() == micros(200);
		}).count();

		assertThat(tries).isEqualTo(10);
	}

	@Test
	void looksAsBeforeOnceItPaysAgain() {
		IntStream.range(0, MANY).forEach((search) -> this.time.inVain());
		IntStream.range(0, 40).forEach((search) -> this.time.found(micros(1)));

		assertThat(this.time.next()).isBetween(micros(49), micros(50));
	}

	@Test
	void doesNotLookAtAllOnASingleProcessor() {
		SpinTime alone = new SpinTime(1);

		assertThat(IntStream.range(0, 100).mapToLong((search) -> alone.next())).containsOnly(0L);
	}

	private static long micros(long micros) {
		return TimeUnit.MICROSECONDS.toNanos(micros);
	}

}
