package io.genserver.rpc.inbound;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;

/**
 * How many keys without an instance a peer may call: so many different ones in a minute
 * that those of one connection are half of the instances a keyed server may have, by
 * default, until the first of them are let go. A key counts once in a minute, however
 * many requests name it before it has an instance, or because its instance does not last.
 * Belongs to the connection's thread.
 * <p>
 * Keeps no key, but 64 bits of each that counts, which a peer cannot foresee: at most
 * twice as many as may be called, rounded up to a power of two, and none once the minute
 * is over.
 */
public final class NewKeys {

	private static final long WINDOW = TimeUnit.MINUTES.toNanos(1);

	/**
	 * However keys are chosen without its seed, two of them hardly have the same hash
	 * code.
	 */
	private static final Hasher64 HASHER = Hashing.polymurHash2_0(ThreadLocalRandom.current().nextLong(),
			ThreadLocalRandom.current().nextLong());

	private static final int FEW = 16;

	private static final long[] NONE = {};

	/** In a minute. */
	private final int most;

	private long since;

	private int count;

	/** Hash codes, each at its own index or at the next that was free; 0 is free. */
	private long[] seen = NONE;

	NewKeys(int most) {
		this.most = most;
	}

	/**
	 * Call one.
	 * @param server name of the server
	 * @param key one of its keys that has no instance
	 * @param nowNanos the present
	 * @return whether it may be called
	 */
	boolean take(String server, String key, long nowNanos) {
		sweep(nowNanos);
		long hash = hash(server, key);
		if (this.count > 0 && this.seen[index(this.seen, hash)] == hash) {
			return true;
		}
		if (this.count >= this.most) {
			return false;
		}
		if (this.count == 0) {
			this.since = nowNanos;
		}
		if (2 * (this.count + 1L) > this.seen.length) {
			grow();
		}
		this.seen[index(this.seen, hash)] = hash;
		this.count++;
		return true;
	}

	/** Forget the keys of a minute that is over. */
	void sweep(long nowNanos) {
		if (this.count > 0 && nowNanos - this.since >= WINDOW) {
			this.count = 0;
			this.seen = NONE;
		}
	}

	/** How many hash codes there is room for. */
	int room() {
		return this.seen.length;
	}

	private void grow() {
		long[] larger = new long[Math.max(FEW, 2 * this.seen.length)];
		for (long hash : this.seen) {
			if (hash != 0) {
				larger[index(larger, hash)] = hash;
			}
		}
		this.seen = larger;
	}

	/** Where a hash code is, or would be. */
	private static int index(long[] seen, long hash) {
		int index = (int) hash & (seen.length - 1);
		while (seen[index] != 0 && seen[index] != hash) {
			index = (index + 1) & (seen.length - 1);
		}
		return index;
	}

	private static long hash(String server, String key) {
		long hash = HASHER.hashStream().putString(server).putString(key).getAsLong();
		return (hash != 0) ? hash : 1;
	}

}
