package io.genserver.runtime.cell;

import io.genserver.Overflow;

/**
 * What a full mailbox means for the sender of a cast.
 *
 * @param policy the policy they follow from
 * @param waits whether it waits for room, where its thread may block
 * @param refuses whether it gets an exception if there is no room; otherwise the cast is
 * dropped
 * @param displaces whether the oldest queued cast makes room
 */
public record OverflowRules(Overflow policy, boolean waits, boolean refuses, boolean displaces) {

	/**
	 * Return what a policy means.
	 * @param policy the policy of a server
	 * @return its rules
	 */
	public static OverflowRules of(Overflow policy) {
		return switch (policy) {
			case BLOCK -> new OverflowRules(policy, true, true, false);
			case REJECT -> new OverflowRules(policy, false, true, false);
			case DROP_NEWEST -> new OverflowRules(policy, false, false, false);
			case DROP_OLDEST -> new OverflowRules(policy, false, false, true);
		};
	}

}
