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

	/** Runs what it does not run otherwise. */
	private final Executor threads;

	/** Whether it forgets tasks, and may shut itself down. */
	private final boolean forgets;

	private final Random random;

	private final Supplier<? extends Throwable> failure;

	/** Whether it has shut itself down. */
	private volatile boolean shutDown;

	/** One that forgets tasks and shuts itself down, too. */
	HostileExecutor(Scheduler scheduler, Random random, Supplier<? extends Throwable> failure) {
		this(scheduler, scheduler::execute, true, random, failure);
	}

	/**
	 * One with threads of its own, which runs every task that it does not refuse.
	 * @param threads its threads
	 */
	static HostileExecutor with(Executor threads, Scheduler scheduler, Random random,
			Supplier<? extends Throwable> failure) {
		return new HostileExecutor(scheduler, threads, false, random, failure);
	}

	private HostileExecutor(Scheduler scheduler, Executor threads, boolean forgets, Random random,
			Supplier<? extends Throwable> failure) {
		this.scheduler = scheduler;
		this.threads = threads;
		this.forgets = forgets;
		this.random = random;
		this.failure = failure;
	}

	boolean isShutDown() {
		return this.shutDown;
	}

	@Override
	public void execute(Runnable task) {
		int choice = this.random.nextInt(48);
		switch ((this.forgets || (choice != 15 && choice != 16)) ? choice : 17) {
			case 0, 1, 2 -> throw Throwables.sneaky(this.failure.get());
			case 3, 4, 5 -> {
				this.threads.execute(task);
				throw Throwables.sneaky(this.failure.get());
			}
			case 6, 7, 8 -> task.run();
			case 9, 10, 11 -> {
				this.threads.execute(task);
				this.threads.execute(task);
			}
			case 12, 13, 14 -> this.scheduler
				.track(new Alarm(this.scheduler.nanoTime() + Duration.ofMillis(1 + this.random.nextInt(20)).toNanos(),
						() -> this.threads.execute(task)));
			case 15 -> {
				// Forgotten.
			}
			case 16 -> this.shutDown = true;
			default -> this.threads.execute(task);
		}
	}

}
