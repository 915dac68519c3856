package io.genserver.rpc.server;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * How many connections an owner may have. Safe for use by many threads.
 */
final class Quota {

	private final int limit;

	private final Map<String, Integer> taken = new ConcurrentHashMap<>();

	/**
	 * Create.
	 * @param limit how many each may have, 0 for any number
	 */
	Quota(int limit) {
		this.limit = limit;
	}

	/**
	 * Take one.
	 * @param owner principal or address, {@code null} for one that is not counted
	 * @return whether there was one left
	 */
	boolean take(@Nullable String owner) {
		if (this.limit == 0 || owner == null) {
			return true;
		}
		boolean[] granted = new boolean[1];
		this.taken.compute(owner, (name, count) -> {
			int before = (count != null) ? count : 0;
			granted[0] = before < this.limit;
			return granted[0] ? Integer.valueOf(before + 1) : count;
		});
		return granted[0];
	}

	/** Give one back that was taken. */
	void release(@Nullable String owner) {
		if (this.limit != 0 && owner != null) {
			this.taken.computeIfPresent(owner, (name, count) -> (count > 1) ? Integer.valueOf(count - 1) : null);
		}
	}

}
