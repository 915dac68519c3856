package io.genserver.time;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Durations as numbers. A {@link Duration} holds up to 292 billion years, which fit into
 * no {@code long}: all that a user may have set is turned into a number here and nowhere
 * else. What is longer than a century counts as a century.
 */
public final class Durations {

	/**
	 * Upper bound in nanoseconds, a century, that keeps sums with {@code nanoTime()} and
	 * differences of such sums from overflowing.
	 */
	public static final long LONGEST = TimeUnit.DAYS.toNanos(36_500);

	private static final Duration CENTURY = Duration.ofNanos(LONGEST);

	private static final Duration CENTURY_BACK = Duration.ofNanos(-LONGEST);

	private Durations() {
	}

	/**
	 * Return a duration in nanoseconds.
	 * @param duration the duration
	 * @return its nanoseconds, between minus {@link #LONGEST} and {@link #LONGEST}
	 */
	public static long nanos(Duration duration) {
		return atMostCentury(duration).toNanos();
	}

	/**
	 * Return a duration in milliseconds, rounded down.
	 * @param duration the duration
	 * @return its milliseconds, not more than those of a century in either direction
	 */
	public static long millis(Duration duration) {
		return atMostCentury(duration).toMillis();
	}

	private static Duration atMostCentury(Duration duration) {
		if (duration.compareTo(CENTURY) > 0) {
			return CENTURY;
		}
		return (duration.compareTo(CENTURY_BACK) < 0) ? CENTURY_BACK : duration;
	}

	/**
	 * Check that a duration is longer than zero.
	 * @param what what it is, as the subject of a sentence
	 * @param duration the duration
	 * @return the duration
	 * @throws IllegalArgumentException if it is zero or negative
	 */
	public static Duration positive(String what, Duration duration) {
		if (duration.isNegative() || duration.isZero()) {
			throw new IllegalArgumentException(what + " must be positive, not " + duration);
		}
		return duration;
	}

	/**
	 * Check that a duration is zero or longer.
	 * @param what what it is, as the subject of a sentence
	 * @param duration the duration
	 * @return the duration
	 * @throws IllegalArgumentException if it is negative
	 */
	public static Duration notNegative(String what, Duration duration) {
		if (duration.isNegative()) {
			throw new IllegalArgumentException(what + " must not be negative, but is " + duration);
		}
		return duration;
	}

}
