package io.genserver.runtime.scheduling;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.genserver.time.Durations;

/**
 * What the monitor does about workers at every tick: it notices those that stay in one
 * task, sets them aside, and adds others while there is work and no worker for it. Only
 * the monitor's thread uses it, but for {@link #walked()}.
 * <p>
 * <b>What a tick costs.</b> It walks the workers that are listed, which take tasks, and
 * only some of those set aside, in turn: how many handlers block does not matter.
 * <p>
 * <b>How many are added.</b> While tasks are queued and fewer workers compute than there
 * are processors: three at every tick for each worker whose task waits, so that there are
 * four times as many of them at the next tick, if those block too. A worker counts as
 * waiting as soon as its thread is seen to wait, however short its tasks are: tasks that
 * wait for less than a tick each keep others waiting as well. For those that compute, one
 * at a time: more threads than processors make nothing faster, but the tasks queued
 * behind them must run. On platform threads, which come while virtual ones do not get to
 * run, that one comes only if no worker gets to another task.
 * <p>
 * <b>Waits that the JDK forgets.</b> Without memory the JDK may drop what was to end a
 * wait of a virtual thread at its time. So the thread of a worker that stays in one task
 * is woken after a second and then after twice as long each time: a park may return for
 * no reason, and its caller, such as {@code Thread.sleep}, waits for the rest of the
 * time. A wait that is over is found at the latest after as long again as the task has
 * run, and a task that runs for an hour is disturbed eleven times.
 */
final class WorkerWatch {

	/** Ticks in which no woken worker begins although one should. */
	private static final int LATE_TICKS = 10;

	/**
	 * Ticks after which it is no longer the machine's load that may explain it: only then
	 * do more workers than there are processors come on platform threads.
	 */
	private static final int STARVED_TICKS = 50;

	/** Ticks in which all are on time, before workers on platform threads rest again. */
	private static final int PUNCTUAL_TICKS = 100;

	/** Ticks between two workers that are added because no task gets done. */
	private static final int PATIENCE = 10;

	/** Workers that are added for each that waits, at every tick. */
	private static final int GROWTH = 3;

	/** Workers set aside that are looked at in one tick, at least. */
	private static final int LOOKS = 64;

	/** Ticks until all of those set aside were looked at, at most. */
	private static final int ROUND = 256;

	/** From when a worker is set aside until its thread is woken, in nanoseconds. */
	static final long FIRST_WAKE = TimeUnit.SECONDS.toNanos(1);

	private final WorkerScheduler scheduler;

	private final SlowHandlers slow;

	/** Those set aside, and some that have come back or ended since. */
	private final List<Worker> aside = new ArrayList<>();

	/** Where the next look at those set aside begins. */
	private int next;

	/** Which of those set aside was nudged last. */
	private int nudged;

	/** Workers that were set aside as they wait, since others were added. */
	private int vacated;

	/** Ticks, one after the other, in which woken workers did not begin. */
	private int late;

	private int punctual;

	private int rises;

	/** Ticks, one after the other, in which work waited and no task was begun. */
	private int unserved;

	private volatile int walked;

	/** Only the monitor's thread uses it. */
	private long woken;

	WorkerWatch(WorkerScheduler scheduler, long slowNanos) {
		this.scheduler = scheduler;
		this.slow = new SlowHandlers(slowNanos);
	}

	/** How many workers the last tick looked at. */
	int walked() {
		return this.walked;
	}

	/** How often it woke the thread of a worker that stayed in one task. */
	long woken() {
		return this.woken;
	}

	/**
	 * Look at the workers.
	 * @return whether anything runs
	 */
	boolean look(long now) {
		Worker[] listed = this.scheduler.queues().workers().listed();
		int running = 0;
		boolean served = false;
		boolean sweep = false;
		for (Worker worker : listed) {
			Runnable task = worker.task();
			sweep |= !worker.isListed();
			if (task == null) {
				continue;
			}
			running++;
			long begun = worker.begun();
			if (worker.seen != begun) {
				served = true;
			}
			else if (!worker.isHeld()) {
				worker.hold();
			}
			else if (setAside(worker, now)) {
				sweep = true;
			}
			worker.seen = begun;
			worker.yieldSoon = true;
			this.slow.look(task, now);
		}
		if (sweep) {
			this.scheduler.queues().workers().sweep();
		}
		this.walked = listed.length + lookAside(now);
		boolean isLate = lookForStarvation();
		reinforce(listed, served, isLate);
		return running > 0 || !this.aside.isEmpty();
	}

