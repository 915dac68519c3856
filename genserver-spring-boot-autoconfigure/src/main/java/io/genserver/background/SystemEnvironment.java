package io.genserver.background;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The clocks of the system, and virtual threads.
 *
 * @param classLoader the context class loader of the threads
 */
record SystemEnvironment(@Nullable ClassLoader classLoader) implements ServiceEnvironment {

	@Override
	public Instant now() {
		return Instant.now();
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public double random() {
		return ThreadLocalRandom.current().nextDouble();
	}

	@Override
	public Registration after(Duration delay, Runnable task) {
		// The timer of the JDK's futures: no thread
		// of ours, and cancelling frees the entry.
		CompletableFuture<Void> timer = new CompletableFuture<>();
		timer.thenRun(task);
		timer.completeOnTimeout(null, Durations.nanos(delay), TimeUnit.NANOSECONDS);
		return () -> timer.cancel(false);
	}

	@Override
	public Thread newThread(String name, Runnable task) {
		Thread thread = Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(task);
		thread.setContextClassLoader(this.classLoader);
		return thread;
	}

}
