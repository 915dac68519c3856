package io.genserver.runtime;

import java.time.Duration;

/**
 * What is set for all servers together.
 *
 * @param drainTimeout at shutdown, time queued messages get to be handled
 * @param shutdownTimeout at shutdown, time for everything; at least the drain timeout
 * @param slowHandlerThreshold a handler that runs longer is logged once; zero for never
 * @param stuckHandlerLimit a handler that runs longer counts as stuck
 * @since 0.1.0
 */
public record RuntimeSettings(Duration drainTimeout, Duration shutdownTimeout, Duration slowHandlerThreshold,
		Duration stuckHandlerLimit) {

	/**
	 * The defaults.
	 */
	public static final RuntimeSettings DEFAULTS = new RuntimeSettings(Duration.ofSeconds(10), Duration.ofSeconds(15),
			Duration.ofSeconds(1), Duration.ofMinutes(1));

}
