package io.genserver.runtime.scheduling;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;

/**
 * The wait of a thread of a {@link ForkJoinPool} of the application. The pool may start
 * another thread meanwhile: what is waited for may be queued in the same pool, whose only
 * thread may be this one.
 */
final class PoolWait implements ForkJoinPool.ManagedBlocker {

	private final Waiter waiter;

	private final long deadline;

	private boolean ready;

	private PoolWait(Waiter waiter, long deadline) {
		this.waiter = waiter;
		this.deadline = deadline;
	}

	static boolean await(Waiter waiter, long deadline) throws InterruptedException {
		PoolWait wait = new PoolWait(waiter, deadline);
		try {
			ForkJoinPool.managedBlock(wait);
		}
		catch (RejectedExecutionException ex) {
			// It has as many threads as it may.
			wait.block();
		}
		return wait.ready;
	}

	@Override
	public boolean block() throws InterruptedException {
		this.ready = WorkerScheduler.park(this.waiter, this.deadline);
		return true;
	}

	@Override
	public boolean isReleasable() {
		this.ready = this.waiter.isReady();
		return this.ready;
	}

}
