package io.genserver.runtime;

import java.util.concurrent.TimeUnit;

/**
 * How long a worker without work looks for some before it parks: about as long as it
 * lately took to find some, several times over, and next to nothing where it was in vain.
 * Now and then it looks for long, for work comes sooner where nobody has to be woken for
 * it. On a single processor nobody could bring any meanwhile.
 * <p>
 * Used by several threads without a lock: what is lost is one of many observations.
 */
final class SpinTime {

	/** Several times what parking and waking cost together. */
	private static final long LONGEST = TimeUnit.MICROSECONDS.toNanos(200);

	private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(4);

	/** About what parking and waking cost together. */
	private static final long FIRST = TimeUnit.MICROSECONDS.toNanos(50);

	/** Every so often it looks for the longest time; a power of two. */
	private static final int PROBE = 16;

	private final boolean none;

	/** Searches in vain that do not yet tell anything. */
	private static final int PATIENCE = 8;

	private long nanos = FIRST;

	/** Searches in vain, one after the other. */
	private int vain;

	private int searches;

	SpinTime(int processors) {
		this.none = (processors == 1);
	}

	/** How long to look now. */
	long next() {
		if (this.none) {
			return 0;
		}
		return ((++this.searches & (PROBE - 1)) == 0) ? LONGEST : this.nanos;
	}

	/** It took so long to find work. */
	void found(long after) {
		long aim = Math.min(LONGEST, Math.max(FIRST, 4 * after));
		this.nanos += (aim - this.nanos) / 4;
		this.vain = 0;
	}

	/** There was none. */
	void inVain() {
		if (++this.vain > PATIENCE) {
			this.nanos = Math.max(SHORTEST, this.nanos / 2);
		}
	}

}
