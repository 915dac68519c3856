package io.genserver.rpc;

import java.util.concurrent.TimeUnit;

/**
 * How many keys without an instance a peer may call: so many in a minute that those of
 * one connection are half of the instances a keyed server may have, by default, until the
 * first of them are let go. Belongs to the connection's thread.
 */
final class NewKeys {

	/** In a minute. */
	static final int MOST = 5000;

	private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);

	private long since;

	private int count;

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
		this.count = Math.min(this.count + 1, MOST + 1);
		return this.count <= MOST;
	}

}
