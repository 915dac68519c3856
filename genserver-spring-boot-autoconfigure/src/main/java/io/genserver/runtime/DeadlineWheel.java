package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;

/**
 * Watches deadlines. Any thread may add; one thread, the watcher, advances.
 * <p>
 * Nearly every call ends long before its deadline, and should not stay reachable until
 * then. So new entries go to a queue, which the watcher empties at every tick, dropping
 * those that are over already. What is left enters the wheel, but not at its deadline: at
 * twice its age, to be dropped or moved on. An entry is looked at a logarithmic number of
 * times and outlives its call by at most the call's own duration.
 *
 * @since 0.1.0
 */
public final class DeadlineWheel {

	private static final SafeLogger logger = SafeLogger.of(DeadlineWheel.class);

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	private static final int SLOTS = 1024;

	private final MpscUnboundedVarHandleArrayQueue<Scheduler.Expiring> added = new MpscUnboundedVarHandleArrayQueue<>(
			1024);

	private final List<List<Entry>> slots = new ArrayList<>(SLOTS);

	/** Number of the last tick that was handled. */
	private long tick;

	private int size;

	/**
	 * Create a wheel.
	 * @param now the time, in nanoseconds
	 */
	public DeadlineWheel(long now) {
		this.tick = now / TICK;
		for (int i = 0; i < SLOTS; i++) {
			this.slots.add(new ArrayList<>(0));
		}
	}

	/**
	 * Watch a deadline from now on. Safe on any thread.
	 * @param expiring what has the deadline
	 */
	public void add(Scheduler.Expiring expiring) {
		this.added.offer(expiring);
	}

	/** Whether there is nothing to watch. Only by the watcher. */
	boolean isEmpty() {
		return this.size == 0 && this.added.isEmpty();
	}

	/**
	 * Expire what is due. Only by the watcher.
	 * @param now the time, in nanoseconds
	 */
	public void advance(long now) {
		long target = now / TICK;
		// Beyond one round every slot has been seen.
		long first = Math.max(this.tick + 1, target - SLOTS + 1);
		for (long due = first; due <= target; due++) {
			int slot = slot(due);
			List<Entry> entries = this.slots.get(slot);
			if (!entries.isEmpty()) {
				this.slots.set(slot, new ArrayList<>(0));
				this.size -= entries.size();
				for (Entry entry : entries) {
					look(entry.expiring(), entry.age() * 2, now, target);
				}
			}
		}
		this.tick = target;
		// All there are now, however many: they must not come faster than they are looked
		// at.
		for (int left = this.added.size(); left > 0; left--) {
			Scheduler.Expiring expiring = this.added.relaxedPoll();
			if (expiring == null) {
				return;
			}
			look(expiring, 1, now, target);
		}
	}

	private void look(Scheduler.Expiring expiring, int age, long now, long nowTick) {
		if (expiring.isOver()) {
			return;
		}
		long left = expiring.deadline() - now;
		if (left <= 0) {
			expire(expiring);
			return;
		}
		int ticks = (int) Math.min(Math.min(left / TICK + 1, age), SLOTS - 1);
		this.slots.get(slot(nowTick + ticks)).add(new Entry(expiring, ticks));
		this.size++;
	}

	/** One that fails must not cost the others their deadlines. */
	private static void expire(Scheduler.Expiring expiring) {
		try {
			expiring.expire();
		}
		catch (Exception | Error ex) {
			logger.error("{} failed to expire", expiring, ex);
		}
	}

	private static int slot(long tick) {
		return (int) Math.floorMod(tick, (long) SLOTS);
	}

	private record Entry(Scheduler.Expiring expiring, int age) {
	}

}
