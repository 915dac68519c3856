package io.genserver.background;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

/**
 * Time, threads and chance, as background services see them. Replace it in a test to let
 * pauses pass without waiting for them.
 *
 * @since 0.1.0
 */
public interface ServiceEnvironment {

	/**
	 * Return the environment of production: the clocks of the system, and virtual
	 * threads.
	 * @return the environment
	 */
	static ServiceEnvironment system() {
		return system(null);
	}

	/**
	 * Return the environment of production.
	 * @param classLoader the context class loader services find, {@code null} for that of
	 * the calling thread
	 * @return the environment
	 */
	static ServiceEnvironment system(@Nullable ClassLoader classLoader) {
		return new SystemEnvironment(
				(classLoader != null) ? classLoader : Thread.currentThread().getContextClassLoader());
	}

	/**
	 * Return the time of day.
	 * @return the time
	 */
	Instant now();

	/**
	 * Return the time to measure with.
	 * @return nanoseconds from an arbitrary origin, never going back
	 */
	long nanoTime();

	/**
	 * Return a random number.
	 * @return a number from 0 (inclusive) to 1 (exclusive)
	 */
	double random();

	/**
	 * Have something done later, on any thread.
	 * @param delay how much later; not negative
	 * @param task what to do; quick, and does not throw
	 * @return calls it off
	 */
	Registration after(Duration delay, Runnable task);

	/**
	 * Create a thread for a service, which inherits nothing from the calling thread.
	 * @param name name of the thread
	 * @param task what it runs
	 * @return the thread, not started
	 */
	Thread newThread(String name, Runnable task);

	/**
	 * Let the calling thread, which is one of {@link #newThread}, wait between two steps
	 * or for an earlier run of its service to end. An interruption does not end the wait.
	 * @param future what it waits for; however it completes
	 */
	default void await(CompletableFuture<?> future) {
		try {
			future.join();
		}
		catch (CompletionException | CancellationException ex) {
			// It has completed.
		}
	}

	/**
	 * Report that the services are cancelled for a shutdown, which waits for their ends:
	 * from now on virtual time must pass by itself.
	 */
	default void closing() {
	}

}
