package io.genserver.runtime;

import java.time.Duration;

import io.genserver.runtime.scheduling.SchedulerSettings;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What is set for all servers together.
 *
 * @param drainTimeout at shutdown, time queued messages get to be handled
 * @param shutdownTimeout at shutdown, time for everything; at least the drain timeout
 * @param slowHandlerThreshold a handler that runs longer is logged once; zero for never
 * @param stuckHandlerLimit a handler that runs longer counts as stuck
 * @param classLoader the context class loader of all threads that run code of the
 * application, {@code null} for that of the thread that creates the runtime
 */
public record RuntimeSettings(Duration drainTimeout, Duration shutdownTimeout, Duration slowHandlerThreshold,
		Duration stuckHandlerLimit, @Nullable ClassLoader classLoader) {

	/**
	 * The defaults.
	 */
	public static final RuntimeSettings DEFAULTS = new RuntimeSettings(Duration.ofSeconds(10), Duration.ofSeconds(15),
			Duration.ofSeconds(1), Duration.ofMinutes(1));

	public RuntimeSettings {
		Durations.notNegative("Drain timeout", drainTimeout);
		Durations.notNegative("Shutdown timeout", shutdownTimeout);
		Durations.notNegative("Slow handler threshold", slowHandlerThreshold);
		Durations.positive("Stuck handler limit", stuckHandlerLimit);
	}

	/**
	 * Create settings without a class loader.
	 * @param drainTimeout at shutdown, time queued messages get to be handled
	 * @param shutdownTimeout at shutdown, time for everything
	 * @param slowHandlerThreshold a handler that runs longer is logged once
	 * @param stuckHandlerLimit a handler that runs longer counts as stuck
	 */
	public RuntimeSettings(Duration drainTimeout, Duration shutdownTimeout, Duration slowHandlerThreshold,
			Duration stuckHandlerLimit) {
		this(drainTimeout, shutdownTimeout, slowHandlerThreshold, stuckHandlerLimit, null);
	}

	/**
	 * Return the same settings with a class loader.
	 * @param classLoader the context class loader of all threads that run code of the
	 * application
	 * @return the settings
	 */
	public RuntimeSettings withClassLoader(@Nullable ClassLoader classLoader) {
		return new RuntimeSettings(this.drainTimeout, this.shutdownTimeout, this.slowHandlerThreshold,
				this.stuckHandlerLimit, classLoader);
	}

	/** What of this is for the threads. */
	SchedulerSettings scheduling() {
		return new SchedulerSettings(this.slowHandlerThreshold, this.classLoader);
	}

}
