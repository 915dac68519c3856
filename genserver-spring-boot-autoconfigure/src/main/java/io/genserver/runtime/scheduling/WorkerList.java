package io.genserver.runtime.scheduling;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The listed workers. Workers walk the list to take tasks from each other's queues, the
 * monitor walks it at every tick. A worker that stays in one task is set aside, so that
 * the length of a walk depends on the number of workers that take tasks, not on the
 * number of handlers that block.
 * <p>
 * <b>Set aside and back.</b> A worker is {@link Worker#isListed() listed}, aside or
 * ended. The monitor makes it aside while it is in the array and then publishes an array
 * without those that are not listed; a worker that comes back makes itself listed and
 * then publishes an array that has it once, even if the present one has it already. Both
 * publish by compare-and-set of the array they read. So of the two either the worker's
 * array comes first, and the monitor finds it listed when it copies again, or the
 * monitor's does, and the worker finds itself missing.
 * <p>
 * No lock: a virtual thread that waits for one might not get a processor, and would keep
 * the monitor waiting behind it.
 */
final class WorkerList {

	/**
	 * Workers that a worker looks at before it gives up. More are listed only while many
	 * handlers begin to block at once; what a worker does as it ends must not grow with
	 * their number.
	 */
	private static final int FEW = 64;

	private final AtomicReference<Worker[]> listed = new AtomicReference<>(new Worker[0]);

	/** Return the workers listed now; the array is never changed. */
	Worker[] listed() {
		return this.listed.get();
	}

	/** Add new workers. */
	void add(List<Worker> workers) {
		while (true) {
			Worker[] before = listed();
			Worker[] after = Arrays.copyOf(before, before.length + workers.size());
			for (int i = 0; i < workers.size(); i++) {
				after[before.length + i] = workers.get(i);
			}
			if (this.listed.compareAndSet(before, after)) {
				return;
			}
		}
	}

	/** Add a worker that was set aside and has made itself listed. */
	void addBack(Worker worker) {
		while (true) {
			Worker[] before = listed();
			boolean there = Arrays.asList(before).contains(worker);
			Worker[] after = Arrays.copyOf(before, there ? before.length : before.length + 1);
			after[after.length - 1] = there ? before[before.length - 1] : worker;
			if (this.listed.compareAndSet(before, after)) {
				return;
			}
		}
	}

	/** Remove all workers that are no longer listed. */
	void sweep() {
		while (true) {
			Worker[] before = listed();
			Worker[] after = Arrays.stream(before).filter(Worker::isListed).toArray(Worker[]::new);
			if (after.length == before.length || this.listed.compareAndSet(before, after)) {
				return;
			}
		}
	}

	/** A worker is no longer listed: sweep if there are few, else the monitor does. */
	void sweepFew() {
		if (listed().length <= FEW) {
			sweep();
		}
	}

	/** Take a task of another worker, beginning with a random one to avoid contention. */
	@Nullable Runnable steal(Worker thief) {
		Worker[] victims = listed();
		int index = start(victims.length);
		for (int left = Math.min(victims.length, FEW); left > 0; left--) {
			Worker victim = victims[index];
			if (victim != thief && victim.hasSurplus()) {
				Runnable task = victim.steal();
				if (task != null) {
					return task;
				}
			}
			index = (index + 1 < victims.length) ? index + 1 : 0;
		}
		return null;
	}

	/**
	 * Whether the queue of a worker has a task that another should take. If there are
	 * many workers it looks at some of them only: the monitor looks at all.
	 */
	boolean hasSurplus() {
		Worker[] workers = listed();
		int index = start(workers.length);
		for (int left = Math.min(workers.length, FEW); left > 0; left--) {
			if (workers[index].hasSurplus()) {
				return true;
			}
			index = (index + 1 < workers.length) ? index + 1 : 0;
		}
		return false;
	}

	private static int start(int workers) {
		return (workers > 1) ? Worker.random(workers) : 0;
	}

}
