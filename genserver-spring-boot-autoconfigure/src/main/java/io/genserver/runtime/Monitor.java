package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Comes by every millisecond while anything runs: expires deadlines, lets senders into
 * mailboxes, notices workers that are stuck in a task and handlers that are slow. A
 * platform thread, so that handlers that keep all carriers busy cannot hold it up. Parks
 * when nothing has happened for a while.
 */
final class Monitor implements Runnable {

	private static final SafeLogger logger = SafeLogger.of(Monitor.class);

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	/** Ticks without anything running before the ticking stops. */
	private static final int QUIET_TICKS = 100;

	private final WorkerScheduler scheduler;

	private final WorkerWatch workers;

	private final DeadlineWheel deadlines = new DeadlineWheel(System.nanoTime());

	private final Queue<Scheduler.Crowded> crowded = new ConcurrentLinkedQueue<>();

	private final Thread thread;

	private volatile long time = System.nanoTime();

	private volatile boolean parked;

	private volatile boolean closed;

	private boolean started;

	Monitor(WorkerScheduler scheduler, RuntimeSettings settings) {
		this.scheduler = scheduler;
		this.workers = new WorkerWatch(scheduler, Durations.nanos(settings.slowHandlerThreshold()));
		this.thread = Thread.ofPlatform()
			.daemon()
			.name("genserver-monitor")
			.inheritInheritableThreadLocals(false)
			.unstarted(this);
	}

	/** The time of the last tick. */
	long time() {
		return this.time;
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
			this.started = true;
			this.thread.start();
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
					LockSupport.parkNanos(this, TICK);
					logger.error("A tick of the monitor failed", failure);
					failure = null;
				}
				watch(state);
			}
			catch (Throwable ex) {
				// Without this thread no deadline would be noticed any more. Nothing is
				// called here, as without memory even a string constant may fail.
				failure = ex;
			}
		}
	}

	private void watch(ThreadState state) {
		int quiet = 0;
		while (!this.closed) {
			quiet = tick() ? 0 : quiet + 1;
			// Interceptors and listeners may have run. With the flag set it would not
			// park.
			state.clean();
			if (quiet < QUIET_TICKS) {
				LockSupport.parkNanos(this, TICK);
			}
			else {
				this.parked = true;
				try {
					parkIfQuiet();
				}
				finally {
					this.parked = false;
				}
				quiet = 0;
			}
		}
	}

	private void parkIfQuiet() {
		if (isQuiet()) {
			LockSupport.park(this);
		}
	}

	/** Returns whether anything is going on. */
	private boolean tick() {
		long now = System.nanoTime();
		this.time = now;
		this.deadlines.advance(now);
		letIn();
		return this.workers.look(now) || !this.deadlines.isEmpty() || !this.crowded.isEmpty();
	}

	private boolean isQuiet() {
		return !this.workers.look(System.nanoTime()) && !this.scheduler.staff().isHelpComing(false)
				&& this.deadlines.isEmpty() && this.crowded.isEmpty();
	}

	private void letIn() {
		for (int left = this.crowded.size(); left > 0; left--) {
			Scheduler.Crowded each = this.crowded.poll();
			if (each == null) {
				return;
			}
			try {
				each.look();
			}
			catch (Throwable ex) {
				this.crowded.add(each);
				throw ex;
			}
		}
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
