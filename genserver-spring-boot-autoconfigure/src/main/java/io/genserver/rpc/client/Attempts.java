package io.genserver.rpc.client;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.genserver.time.Durations;

/**
 * Decides how long a client pauses before it tries to connect again.
 * <p>
 * By itself it pauses as its {@link Backoff} says, longer with each attempt that fails. A
 * request that waits for a connection cuts the pause short, but however many wait, an
 * attempt begins no earlier than a second after the one before. Where the other end asked
 * to be left alone, pauses are not cut short.
 * <p>
 * Guarded by the monitor of the {@link ReconnectingConnection} it belongs to.
 */
final class Attempts {

	/** A connection that lasted so long was a good one: the pauses are short again. */
	static final Duration GOOD = Duration.ofSeconds(10);

	/** Time from one attempt to the next while requests wait, unless all are shorter. */
	private static final Duration HURRIED = Duration.ofSeconds(1);

	private final Backoff backoff;

	private final LongSupplier clock;

	/** How many failed one after the other, and what counts as such. */
	private int failed;

	private long begunAt;

	private long openedAt;

	private boolean mayHurry = true;

	/**
	 * By how much the attempt after this pause is late if requests wait, so that clients
	 * whose requests come together do not come back together. The same for all of them:
	 * the least of many such times is next to nothing.
	 */
	private long scatter;

	Attempts(Backoff backoff, LongSupplier clock) {
		this.backoff = backoff;
		this.clock = clock;
	}

	/** What was before counts no more, and no attempt is under way. */
	void reset() {
		this.failed = 0;
		this.mayHurry = true;
	}

	/** An attempt begins. */
	void begun() {
		this.begunAt = this.clock.getAsLong();
	}

	/** Return the number of the present attempt, for people. */
	int number() {
		return this.failed + 1;
	}

	/** An attempt has succeeded. */
	void opened() {
		this.openedAt = this.clock.getAsLong();
	}

	/**
	 * The connection is over.
	 * @return whether it was a good one, so that those before it count no more
	 */
	boolean ended() {
		boolean good = this.clock.getAsLong() - this.openedAt >= Durations.nanos(GOOD);
		if (good) {
			this.failed = 0;
		}
		return good;
	}

	/**
	 * Return how long to pause now.
	 * @param penalty attempts that the last one counts for in addition
	 * @param mayHurry whether requests may cut the pause short
	 * @param requestsWait whether requests wait for a connection
	 * @return nanoseconds
	 */
	long pauseNanos(int penalty, boolean mayHurry, boolean requestsWait) {
		this.mayHurry = mayHurry;
		this.failed += penalty;
		this.scatter = Math.min(Durations.nanos(HURRIED), this.backoff.pauseNanos(0));
		long pause = this.backoff.pauseNanos(this.failed++);
		return requestsWait ? hurriedNanos(pause) : pause;
	}

	/**
	 * Return how long to pause from now on if a request waits.
	 * @param pause how long it would be otherwise, in nanoseconds
	 * @return nanoseconds, not more than that
	 */
	long hurriedNanos(long pause) {
		if (!this.mayHurry) {
			return pause;
		}
		long spacing = Durations.nanos(HURRIED);
		long sinceLast = this.clock.getAsLong() - this.begunAt;
		return Math.min(pause, Math.max(0, spacing - sinceLast) + this.scatter);
	}

}
