package io.genserver.runtime;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.genserver.log.Throwables;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.Scheduler;

/**
 * An executor as no user's should be: now and then it refuses a task, throws although it
 * has taken it, runs it on the thread that submits it, twice, late or never.
 */
final class HostileExecutor implements Executor {

	private final Scheduler scheduler;

	private final Random random;

	private final Supplier<? extends Throwable> failure;

	/** Whether it has shut itself down. */
	private boolean shutDown;

	HostileExecutor(Scheduler scheduler, Random random, Supplier<? extends Throwable> failure) {
		this.scheduler = scheduler;
		this.random = random;
		this.failure = failure;
	}

	boolean isShutDown() {
		return this.shutDown;
	}

	@Override
	public void execute(Runnable task) {
		switch (this.random.nextInt(48)) {
			case 0, 1, 2 -> throw Throwables.sneaky(this.failure.get());
			case 3, 4, 5 -> {
				this.scheduler.execute(task);
				throw Throwables.sneaky(this.failure.get());
			}
			case 6, 7, 8 -> task.run();
			case 9, 10, 11 -> {
				this.scheduler.execute(task);
				this.scheduler.execute(task);
			}
			case 12, 13, 14 -> this.scheduler
				.track(new Alarm(this.scheduler.nanoTime() + Duration.ofMillis(1 + this.random.nextInt(20)).toNanos(),
						() -> this.scheduler.execute(task)));
			case 15 -> {
				// Forgotten.
			}
			case 16 -> this.shutDown = true;
			default -> this.scheduler.execute(task);
		}
	}

}
