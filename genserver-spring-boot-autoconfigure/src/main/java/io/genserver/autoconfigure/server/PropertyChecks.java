package io.genserver.autoconfigure.server;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.convert.DurationStyle;

/**
 * Checks values of properties. Each method returns the value, or throws an
 * {@link InvalidConfigurationPropertyValueException} that names the property and what it
 * may be, so that no validator has to be on the class path.
 */
public final class PropertyChecks {

	private PropertyChecks() {
	}

	/**
	 * Require a duration above zero.
	 * @param key name of the property
	 * @param value its value
	 * @return the value
	 */
	public static Duration positive(String key, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw new InvalidConfigurationPropertyValueException(key, value, "It must be positive");
		}
		return bounded(key, value);
	}

	/**
	 * Require a duration of zero or more.
	 * @param key name of the property
	 * @param value its value
	 * @return the value
	 */
	public static Duration notNegative(String key, Duration value) {
		if (value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(key, value, "It must not be negative");
		}
		return bounded(key, value);
	}

	static Duration positiveOrNever(String key, Duration value) {
		if (value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(key, value, "It must be positive, or 0s for never");
		}
		return bounded(key, value);
	}

	private static Duration bounded(String key, Duration value) {
		if (value.compareTo(Duration.ofDays(365)) > 0) {
			throw new InvalidConfigurationPropertyValueException(key, value, "It must be at most 365 days");
		}
		return value;
	}

	static Integer atLeastOne(String key, Integer value) {
		if (value < 1) {
			throw new InvalidConfigurationPropertyValueException(key, value, "It must be at least 1");
		}
		return value;
	}

	static Integer notNegative(String key, Integer value) {
		if (value < 0) {
			throw new InvalidConfigurationPropertyValueException(key, value, "It must not be negative");
		}
		return value;
	}

	static Integer atLeastOneOrUnlimited(String key, Integer value) {
		if (value < 1 && value != -1) {
			throw new InvalidConfigurationPropertyValueException(key, value,
					"It must be at least 1, or -1 for no limit");
		}
		return value;
	}

	/** Refuses a property of keyed servers that is set for a server that is not keyed. */
	static <T> T keyedOnly(String key, T value) {
		throw new InvalidConfigurationPropertyValueException(key,
				(value instanceof Duration duration) ? text(duration) : value,
				"The server is not keyed and has one instance, which stays. Remove the property, or make the server "
						+ "keyed: @GenServer(keyed = true)");
	}

	/** A duration as it is written in properties. */
	static String text(Duration duration) {
		if (duration.compareTo(Duration.ofDays(36_500)) > 0) {
			// More than some units can express.
			return duration.toString();
		}
		boolean whole = duration.equals(duration.truncatedTo(ChronoUnit.SECONDS));
		return DurationStyle.SIMPLE.print(duration, whole ? ChronoUnit.SECONDS : ChronoUnit.MILLIS);
	}

}
