package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.genserver.ServerInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Comes by every millisecond while anything runs: expires deadlines, lets senders into
 * mailboxes, notices workers that are stuck in a task and handlers that are slow. A
 * platform thread, so that handlers that keep all carriers busy cannot hold it up. Parks
 * when nothing has happened for a while.
 */
final class Monitor implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(Monitor.class);

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	/** Ticks without anything running before the ticking stops. */
	private static final int QUIET_TICKS = 100;

	/** Slow handlers logged in one second at most. */
	private static final int SLOW_LOGGED = 10;

	private final WorkerScheduler scheduler;

	private final long slowNanos;

	private final DeadlineWheel deadlines = new DeadlineWheel(System.nanoTime());

	private final Queue<Scheduler.Crowded> crowded = new ConcurrentLinkedQueue<>();

	private final Thread thread;

	private volatile long time = System.nanoTime();

	private volatile boolean parked;

	private volatile boolean closed;

	private boolean started;

	/** Workers added at the last tick; only the monitor's thread uses it. */
	private int reinforced;

	/** Slow handlers logged in the current second. */
	private int slowLogged;

	private long slowSecond;

	Monitor(WorkerScheduler scheduler, RuntimeSettings settings) {
		this.scheduler = scheduler;
		this.slowNanos = settings.slowHandlerThreshold().toNanos();
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
		int quiet = 0;
		ThreadState state = new ThreadState();
		state.begin(this.scheduler.classLoader());
		while (!this.closed) {
			try {
				quiet = tick() ? 0 : quiet + 1;
			}
			catch (RuntimeException ex) {
				logger.error("A tick of the monitor failed", ex);
			}
			// Interceptors and listeners may have run. With the flag set it would not
			// park.
			state.clean();
			if (quiet < QUIET_TICKS) {
				LockSupport.parkNanos(this, TICK);
			}
			else {
				this.parked = true;
				if (isQuiet()) {
					LockSupport.park(this);
				}
				this.parked = false;
				quiet = 0;
			}
		}
	}

	/** Returns whether anything is going on. */
	private boolean tick() {
		long now = System.nanoTime();
		this.time = now;
		this.deadlines.advance(now);
		letIn();
		return look(now) || !this.deadlines.isEmpty() || !this.crowded.isEmpty();
	}

	/** Log a slow handler, but not thousands of them at once. */
	private void reportSlow(Watched task, long now) {
		if (now - this.slowSecond > TimeUnit.SECONDS.toNanos(1)) {
			if (this.slowLogged > SLOW_LOGGED) {
				logger.warn("{} more handlers are slow", this.slowLogged - SLOW_LOGGED);
			}
			this.slowSecond = now;
			this.slowLogged = 0;
		}
		if (++this.slowLogged <= SLOW_LOGGED) {
			ServerCell cell = task.cell();
			ServerInfo.InFlight inFlight = task.inFlight();
			if (inFlight != null) {
				logger.warn("Server {} has been handling {} from {} for {} ms; {} messages wait", cell.label(),
						inFlight.operation(), inFlight.caller(), inFlight.age().toMillis(), cell.mailbox().size());
			}
		}
	}

	private boolean isQuiet() {
		return !look(System.nanoTime()) && !this.scheduler.isHelpComing() && this.deadlines.isEmpty()
				&& this.crowded.isEmpty();
	}

	private void letIn() {
		for (int left = this.crowded.size(); left > 0; left--) {
			Scheduler.Crowded each = this.crowded.poll();
			if (each == null) {
				return;
			}
			each.look();
		}
	}

	private boolean look(long now) {
		int running = 0;
		int stuck = 0;
		for (Worker worker : this.scheduler.workers()) {
			Runnable task = worker.task();
			if (task == null) {
				continue;
			}
			running++;
			long begun = worker.begun();
			if (worker.seen == begun) {
				stuck++;
				worker.hold();
			}
			worker.seen = begun;
			worker.yieldSoon = true;
			if (this.slowNanos > 0 && task instanceof Watched watched && watched.isSlow(now, this.slowNanos)) {
				reportSlow(watched, now);
			}
		}
		int active = running - stuck;
		if (this.scheduler.isHelpComing() || !this.scheduler.hasSurplus()) {
			this.reinforced = 0;
			return running > 0;
		}
		if (active <= this.reinforced) {
			// All that came last time are busy with one task each, if not stuck already.
			this.reinforced = Math.min(Math.max(1, this.reinforced * 2), Math.max(1, running));
		}
		else {
			this.reinforced = (active < this.scheduler.parallelism()) ? 1 : 0;
		}
		this.scheduler.reinforce(this.reinforced);
		return true;
	}

}
