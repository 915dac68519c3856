package io.genserver.test;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import io.genserver.background.Registration;
import io.genserver.background.ServiceEnvironment;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.Waiting;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Background services in the time of the servers. Their threads count as active like
 * those of servers, except while they pause: so servers and services come to rest
 * together, and time passes for both.
 */
class VirtualServiceEnvironment implements ServiceEnvironment {

	private final VirtualTimeScheduler scheduler;

	private final ServiceEnvironment real;

	private final @Nullable ClassLoader classLoader;

	VirtualServiceEnvironment(VirtualTimeScheduler scheduler, @Nullable ClassLoader classLoader) {
		this.scheduler = scheduler;
		this.real = ServiceEnvironment.system(classLoader);
		this.classLoader = classLoader;
	}

	@Override
	public Instant now() {
		return this.scheduler.instant();
	}

	@Override
	public long nanoTime() {
		return this.scheduler.nanoTime();
	}

	@Override
	public double random() {
		return this.scheduler.random();
	}

	@Override
	public Registration after(Duration delay, Runnable task) {
		if (this.scheduler.isClosed()) {
			return this.real.after(delay, task);
		}
		Alarm alarm = new Alarm(this.scheduler.nanoTime() + Math.min(Durations.nanos(delay), Durations.LONGEST), task);
		this.scheduler.track(alarm);
		return alarm::cancel;
	}

	@Override
	public Thread newThread(String name, Runnable task) {
		Thread thread = this.scheduler.newThread(name, task);
		thread.setContextClassLoader(this.classLoader);
		return thread;
	}

	@Override
	public void await(CompletableFuture<?> future) {
		Waiting completed = new Waiting(future::isDone, "the next step of a background service");
		future.whenComplete((value, failure) -> this.scheduler.wake(completed));
		while (!future.isDone()) {
			try {
				this.scheduler.await(completed, Long.MAX_VALUE);
			}
			catch (InterruptedException ex) {
				// It is not meant for what waits between two steps.
				continue;
			}
		}
	}

	@Override
	public void closing() {
		this.scheduler.closing();
	}

}
