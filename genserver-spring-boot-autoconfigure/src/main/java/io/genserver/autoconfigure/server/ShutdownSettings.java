package io.genserver.autoconfigure.server;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.Environment;

/**
 * How long a shutdown may take, from properties of the servers and of Spring. What is not
 * set adapts to what is; two that are set and contradict each other fail.
 *
 * @param drain time for work that was accepted
 * @param total time for everything
 */
record ShutdownSettings(Duration drain, Duration total) {

	private static final String PHASE = "spring.lifecycle.timeout-per-shutdown-phase";

	private static final String DRAIN = "genserver.shutdown.drain-timeout";

	private static final String TOTAL = "genserver.shutdown.timeout";

	private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);

	/** Time left for what follows draining, unless something else is said. */
	private static final Duration TERMINATION = Duration.ofSeconds(5);

	/** Beyond it five seconds do not matter. */
	private static final Duration LONGEST = Duration.ofDays(36_500);

	static ShutdownSettings of(GenServerProperties.Shutdown properties, @Nullable Environment environment) {
		Duration phase = (environment != null) ? Binder.get(environment).bind(PHASE, Duration.class).orElse(null)
				: null;
		return of(properties, phase);
	}

	private static ShutdownSettings of(GenServerProperties.Shutdown properties, @Nullable Duration phase) {
		Duration drainSet = properties.getDrainTimeout();
		Duration totalSet = properties.getTimeout();
		if (drainSet != null) {
			PropertyChecks.notNegative(DRAIN, drainSet);
			checkAgainst(phase, DRAIN, drainSet);
		}
		if (totalSet != null) {
			PropertyChecks.positive(TOTAL, totalSet);
			checkAgainst(phase, TOTAL, totalSet);
		}
		Duration drain = (drainSet != null) ? drainSet
				: (phase != null) ? min(DEFAULT_DRAIN, phase.minus(phase.dividedBy(3))) : DEFAULT_DRAIN;
		if (totalSet == null) {
			Duration total = (drain.compareTo(LONGEST) < 0) ? drain.plus(TERMINATION) : drain;
			return new ShutdownSettings(drain, (phase != null) ? min(total, phase) : total);
		}
		if (totalSet.compareTo(drain) < 0) {
			throw new InvalidConfigurationPropertyValueException(TOTAL, PropertyChecks.text(totalSet),
					"It covers the whole shutdown and must be at least " + DRAIN + ", which is "
							+ PropertyChecks.text(drain));
		}
		return new ShutdownSettings(drain, totalSet);
	}

	private static void checkAgainst(@Nullable Duration phase, String key, Duration value) {
		if (phase != null && value.compareTo(phase) > 0) {
			throw new ShutdownConflictException(key, PropertyChecks.text(value), PHASE, PropertyChecks.text(phase));
		}
	}

	private static Duration min(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

}
