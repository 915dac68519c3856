package io.genserver.runtime.scheduling;

import java.util.concurrent.TimeUnit;

import io.genserver.log.SafeLogger;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Watches deadlines. Any thread may add; one thread, the watcher, advances.
 * <p>
 * Nearly every call ends long before its deadline, and should not stay reachable until
 * then. So new entries go to a queue, which the watcher empties at every tick, dropping
 * those that are over already. What is left enters the wheel, but not at its deadline: at
 * twice its age, to be dropped or moved on. An entry is looked at a logarithmic number of
 * times and outlives its call by at most the call's own duration, and by about a second
 * at most. What is large in a call that has ended, it lets go of by itself.
 */
public final class DeadlineWheel {

	private static final SafeLogger logger = SafeLogger.of(DeadlineWheel.class);

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	private static final int SLOTS = 1024;

	/**
	 * Ticks between the looks at entries that are not due yet, so that many are looked at
	 * together and the watcher may rest meanwhile; a power of two.
	 */
	private static final int APART = 64;

	private final MpscUnboundedVarHandleArrayQueue<Scheduler.Expiring> added = new MpscUnboundedVarHandleArrayQueue<>(
			1024);

	private final @Nullable Entry[] slots = new Entry[SLOTS];

	/** Number of the last tick that was handled. */
	private long tick;

	private int size;

	/**
	 * Create a wheel.
	 * @param now the time, in nanoseconds
	 */
	public DeadlineWheel(long now) {
		this.tick = now / TICK;
	}

	/**
	 * Watch a deadline from now on. Safe on any thread.
	 * @param expiring what has the deadline
	 */
	public void add(Scheduler.Expiring expiring) {
		boolean added = false;
		while (!added) {
			try {
				added = this.added.offer(expiring);
			}
			catch (OutOfMemoryError ex) {
				// A deadline that is not watched would be worse than a wait.
				Thread.yield();
			}
		}
	}

	/** Whether there is nothing to watch. Only by the watcher. */
	public boolean isEmpty() {
		return this.size == 0 && this.added.isEmpty();
	}

	/**
	 * How long there is nothing to look at, unless something is added. Only by the
	 * watcher, after it has advanced.
	 * @param now the time, in nanoseconds
	 * @return nanoseconds, {@link Long#MAX_VALUE} if there is nothing to watch
	 */
	public long nanosToNext(long now) {
		if (isEmpty()) {
			return Long.MAX_VALUE;
		}
		long next = this.tick + 1;
		if (this.added.isEmpty()) {
			while (this.slots[slot(next)] == null) {
				next++;
			}
		}
		return Math.max(0, next * TICK - now);
	}

	/**
	 * Expire what is due. Only by the watcher.
	 * @param now the time, in nanoseconds
	 * @return whether anything was due
	 */
	public boolean advance(long now) {
		boolean any = false;
		long target = now / TICK;
		// Beyond one round every slot has been seen.
		long first = Math.max(this.tick + 1, target - SLOTS + 1);
		for (long due = first; due <= target; due++) {
			// Nothing is allocated for what is in the wheel already: whatever happens, it
			// stays there until it is over.
			int slot = slot(due);
			Entry entry = this.slots[slot];
			this.slots[slot] = null;
			while (entry != null) {
				Entry next = entry.next;
				this.size--;
				any |= look(entry, entry.age * 2, now, target);
				entry = next;
			}
		}
		this.tick = target;
		// All there are now, however many: they must
		// not come faster than they are looked at.
		for (int left = this.added.size(); left > 0; left--) {
			Scheduler.Expiring expiring = this.added.relaxedPeek();
			if (expiring == null) {
				return any;
			}
			if (!expiring.isOver()) {
				Entry entry;
				try {
					entry = new Entry(expiring);
				}
				catch (OutOfMemoryError ex) {
					// It stays where it is until the next tick.
					return any;
				}
				this.added.relaxedPoll();
				any |= look(entry, 1, now, target);
			}
			else {
				this.added.relaxedPoll();
			}
		}
		return any;
	}

	/** Returns whether it was due. */
	private boolean look(Entry entry, int age, long now, long nowTick) {
		Scheduler.Expiring expiring = entry.expiring;
		if (expiring.isOver()) {
			return false;
		}
		long left = expiring.deadline() - now;
		if (left > 0) {
			long due = left / TICK + 1;
			int ticks = (int) Math.min(Math.min(due, age), SLOTS - 1);
			link(entry, nowTick, (ticks < due && ticks >= 2 * APART) ? together(nowTick, ticks) : ticks);
			return false;
		}
		if (!expire(expiring)) {
			link(entry, nowTick, 1);
		}
		return true;
	}

	/** Some ticks less, until a tick at which others are looked at too. */
	private static int together(long nowTick, int ticks) {
		return ticks - (int) Math.floorMod(nowTick + ticks, (long) APART);
	}

	private void link(Entry entry, long nowTick, int ticks) {
		int slot = slot(nowTick + ticks);
		entry.age = ticks;
		entry.next = this.slots[slot];
		this.slots[slot] = entry;
		this.size++;
	}

	/**
	 * One that fails must not cost the others their deadlines.
	 * @return {@code false} if it is to be tried again
	 */
	private static boolean expire(Scheduler.Expiring expiring) {
		try {
			expiring.expire();
		}
		catch (VirtualMachineError ex) {
			// Short of memory, or of stack.
			return expiring.isOver();
		}
		catch (Throwable ex) {
			logger.error("{} failed to expire", expiring, ex);
		}
		return true;
	}

	private static int slot(long tick) {
		return (int) Math.floorMod(tick, (long) SLOTS);
	}

	/** One deadline, linked with others that are looked at in the same tick. */
	private static final class Entry {

		private final Scheduler.Expiring expiring;

		/** In ticks, when it was looked at last. */
		private int age;

		private @Nullable Entry next;

		Entry(Scheduler.Expiring expiring) {
			this.expiring = expiring;
		}

	}

}