	/**
	 * It is noted first, which takes memory: one that is not aside after all is dropped
	 * when it is looked at, but one that was not noted would never be.
	 */
	private boolean setAside(Worker worker, long now) {
		if (!worker.noted) {
			this.aside.add(worker);
			worker.noted = true;
		}
		worker.wakeGap = FIRST_WAKE;
		worker.wakeAt = now + FIRST_WAKE;
		if (!worker.setAside()) {
			return false;
		}
		this.vacated += worker.isWaiting() ? 1 : 0;
		this.scheduler.handOver(worker);
		return true;
	}

	/**
	 * Wake the threads of workers, which costs each no more than a look around: one that
	 * was to be woken may not have been. Of those set aside some at a time.
	 * @param all whether it is the turn of those that are listed
	 */
	void nudge(boolean all) {
		if (all) {
			for (Worker worker : this.scheduler.queues().workers().listed()) {
				LockSupport.unpark(worker.thread);
			}
		}
		for (int left = Math.min(this.aside.size(), LOOKS); left > 0; left--) {
			this.nudged = (this.nudged + 1) % this.aside.size();
			LockSupport.unpark(this.aside.get(this.nudged).thread);
		}
	}

	private int lookAside(long now) {
		int looks = Math.min(this.aside.size(), Math.max(LOOKS, this.aside.size() / ROUND));
		for (int left = looks; left > 0; left--) {
			if (this.next >= this.aside.size()) {
				this.next = 0;
			}
			Worker worker = this.aside.get(this.next);
			if (worker.isAside()) {
				// A task it added at the very moment it was set aside.
				this.scheduler.handOver(worker);
				wakeIfDue(worker, now);
				this.slow.look(worker.task(), now);
				this.next++;
			}
			else {
				worker.noted = false;
				Worker last = this.aside.removeLast();
				if (last != worker) {
					this.aside.set(this.next, last);
				}
			}
		}
		return looks;
	}

	private void wakeIfDue(Worker worker, long now) {
		if (now - worker.wakeAt >= 0) {
			worker.wakeGap = Math.min(2 * worker.wakeGap, Durations.LONGEST);
			worker.wakeAt = now + worker.wakeGap;
			this.woken++;
			LockSupport.unpark(worker.thread);
		}
	}

	/**
	 * Look whether workers on virtual threads get to run.
	 * @return whether some were woken, and none began since the last tick
	 */
	private boolean lookForStarvation() {
		int now = this.scheduler.pool().virtualWorkers().rises();
		boolean isLate = this.scheduler.pool().virtualWorkers().isRising() && now == this.rises;
		this.rises = now;
		this.late = isLate ? this.late + 1 : 0;
		this.punctual = isLate ? 0 : this.punctual + 1;
		if (this.late >= LATE_TICKS && !this.scheduler.pool().isStarved()) {
			this.unserved = 0;
			this.scheduler.pool().starved(true);
		}
		else if (this.punctual >= PUNCTUAL_TICKS && this.scheduler.pool().isStarved()) {
			this.scheduler.pool().starved(false);
		}
		return isLate;
	}

	private void reinforce(Worker[] listed, boolean served, boolean isLate) {
		if (this.scheduler.queues().backlog(1) == 0) {
			this.vacated = 0;
			this.unserved = 0;
		}
		else if (!this.scheduler.pool().isHelpComing(isLate)) {
			this.unserved = served ? 0 : this.unserved + 1;
			int missing = missing(listed);
			if (missing > 0) {
				this.vacated = 0;
				this.scheduler.pool().reinforce(missing);
			}
		}
	}

	private int missing(Worker[] listed) {
		if (this.scheduler.pool().isHelpWanted() && this.late < STARVED_TICKS) {
			return (this.scheduler.pool().platformThreads() < this.scheduler.parallelism()) ? 1 : 0;
		}
		int active = 0;
		int waiting = this.vacated;
		for (Worker worker : listed) {
			if (worker.task() != null && worker.isListed()) {
				if (worker.isWaiting()) {
					waiting++;
				}
				else if (!worker.isHeld()) {
					active++;
				}
			}
		}
		if (active < this.scheduler.parallelism() && waiting > 0) {
			return GROWTH * waiting;
		}
		if (this.scheduler.pool().isHelpWanted()) {
			return (this.unserved % PATIENCE == 0) ? 1 : 0;
		}
		return (active < this.scheduler.parallelism()) ? 1 : 0;
	}

}
