package io.genserver.runtime.scheduling;

import java.util.concurrent.TimeUnit;

/**
 * How long a thread looks for what it waits for before it parks: several times as long as
 * that lately took to come, and next to nothing where looking was in vain. Now and then
 * it looks for long, for things come sooner where nobody has to be woken for them. On a
 * single processor nobody could bring anything meanwhile.
 * <p>
 * Used by several threads without a lock: what is lost is one of many observations.
 */
final class SpinTime {

	/** Several times what parking and waking cost together. */
	private static final long LONGEST = TimeUnit.MICROSECONDS.toNanos(200);

	private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(4);

	/** About what parking and waking cost together. */
	private static final long FIRST = TimeUnit.MICROSECONDS.toNanos(50);

	/** Every so often after a search in vain the next takes longest; a power of two. */
	private static final int PROBE = 16;

	/** Searches in vain that do not yet tell anything. */
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
	 * It came after so long. Writes nothing where nothing changes, for it is told by
	 * threads that have no time for each other's caches.
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

	/** It did not come. */
	void inVain() {
		if (++this.vain > PATIENCE) {
			this.nanos = Math.max(SHORTEST, this.nanos / 2);
		}
	}

}
