package io.genserver.runtime.scheduling;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Where tasks wait: the shared queue, and those of the workers that are listed. A task
 * for which there is no memory in the shared queue is kept in one that was made in
 * advance.
 */
final class RunQueues {

	private static final int KEPT = 4_096;

	private final Queue<Runnable> shared;

	private final MpmcVarHandleArrayQueue<Runnable> kept = new MpmcVarHandleArrayQueue<>(KEPT);

	/** Whether {@link #kept} may hold anything; set after a task was added there. */
	private volatile boolean keeping;

	private final WorkerList workers = new WorkerList();

	RunQueues() {
		this(new ConcurrentLinkedQueue<>());
	}

	/**
	 * Create.
	 * @param shared what is made ready elsewhere than on a worker; safe on any thread
	 */
	RunQueues(Queue<Runnable> shared) {
		this.shared = shared;
	}

	WorkerList workers() {
		return this.workers;
	}

	/** Add to the shared queue. Without memory for that the task is kept. */
	void offer(Runnable task) {
		try {
			this.shared.offer(task);
		}
		catch (Throwable ex) {
			keep(task);
		}
	}

	private void keep(Runnable task) {
		while (!this.kept.offer(task)) {
			Thread.yield();
		}
		this.keeping = true;
	}

	@Nullable Runnable takeShared() {
		Runnable task = this.shared.poll();
		return (task == null && this.keeping) ? takeKept() : task;
	}

	private @Nullable Runnable takeKept() {
		Runnable task = this.kept.poll();
		if (task == null) {
			this.keeping = false;
			if (!this.kept.isEmpty()) {
				// Added in between.
				this.keeping = true;
			}
		}
		return task;
	}

	boolean hasShared() {
		return !this.shared.isEmpty() || this.keeping;
	}

	/** Whether no task waits at all. */
	boolean isEmpty() {
		if (hasShared()) {
			return false;
		}
		for (Worker worker : this.workers.listed()) {
			if (worker.hasQueued()) {
				return false;
			}
		}
		return true;
	}

	/** The next task for a worker, wherever it waits. */
	@Nullable Runnable find(Worker worker) {
		Runnable task = worker.take();
		if (task == null) {
			task = takeShared();
		}
		return (task != null) ? task : this.workers.steal(worker);
	}

	/**
	 * What the queue of a worker holds goes to the shared one.
	 * @return whether there was anything
	 */
	boolean share(Worker worker) {
		Runnable task = worker.steal();
		boolean any = (task != null);
		while (task != null) {
			offer(task);
			task = worker.steal();
		}
		return any;
	}

	/** Whether a task waits that a worker without work should take. */
	boolean hasSurplus() {
		return hasShared() || this.workers.hasSurplus();
	}

	/**
	 * How many tasks wait that workers without work should take, counted up to a number.
	 * Looks at all workers; for the monitor.
	 */
	int backlog(int most) {
		int found = this.keeping ? this.kept.size() : 0;
		for (Runnable ignored : this.shared) {
			if (++found >= most) {
				return found;
			}
		}
		for (Worker worker : this.workers.listed()) {
			found += worker.hasSurplus() ? worker.queued() : 0;
		}
		return Math.min(found, most);
	}

}
