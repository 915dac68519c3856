package io.genserver.rpc;

import java.util.concurrent.TimeUnit;

/**
 * How many keys without an instance a peer may call: so many in a minute that those of
 * one connection are half of the instances a keyed server may have, by default, until the
 * first of them are let go. Belongs to the connection's thread.
 */
final class NewKeys {

	private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);

	/** In a minute. */
	private final int most;

	private long since;

	private int count;

	NewKeys(int most) {
		this.most = most;
	}

	/**
	 * Take one.
	 * @param nowNanos the present
	 * @return whether there was one left
	 */
	boolean take(long nowNanos) {
		if (this.count == 0 || nowNanos - this.since >= WINDOW) {
			this.since = nowNanos;
			this.count = 0;
		}
		if (this.count >= this.most) {
			return false;
		}
		this.count++;
		return true;
	}

}
