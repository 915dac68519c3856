package io.genserver.runtime.supervision;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

import io.genserver.time.Durations;

/**
 * Decides whether something that failed may restart, and after which pause: for servers
 * and background services alike. There may be so many restarts within a window. The pause
 * doubles with each restart from the initial one to the maximum, and begins with the
 * initial one again after a whole window without a restart. It is shortened by up to a
 * fifth, by chance, so that what failed together does not restart together.
 * <p>
 * Not safe for use by several threads at once.
 */
public final class RestartHistory {

	/** One doubles to more than any maximum. */
	private static final int MOST_DOUBLINGS = 62;

	private final int maxRestarts;

	private final long window;

	private final long initial;

	private final long max;

	private final Deque<Long> times = new ArrayDeque<>();

	private int inARow;

	/**
	 * Create a history without restarts.
	 * @param maxRestarts restarts within the window at most
	 * @param window how long a restart counts
	 * @param initial pause before the first restart
	 * @param max longest pause
	 */
	public RestartHistory(int maxRestarts, Duration window, Duration initial, Duration max) {
		this.maxRestarts = maxRestarts;
		this.window = Durations.nanos(window);
		this.initial = Durations.nanos(initial);
		this.max = Durations.nanos(max);
	}

	/**
	 * Count a restart, if there may be one.
	 * @param now the time in nanoseconds
	 * @param random a number from 0 (inclusive) to 1 (exclusive)
	 * @return the pause before it in nanoseconds, or -1 if it would be one too many
	 */
	public long next(long now, double random) {
		while (!this.times.isEmpty() && now - this.times.getFirst() >= this.window) {
			this.times.removeFirst();
		}
		if (this.times.isEmpty()) {
			this.inARow = 0;
		}
		if (this.times.size() >= this.maxRestarts) {
			return -1;
		}
		this.times.addLast(now);
		long pause = pause(this.inARow);
		this.inARow = Math.min(this.inARow + 1, MOST_DOUBLINGS);
		return pause - (long) (pause * 0.2 * random);
	}

	private long pause(int doublings) {
		// A shift that would overflow is beyond any maximum; that of zero never does.
		return (doublings < Long.numberOfLeadingZeros(this.initial) - 1) ? Math.min(this.initial << doublings, this.max)
				: this.max;
	}

}
