package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;

/**
 * A scheduler that does nothing by itself: time stands still, nobody waits, and a task
 * runs when a test runs it. Safe for use by many threads.
 */
final class HandScheduler implements Scheduler {

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final AtomicInteger handedOver = new AtomicInteger();

	private final AtomicInteger observed = new AtomicInteger();

	/** Run the next task, if there is one. */
	boolean runNext() {
		Runnable task = this.tasks.poll();
		if (task == null) {
			return false;
		}
		task.run();
		return true;
	}

	/** Run what there is to run until nothing is left. */
	void runAll() {
		while (runNext()) {
			continue;
		}
	}

	/** How many tasks wait. */
	int waiting() {
		return this.tasks.size();
	}

	/** How many tasks there were. */
	int handedOver() {
		return this.handedOver.get();
	}

	/** How often a watcher was asked for. */
	int observed() {
		return this.observed.get();
	}

	@Override
	public long nanoTime() {
		return 1;
	}

	@Override
	public long coarseTime() {
		return 1;
	}

	@Override
	public double random() {
		return 0.5;
	}

	@Override
	public void execute(Runnable task) {
		this.handedOver.incrementAndGet();
		this.tasks.add(task);
	}

	@Override
	public boolean await(Waiter waiter, long deadline) {
		throw new UnsupportedOperationException("Nobody waits here");
	}

	@Override
	public void wake(Waiter waiter) {
	}

	@Override
	public void track(Expiring expiring) {
	}

	@Override
	public void observe(Crowded crowded) {
		this.observed.incrementAndGet();
	}

	@Override
	public void close(long timeout, TimeUnit unit) {
	}

}
