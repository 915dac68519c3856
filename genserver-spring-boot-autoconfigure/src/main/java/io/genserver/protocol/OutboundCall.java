package io.genserver.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A call of ours, from its header until its answer is complete, it failed, or we
 * cancelled it. Each mode has its own kind, made by its session. Confined to the
 * connection's thread.
 */
public interface OutboundCall {

	/**
	 * Returns the id of the request on the wire.
	 * @return an id of our side's half; in ext mode 0 until the request is written
	 */
	int requestId();

	/**
	 * Returns the method called.
	 * @return a method id, see {@link MethodId}
	 */
	long methodId();

	/**
	 * Returns what the caller gave with the call.
	 * @return the attachment
	 */
	Object attachment();

	/**
	 * Tells whether the call is answered, failed or cancelled.
	 * @return whether it is over
	 */
	boolean isOver();

	/**
	 * Tells whether it is certain, for a call that failed, that the peer did not begin
	 * it.
	 * @return true if it was never sent, or the peer said so when it left
	 */
	boolean isNotExecuted();

	/**
	 * Returns what came with the response's header, in ext mode.
	 * @return the details; none until the response was opened
	 */
	CallMetadata responseDetails();

}
