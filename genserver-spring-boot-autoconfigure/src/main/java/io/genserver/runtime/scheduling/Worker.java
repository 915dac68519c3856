package io.genserver.runtime.scheduling;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.genserver.log.SafeLogger;
import org.jctools.queues.varhandle.SpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A loop that runs tasks, on a thread of its own, usually a virtual one, with a run queue
 * that others may steal from. What becomes ready while it runs a task goes to its own
 * queue: the next server of a conversation is met by a warm cache and no thread has to be
 * woken.
 */
final class Worker implements Runnable {

	private static final SafeLogger logger = SafeLogger.of(Worker.class);

	private static final ThreadLocal<@Nullable Worker> CURRENT = new ThreadLocal<>();

	private static final VarHandle TASK;

	private static final VarHandle BEGUN;

	private static final VarHandle PLACE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			TASK = lookup.findVarHandle(Worker.class, "task", Runnable.class);
			BEGUN = lookup.findVarHandle(Worker.class, "begun", long.class);
			PLACE = lookup.findVarHandle(Worker.class, "place", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private static final int QUEUE = 256;

	/** After an error of the engine. */
	private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(5);

	/** Tasks between two looks at the shared queue, so that it never starves; prime. */
	private static final int SHARED_FIRST = 61;

	/** Known to those that look for tasks or for workers, and counted. */
	private static final int LISTED = 0;

	/** Stays in its task, neither known nor counted. */
	private static final int ASIDE = 1;

	private static final int ENDED = 2;

	private final WorkerScheduler scheduler;

	private final WorkerGroup group;

	/**
	 * Made by the worker with the first task it adds: most of those whose handlers block
	 * add none.
	 */
	private volatile @Nullable SpmcVarHandleArrayQueue<Runnable> queue;

	/** The task it runs, or {@code null} while it looks for one. Opaque access. */
	private @Nullable Runnable task;

	/** Number of tasks begun; written by the worker. Opaque access. */
	private long begun;

	/**
	 * Whether its task keeps it from its queue, so that others should take even the only
	 * entry. Set by the monitor, or by the worker before it waits; ends with the task.
	 */
	private volatile boolean held;

	/** {@link #LISTED}, {@link #ASIDE} or {@link #ENDED}. */
	private volatile int place = LISTED;

	/** Whether it is to let other virtual threads run; written by the monitor. */
	volatile boolean yieldSoon;

	/** What the monitor saw last; only the monitor uses it. */
	long seen = -1;

	/** Whether the monitor keeps it among those set aside; only the monitor uses it. */
	boolean noted;

	/** When its thread is woken, set aside as it is; only the monitor uses it. */
	long wakeAt;

	/** Nanoseconds until it is woken again after that; only the monitor uses it. */
	long wakeGap;

	/** Whether it ends and is no longer counted; only the worker uses it. */
	boolean retired;

	/** Whether it has not looked for work yet; only the worker uses it. */
	boolean fresh = true;

	private final ThreadState state = new ThreadState();

	/** The thread, once started. */
	volatile @Nullable Thread thread;

	private int taken;

	/** A task that was taken from a queue and has not begun; only the worker uses it. */
	private @Nullable Runnable inHand;

	Worker(WorkerScheduler scheduler, WorkerGroup group) {
		this.scheduler = scheduler;
		this.group = group;
	}

	/** The worker of the calling thread, or {@code null}. */
	static @Nullable Worker current() {
		return CURRENT.get();
	}

	WorkerScheduler scheduler() {
		return this.scheduler;
	}

	WorkerGroup group() {
		return this.group;
	}

	@Override
	public void run() {
		try {
			boolean begun = false;
			boolean over = false;
			boolean failed = false;
			while (!over) {
				try {
					if (failed) {
						failed = false;
						pause();
						// It may have failed as it was about to come back.
						over = this.inHand == null && !letGo();
					}
					if (!begun) {
						// Even that takes memory; without this worker its count is wrong.
						CURRENT.set(this);
						this.state.begin(this.scheduler.classLoader());
						begun = true;
					}
					over = over || work();
				}
				catch (Throwable ex) {
					// The engine itself had no memory. No text is used here, as even a
					// string constant may fail then.
					failed = true;
					this.scheduler.hasten();
				}
			}
		}
		finally {
			this.scheduler.pool().ended(this);
		}
	}

	/** Let other threads use the memory for a while; allocates nothing. */
	private static void pause() {
		long end = System.nanoTime() + PAUSE;
		do {
			Thread.yield();
		}
		while (System.nanoTime() - end < 0);
	}

	/**
	 * Run tasks until there are none for it, beginning with the one in hand. It calls
	 * tasks itself: a task that waits has every frame below it brought back, one by one,
	 * as it goes on.
	 * @return {@code true}
	 */
	private boolean work() {
		Runnable left = this.inHand;
		Runnable next = (left != null) ? left : this.scheduler.next(this);
		while (next != null) {
			BEGUN.setOpaque(this, this.begun + 1);
			TASK.setOpaque(this, next);
			// Other code may have kept the thread and
			// interrupted it while it had nothing to do.
			Thread.interrupted();
			this.inHand = null;
			try {
				next.run();
			}
			catch (Throwable ex) {
				failed(next, ex);
			}
			this.state.clean();
			if (this.held && !letGo()) {
				return true;
			}
			if (this.yieldSoon) {
				giveWay();
			}
			next = take();
			this.inHand = next;
			if (next == null) {
				TASK.setOpaque(this, null);
				next = this.scheduler.next(this);
			}
		}
		return true;
	}

	private void failed(Runnable ended, Throwable failure) {
		this.scheduler.hasten();
		logger.error("A task of a server failed: {}", ended, failure);
	}

	private void giveWay() {
		this.yieldSoon = false;
		if (!this.scheduler.pool().isWanted(this)) {
			// What it would do next is for those that are.
			this.scheduler.handOver(this);
		}
		Thread.yield();
	}

	/**
	 * Its task no longer keeps it from its queue. By this worker, where its task ends and
	 * again before it looks for another: the monitor may take it for held, and set it
	 * aside, between its last look and its next task.
	 * @return whether it goes on; otherwise it was set aside and is not missed
	 */
	boolean letGo() {
		this.held = false;
		if (this.place != ASIDE) {
			return true;
		}
		TASK.setOpaque(this, null);
		this.scheduler.handOver(this);
		return this.scheduler.pool().comesBack(this);
	}

	/** A task was taken from a queue, and must not be lost. Only by this worker. */
	void takes(@Nullable Runnable next) {
		this.inHand = next;
	}

	/** A task was found that will be run now. Only by this worker. */
	void begins(Runnable next) {
		TASK.setVolatile(this, next);
	}

	/** Its task will not go on for a while. By this worker or the monitor. */
	void hold() {
		this.held = true;
	}

	/**
	 * Set it aside if it is still in the task that holds it. Of the worker's "held no
	 * longer, and aside?" and the monitor's "aside, and still held?" one sees the other:
	 * a worker that is aside knows when its task ends. By the monitor.
	 * @return whether it is aside
	 */
	boolean setAside() {
		if (!this.held || !PLACE.compareAndSet(this, LISTED, ASIDE)) {
			return false;
		}
		if (!this.held && PLACE.compareAndSet(this, ASIDE, LISTED)) {
			return false;
		}
		this.group.unlisted();
		return true;
	}

	/** Be listed again, unless it is. By this worker. */
	boolean comeBack() {
		return PLACE.compareAndSet(this, ASIDE, LISTED);
	}

	/** Not be listed after all. By this worker. */
	void stayAside() {
		PLACE.compareAndSet(this, LISTED, ASIDE);
	}

	/**
	 * It takes no task any more.
	 * @return whether it was listed
	 */
	boolean end() {
		return (int) PLACE.getAndSet(this, ENDED) == LISTED;
	}

	boolean isListed() {
		return this.place == LISTED;
	}

	boolean isAside() {
		return this.place == ASIDE;
	}

	/** Whether its task waits rather than computes, as far as its thread shows. */
	boolean isWaiting() {
		Thread thread = this.thread;
		return thread != null && thread.getState() != Thread.State.RUNNABLE;
	}

	boolean isHeld() {
		return this.held;
	}

	/** Add to the own queue. Only by this worker. */
	boolean offer(Runnable ready) {
		SpmcVarHandleArrayQueue<Runnable> known = this.queue;
		if (known == null) {
			known = makeQueue();
		}
		return known != null && known.offer(ready);
	}

	/** Returns {@code null} without memory for it: the task is for the shared queue. */
	private @Nullable SpmcVarHandleArrayQueue<Runnable> makeQueue() {
		try {
			SpmcVarHandleArrayQueue<Runnable> made = new SpmcVarHandleArrayQueue<>(QUEUE);
			this.queue = made;
			return made;
		}
		catch (OutOfMemoryError ex) {
			return null;
		}
	}

	/** Take from the own queue, now and then from the shared one. Only by this worker. */
	@Nullable Runnable take() {
		if (++this.taken % SHARED_FIRST == 0) {
			Runnable shared = this.scheduler.queues().takeShared();
			if (shared != null) {
				return shared;
			}
		}
		SpmcVarHandleArrayQueue<Runnable> own = this.queue;
		return (own != null) ? own.relaxedPoll() : null;
	}

	/** Take from this worker's queue; by another. */
	@Nullable Runnable steal() {
		SpmcVarHandleArrayQueue<Runnable> own = this.queue;
		return (own != null) ? own.poll() : null;
	}

	boolean hasQueued() {
		SpmcVarHandleArrayQueue<Runnable> own = this.queue;
		return own != null && !own.isEmpty();
	}

	/**
	 * Whether others should help. The only entry of a queue is left to the worker itself:
	 * it is about to be taken, with what it needs in the cache.
	 */
	boolean hasSurplus() {
		int queued = queued();
		return queued > 1 || (queued == 1 && this.held);
	}

	int queued() {
		SpmcVarHandleArrayQueue<Runnable> own = this.queue;
		return (own != null) ? own.size() : 0;
	}

	@Nullable Runnable task() {
		return (Runnable) TASK.getOpaque(this);
	}

	long begun() {
		return (long) BEGUN.getOpaque(this);
	}

	static int random(int bound) {
		return ThreadLocalRandom.current().nextInt(bound);
	}

}
