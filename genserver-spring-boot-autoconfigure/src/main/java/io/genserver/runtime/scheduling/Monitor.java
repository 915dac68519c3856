package io.genserver.runtime.scheduling;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.genserver.log.SafeLogger;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Ticks every millisecond while anything runs: expires deadlines, lets senders into
 * mailboxes, notices workers that are stuck in a task and handlers that are slow. Has a
 * platform thread, so that handlers that keep all carriers busy cannot delay it. When
 * nothing has run for a while it rests until the next deadline is to be looked at.
 */
final class Monitor implements Runnable {

	private static final SafeLogger logger = SafeLogger.of(Monitor.class);

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	/** Ticks without anything running before the ticking stops. */
	private static final int QUIET_TICKS = 100;

	private static final int NUDGES = 256;

	private static final int NUDGE_TICKS = 16;

	/** From the last thing that ran until the last look. */
	private static final long LAST_LOOK = TimeUnit.SECONDS.toNanos(1);

	private final WorkerScheduler scheduler;

	private final WorkerWatch workers;

	private final DeadlineWheel deadlines = new DeadlineWheel(System.nanoTime());

	private final Queue<Scheduler.Crowded> crowded = new ConcurrentLinkedQueue<>();

	/** What failed when it was looked at, and is looked at first in the next tick. */
	private Scheduler.@Nullable Crowded again;

	private final Thread thread;

	private volatile long time = System.nanoTime();

	private volatile boolean parked;

	/** Whether something failed. */
	private volatile boolean hastened;

	/** Ticks in which workers are woken now and then, as they may wait in vain. */
	private int nudges;

	/** When anything was going on last. */
	private long active;

	/** Whether there was anything since the last look at all that has run. */
	private boolean lookDue;

	private volatile boolean closed;

	private boolean started;

	Monitor(WorkerScheduler scheduler, SchedulerSettings settings) {
		this.scheduler = scheduler;
		this.workers = new WorkerWatch(scheduler, Durations.nanos(settings.slowHandlerThreshold()));
		this.thread = Thread.ofPlatform()
			.daemon()
			.name("genserver-monitor")
			.inheritInheritableThreadLocals(false)
			.unstarted(this);
	}

	/** The time of the last tick; while it rests others run on executors, if anything. */
	long time() {
		return this.parked ? System.nanoTime() : this.time;
	}

	void track(Scheduler.Expiring expiring) {
		this.deadlines.add(expiring);
		wake();
	}

	void observe(Scheduler.Crowded each) {
		this.crowded.add(each);
		wake();
	}

	/** A worker has found work after it had none. */
	void workBegins() {
		this.time = System.nanoTime();
		wake();
	}

	/** Something has begun to run. */
	void wake() {
		if (this.parked) {
			this.parked = false;
			startOnce();
			LockSupport.unpark(this.thread);
		}
		else if (!this.started) {
			startOnce();
		}
	}

	private synchronized void startOnce() {
		if (!this.started) {
			this.thread.start();
			this.started = true;
		}
	}

	void close() {
		this.closed = true;
		LockSupport.unpark(this.thread);
	}

	@Override
	public void run() {
		ThreadState state = new ThreadState();
		state.begin(this.scheduler.classLoader());
		Throwable failure = null;
		while (!this.closed) {
			try {
				if (failure != null) {
					state.clean();
					LockSupport.parkNanos(this, 5 * TICK);
					logger.error("A tick of the monitor failed", failure);
					failure = null;
				}
				watch(state);
			}
			catch (Throwable ex) {
				// Without this thread no deadline would be noticed any more. Nothing is
				// called here, as without memory even a string constant may fail.
				failure = ex;
				this.hastened = true;
			}
		}
	}

	private void watch(ThreadState state) {
		int quiet = 0;
		while (!this.closed) {
			quiet = tick() ? 0 : quiet + 1;
			// Interceptors and listeners may have run.
			// With the flag set it would not park.
			state.clean();
			if (quiet < QUIET_TICKS) {
				LockSupport.parkNanos(this, TICK);
			}
			else {
				this.parked = true;
				try {
					// A deadline that is not due is no reason to tick on.
					quiet = (parkIfQuiet() && this.parked) ? QUIET_TICKS : 0;
				}
				finally {
					this.parked = false;
				}
			}
		}
	}

	/** Returns whether it rested until a deadline was to be looked at, at most. */
	private boolean parkIfQuiet() {
		if (!isQuiet()) {
			return false;
		}
		long now = System.nanoTime();
		long due = this.deadlines.nanosToNext(now);
		Scheduler.Check check = this.scheduler.check();
		if (check == null) {
			return parkUntil(due, Long.MAX_VALUE);
		}
		// A last look at what has run, or one from time to time.
		long left = this.lookDue ? this.active + LAST_LOOK - now : check.nanosToLookAtRest(now);
		if (!this.lookDue && left < 0) {
			left = Long.MAX_VALUE;
		}
		if (left > 0) {
			return parkUntil(due, left);
		}
		this.lookDue = false;
		check.look(now, this.scheduler.queues().isEmpty());
		return false;
	}

	/** Returns whether the deadline comes first. */
	private boolean parkUntil(long due, long other) {
		long least = Math.min(due, other);
		if (least == Long.MAX_VALUE) {
			LockSupport.park(this);
		}
		else if (least > 0) {
			LockSupport.parkNanos(this, least);
		}
		return due < other;
	}

	/** Returns whether anything is going on. */
	private boolean tick() {
		long now = System.nanoTime();
		this.time = now;
		if (this.hastened) {
			this.hastened = false;
			this.nudges = NUDGES;
		}
		boolean expired = this.deadlines.advance(now);
		letIn();
		boolean any = this.workers.look(now) || expired || !this.crowded.isEmpty();
		if (any) {
			this.active = now;
			this.lookDue = true;
		}
		return lookAfter(now) || any;
	}

	/**
	 * Look for what went wrong.
	 * @return whether to look again soon
	 */
	private boolean lookAfter(long now) {
		if (this.nudges > 0) {
			this.nudges--;
			this.workers.nudge(this.nudges % NUDGE_TICKS == 0);
		}
		Scheduler.Check check = this.scheduler.check();
		if (check != null && check.nextLook() - now <= 0) {
			check.look(now, this.scheduler.queues().isEmpty());
		}
		return this.nudges > 0 || (check != null && check.isUrgent());
	}

	private boolean isQuiet() {
		Scheduler.Check check = this.scheduler.check();
		return !this.hastened && (check == null || !check.isUrgent()) && !this.workers.look(System.nanoTime())
				&& !this.scheduler.pool().isHelpComing(false) && this.crowded.isEmpty();
	}

	private void letIn() {
		int seen = this.crowded.size() + ((this.again != null) ? 1 : 0);
		for (int left = seen; left > 0; left--) {
			Scheduler.Crowded each = this.again;
			this.again = null;
			if (each == null) {
				each = this.crowded.poll();
			}
			if (each == null) {
				return;
			}
			try {
				each.look();
			}
			catch (Throwable ex) {
				// Not queued, for which there may be no memory.
				this.again = each;
				throw ex;
			}
		}
	}

	/** Something failed: check soon what was lost through it. */
	void hasten() {
		this.hastened = true;
		wake();
	}

	/** Whether it waits for something to begin, and takes no time at all meanwhile. */
	boolean isParked() {
		return this.parked;
	}

	/** What the monitor sees of the workers. */
	WorkerWatch workers() {
		return this.workers;
	}

}
