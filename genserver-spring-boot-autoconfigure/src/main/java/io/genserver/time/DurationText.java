package io.genserver.time;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as annotations spell them: a number and a unit ({@code 500ms}), or ISO-8601
 * ({@code PT0.5S}).
 */
public final class DurationText {

	private static final Pattern SIMPLE = Pattern.compile("(\\d{1,15})\\s*(ns|us|ms|s|m|h|d)");

	private static final Map<String, ChronoUnit> UNITS = Map.of("ns", ChronoUnit.NANOS, "us", ChronoUnit.MICROS, "ms",
			ChronoUnit.MILLIS, "s", ChronoUnit.SECONDS, "m", ChronoUnit.MINUTES, "h", ChronoUnit.HOURS, "d",
			ChronoUnit.DAYS);

	private DurationText() {
	}

	/**
	 * Read a duration.
	 * @param text the text
	 * @return the duration, positive
	 * @throws IllegalArgumentException if it is not one
	 */
	public static Duration parse(String text) {
		Duration duration = parseDelay(text);
		if (duration.isZero()) {
			throw new IllegalArgumentException("'" + text + "' is not a positive duration");
		}
		return duration;
	}

	/**
	 * Read a duration that may be zero.
	 * @param text the text
	 * @return the duration, not negative
	 * @throws IllegalArgumentException if it is not one
	 */
	public static Duration parseDelay(String text) {
		Duration duration = read(text.trim());
		if (duration.isNegative()) {
			throw new IllegalArgumentException("'" + text + "' is not a positive duration");
		}
		return duration;
	}

	private static Duration times(long amount, ChronoUnit unit) {
		try {
			return Duration.of(amount, unit);
		}
		catch (ArithmeticException ex) {
			return ChronoUnit.FOREVER.getDuration();
		}
	}

	private static Duration read(String text) {
		Matcher simple = SIMPLE.matcher(text);
		if (simple.matches()) {
			ChronoUnit unit = UNITS.getOrDefault(simple.group(2), ChronoUnit.MILLIS);
			return times(Long.parseLong(simple.group(1)), unit);
		}
		try {
			return Duration.parse(text);
		}
		catch (DateTimeParseException ex) {
			throw new IllegalArgumentException("'" + text + "' is not a duration: use a number with a unit (ns, us, ms,"
					+ " s, m, h or d) such as 500ms, or ISO-8601 such as PT0.5S", ex);
		}
	}

}
