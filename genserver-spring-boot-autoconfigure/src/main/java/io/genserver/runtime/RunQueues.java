package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * Where tasks wait: the shared queue, and those of the workers that are listed.
 */
final class RunQueues {

	private final Queue<Runnable> shared = new ConcurrentLinkedQueue<>();

	private final Roster roster = new Roster();

	Roster roster() {
		return this.roster;
	}

	/** Add to the shared queue. */
	void offer(Runnable task) {
		this.shared.offer(task);
	}

	@Nullable Runnable takeShared() {
		return this.shared.poll();
	}

	boolean hasShared() {
		return !this.shared.isEmpty();
	}

	/** The next task for a worker, wherever it waits. */
	@Nullable Runnable find(Worker worker) {
		Runnable task = worker.take();
		if (task == null) {
			task = this.shared.poll();
		}
		return (task != null) ? task : this.roster.steal(worker);
	}

	/**
	 * What the queue of a worker holds goes to the shared one.
	 * @return whether there was anything
	 */
	boolean share(Worker worker) {
		Runnable task = worker.steal();
		boolean any = (task != null);
		while (task != null) {
			this.shared.offer(task);
			task = worker.steal();
		}
		return any;
	}

	/** Whether a task waits that a worker without work should take. */
	boolean hasSurplus() {
		return !this.shared.isEmpty() || this.roster.hasSurplus();
	}

	/**
	 * How many tasks wait that workers without work should take, counted up to a number.
	 * Looks at all workers; for the monitor.
	 */
	int backlog(int most) {
		int found = 0;
		for (Runnable ignored : this.shared) {
			if (++found >= most) {
				return found;
			}
		}
		for (Worker worker : this.roster.listed()) {
			found += worker.hasSurplus() ? worker.queued() : 0;
		}
		return Math.min(found, most);
	}

}
