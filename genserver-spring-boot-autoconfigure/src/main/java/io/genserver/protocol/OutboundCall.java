package io.genserver.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A call of ours, from its header until its answer is complete, it failed, or we
 * cancelled it. Confined to the connection's thread.
 *
 * @since 0.1.0
 */
public final class OutboundCall extends StreamState {

	/** Stream and request carry the same id: both are free or both are taken. */
	int id;

	final ResponseMode mode;

	private final long methodId;

	private final Object attachment;

	/** Whether the request stream still takes items. */
	boolean sending;

	int sendSeq;

	/** Whether a response stream was matched to this call. */
	boolean answering;

	/** In base mode the error that ends an answer which has begun, while it comes in. */
	@Nullable LateError lateError;

	int status;

	boolean over;

	boolean notExecuted;

	CallMetadata responseDetails = CallMetadata.NONE;

	OutboundCall(int id, long methodId, ResponseMode mode, Object attachment) {
		this.id = id;
		this.methodId = methodId;
		this.mode = mode;
		this.attachment = attachment;
	}

	/**
	 * Returns the id of the request on the wire.
	 * @return an id of our side's half; in ext mode 0 until the request is written
	 */
	public int requestId() {
		return this.id;
	}

	/**
	 * Returns the method called.
	 * @return a method id, see {@link MethodId}
	 */
	public long methodId() {
		return this.methodId;
	}

	/**
	 * Returns what the caller gave with the call.
	 * @return the attachment
	 */
	public Object attachment() {
		return this.attachment;
	}

	/**
	 * Tells whether the call is answered, failed or cancelled.
	 * @return whether it is over
	 */
	public boolean isOver() {
		return this.over;
	}

	/**
	 * Tells whether it is certain, for a call that failed, that the peer did not begin
	 * it.
	 * @return true if it was never sent, or the peer said so when it left
	 */
	public boolean isNotExecuted() {
		return this.notExecuted;
	}

	/**
	 * Returns what came with the response's header, in ext mode.
	 * @return the details; none until the response was opened
	 */
	public CallMetadata responseDetails() {
		return this.responseDetails;
	}

	/** Whether items go to the listener one by one. */
	boolean deliversItems() {
		return this.mode == ResponseMode.STREAM && this.status == StatusCode.OK;
	}

	@Override
	public String toString() {
		return "Call " + Integer.toUnsignedString(this.id) + " of method " + MethodId.toHex(this.methodId);
	}

}
