package io.genserver.protocol.base;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * A call in base mode, which is also the inbound stream of its answer.
 */
final class BaseCall extends StreamState implements OutboundCall {

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

	/** The error that ends an answer which has begun, while it comes in. */
	@Nullable LateError lateError;

	int status;

	boolean over;

	BaseCall(int id, long methodId, ResponseMode mode, Object attachment) {
		this.id = id;
		this.methodId = methodId;
		this.mode = mode;
		this.attachment = attachment;
	}

	@Override
	public int requestId() {
		return this.id;
	}

	@Override
	public long methodId() {
		return this.methodId;
	}

	@Override
	public Object attachment() {
		return this.attachment;
	}

	@Override
	public boolean isOver() {
		return this.over;
	}

	@Override
	public boolean isNotExecuted() {
		return false;
	}

	@Override
	public CallMetadata responseDetails() {
		return CallMetadata.NONE;
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
