package io.genserver.runtime.scheduling;

import java.time.Duration;

import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What is set for the threads that run servers.
 *
 * @param slowHandlerThreshold a handler that runs longer is logged once; zero for never
 * @param classLoader the context class loader of all threads that run code of the
 * application, {@code null} for that of the thread that creates the scheduler
 */
public record SchedulerSettings(Duration slowHandlerThreshold, @Nullable ClassLoader classLoader) {

	/**
	 * The defaults.
	 */
	public static final SchedulerSettings DEFAULTS = new SchedulerSettings(Duration.ofSeconds(1), null);

	public SchedulerSettings {
		Durations.notNegative("Slow handler threshold", slowHandlerThreshold);
	}

	/**
	 * Return the context class loader of the threads.
	 * @return the class loader that is set, or the calling thread's
	 */
	public @Nullable ClassLoader classLoaderOrCallers() {
		ClassLoader own = this.classLoader;
		return (own != null) ? own : Thread.currentThread().getContextClassLoader();
	}

}
