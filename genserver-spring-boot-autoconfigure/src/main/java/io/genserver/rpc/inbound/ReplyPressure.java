package io.genserver.rpc.inbound;

/**
 * Knows how much waits that a peer has not read.
 */
@FunctionalInterface
interface ReplyPressure {

	/** Whether so much waits that replies are better not encoded. On any thread. */
	boolean isCrowded();

}
