package io.genserver.runtime.scheduling;

import java.util.function.UnaryOperator;

/**
 * What tests of other packages look at within a scheduler.
 */
public final class Workers {

	private final WorkerScheduler scheduler;

	private Workers(WorkerScheduler scheduler) {
		this.scheduler = scheduler;
	}

	/** Those of a scheduler. */
	public static Workers of(Scheduler scheduler) {
		return new Workers((WorkerScheduler) scheduler);
	}

	/** A scheduler whose workers end after nanoseconds without work. */
	public static WorkerScheduler endingAfter(long nanos) {
		return new WorkerScheduler(SchedulerSettings.DEFAULTS, nanos, new RunQueues(), UnaryOperator.identity());
	}

	/** Workers that have not ended. */
	public int threads() {
		return this.scheduler.pool().threads();
	}

	/** Workers that may stay when there is no work. */
	public int usual() {
		return this.scheduler.parallelism() + WorkerPool.SPARE;
	}

	/** Workers on platform threads that have not ended. */
	public int platformThreads() {
		return this.scheduler.pool().platformThreads();
	}

	/** Whether virtual threads are taken not to get to run. */
	public boolean isStarved() {
		return this.scheduler.pool().isStarved();
	}

	/** Workers that are not set aside. */
	public int listed() {
		return this.scheduler.queues().workers().listed().length;
	}

	/** Workers that the last tick of the monitor looked at. */
	public int walked() {
		return this.scheduler.monitor().workers().walked();
	}

	/** Whether the monitor waits for something to begin. */
	public boolean monitorRests() {
		return this.scheduler.monitor().isParked();
	}

}
