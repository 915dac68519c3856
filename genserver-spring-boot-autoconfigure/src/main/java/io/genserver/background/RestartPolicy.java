package io.genserver.background;

import java.time.Duration;

import io.genserver.runtime.supervision.RestartHistory;
import io.genserver.time.Durations;

/**
 * How often a background service that throws is run again. The pause before a restart
 * doubles with each restart within the window, up to the longest, and is then shortened
 * by up to a fifth, at random, so that services that failed together do not come back
 * together.
 *
 * @param maxRestarts restarts within the window before the service is given up
 * @param window time within which restarts are counted
 * @param initialBackoff pause before the first restart
 * @param maxBackoff longest pause
 * @since 0.1.0
 */
public record RestartPolicy(int maxRestarts, Duration window, Duration initialBackoff, Duration maxBackoff) {

	/**
	 * Give up at the first failure.
	 */
	public static final RestartPolicy NEVER = new RestartPolicy(0, Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);

	/**
	 * Restart up to 10 times in 10 minutes, after pauses of half a second to 30 seconds:
	 * what fails in the background often waits for something outside to come back.
	 */
	public static final RestartPolicy DEFAULTS = new RestartPolicy(10, Duration.ofMinutes(10), Duration.ofMillis(500),
			Duration.ofSeconds(30));

	/**
	 * Checks the values.
	 */
	public RestartPolicy {
		if (maxRestarts < 0) {
			throw new IllegalArgumentException(
					"Maximum number of restarts must not be negative, but is " + maxRestarts);
		}
		Durations.positive("Window for restarts", window);
		if (initialBackoff.isNegative() || maxBackoff.compareTo(initialBackoff) < 0) {
			throw new IllegalArgumentException(
					"Backoff must lie between zero and its maximum, but is " + initialBackoff + " to " + maxBackoff);
		}
	}

	/** What limits the restarts of one run, by the rule that holds for servers too. */
	RestartHistory history() {
		return new RestartHistory(this.maxRestarts, this.window, this.initialBackoff, this.maxBackoff);
	}

}
