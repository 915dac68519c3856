package io.genserver.runtime.scheduling;

import java.util.concurrent.TimeUnit;

/**
 * How long a thread spins for what it waits for before it parks: several times as long as
 * that took recently, and hardly at all after spinning was in vain. From time to time it
 * spins for the longest time all the same, to find out whether spinning pays again, since
 * replies arrive sooner where no thread has to be woken. With a single processor it never
 * spins, since no other thread could run meanwhile.
 * <p>
 * Used by several threads without a lock: a lost update loses one of many observations.
 */
final class SpinTime {

	/** Several times what parking and waking cost together. */
	private static final long LONGEST = TimeUnit.MICROSECONDS.toNanos(200);

	private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(4);

	/** About what parking and waking cost together. */
	private static final long FIRST = TimeUnit.MICROSECONDS.toNanos(50);

	/** Every so often after a search in vain the next takes longest; a power of two. */
	private static final int PROBE = 16;

	/** Searches in vain that do not shorten the next one yet. */
	private static final int PATIENCE = 8;

	private final boolean none;

	private long nanos = FIRST;

	/** Searches in vain, one after the other. */
	private int vain;

	SpinTime(int processors) {
		this.none = (processors == 1);
	}

	/** How long to look now. */
	long next() {
		if (this.none) {
			return 0;
		}
		int known = this.vain;
		return (known > 0 && (known & (PROBE - 1)) == 0) ? LONGEST : this.nanos;
	}

	/**
	 * Record a search that was successful after the given time. Writes nothing if nothing
	 * changes, so that threads do not invalidate each other's caches.
	 */
	void found(long after) {
		long known = this.nanos;
		long step = (Math.min(LONGEST, Math.max(FIRST, 4 * after)) - known) / 4;
		if (step != 0) {
			this.nanos = known + step;
		}
		if (this.vain != 0) {
			this.vain = 0;
		}
	}

	/** Record a search that was in vain. */
	void inVain() {
		if (++this.vain > PATIENCE) {
			this.nanos = Math.max(SHORTEST, this.nanos / 2);
		}
	}

}
