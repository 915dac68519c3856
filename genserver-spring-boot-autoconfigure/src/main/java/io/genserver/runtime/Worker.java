package io.genserver.runtime;

import java.util.concurrent.ThreadLocalRandom;

import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop that runs tasks, on a virtual thread of its own, with a run queue that others
 * may steal from. What becomes ready while it runs a task goes to its own queue: the next
 * server of a conversation is met by a warm cache and no thread has to be woken.
 */
final class Worker implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(Worker.class);

	private static final ThreadLocal<@Nullable Worker> CURRENT = new ThreadLocal<>();

	private static final int QUEUE = 256;

	/** Tasks between two looks at the shared queue, so that it never starves; prime. */
	private static final int SHARED_FIRST = 61;

	private final WorkerScheduler scheduler;

	private final SpmcVarHandleArrayQueue<Runnable> queue = new SpmcVarHandleArrayQueue<>(QUEUE);

	/** The task it runs, or {@code null}. */
	private volatile @Nullable Runnable task;

	/** Number of tasks begun; written by the worker. */
	private volatile long begun;

	/** Whether it is to let other virtual threads run; written by the monitor. */
	volatile boolean yieldSoon;

	/** What the monitor saw last; only the monitor uses it. */
	long seen;

	/** Whether it ends and is no longer counted; only the worker uses it. */
	boolean retired;

	/** Whether it has not looked for work yet; only the worker uses it. */
	boolean fresh = true;

	/** The thread, once started. */
	volatile @Nullable Thread thread;

	private int taken;

	Worker(WorkerScheduler scheduler) {
		this.scheduler = scheduler;
	}

	/** The worker of the calling thread, or {@code null}. */
	static @Nullable Worker current() {
		return CURRENT.get();
	}

	WorkerScheduler scheduler() {
		return this.scheduler;
	}

	@Override
	public void run() {
		CURRENT.set(this);
		this.thread = Thread.currentThread();
		try {
			Runnable next = this.scheduler.next(this);
			while (next != null) {
				runTask(next);
				next = take();
				if (next == null) {
					next = this.scheduler.next(this);
				}
			}
		}
		finally {
			this.scheduler.ended(this);
		}
	}

	private void runTask(Runnable next) {
		this.begun++;
		this.task = next;
		try {
			next.run();
		}
		catch (Throwable ex) {
			logger.error("A task of a server failed: {}", next, ex);
		}
		this.task = null;
		if (this.yieldSoon) {
			this.yieldSoon = false;
			Thread.yield();
		}
	}

	/** A task was found that will be run now. Only by this worker. */
	void begins(Runnable next) {
		this.task = next;
	}

	/** Add to the own queue. Only by this worker. */
	boolean offer(Runnable ready) {
		return this.queue.offer(ready);
	}

	/** Take from the own queue, now and then from the shared one. Only by this worker. */
	@Nullable Runnable take() {
		if (++this.taken % SHARED_FIRST == 0) {
			Runnable shared = this.scheduler.takeShared();
			if (shared != null) {
				return shared;
			}
		}
		return this.queue.relaxedPoll();
	}

	/** Take from this worker's queue; by another. */
	@Nullable Runnable steal() {
		return this.queue.poll();
	}

	boolean hasQueued() {
		return !this.queue.isEmpty();
	}

	int queued() {
		return this.queue.size();
	}

	@Nullable Runnable task() {
		return this.task;
	}

	long begun() {
		return this.begun;
	}

	static int random(int bound) {
		return ThreadLocalRandom.current().nextInt(bound);
	}

}
