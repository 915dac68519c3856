package io.genserver.demo.board;

/**
 * Hands out a number of tokens per second, and at once what gathered while nobody wanted
 * any, up to the tokens of one second. Not safe for use by several threads.
 * <p>
 * Keeps no count but the moment at which the bucket was empty: since then it has been
 * filling. That is exact, and needs no ticks.
 */
final class TokenBucket {

	private static final long SECOND = 1_000_000_000;

	private final long nanosPerToken;

	private final NanoClock clock;

	private long emptyAt;

	/**
	 * Create a bucket, full.
	 * @param tokensPerSecond 1 to 1 000 000 000
	 * @param clock the time
	 */
	TokenBucket(int tokensPerSecond, NanoClock clock) {
		if (tokensPerSecond < 1 || tokensPerSecond > SECOND) {
			throw new IllegalArgumentException(
					"There must be 1 to " + SECOND + " tokens per second, not " + tokensPerSecond);
		}
		this.nanosPerToken = SECOND / tokensPerSecond;
		this.clock = clock;
		this.emptyAt = clock.nanoTime() - SECOND;
	}

	/**
	 * Take tokens, all or none.
	 * @param tokens how many
	 * @return zero if they were taken, else the nanoseconds until there will be enough
	 */
	long take(int tokens) {
		long now = this.clock.nanoTime();
		long full = now - SECOND;
		long from = (this.emptyAt - full < 0) ? full : this.emptyAt;
		long then = from + tokens * this.nanosPerToken;
		if (then - now > 0) {
			return then - now;
		}
		this.emptyAt = then;
		return 0;
	}

}
