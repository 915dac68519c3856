package io.genserver.protocol.ext;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * A call in ext mode. What goes and comes for it is in its {@link ExtStream}.
 */
final class ExtCall implements OutboundCall {

	@Nullable ExtStream stream;

	/** 0 until it is written. */
	int id;

	final ResponseMode mode;

	private final long methodId;

	private final Object attachment;

	/** Whether the request stream still takes items. */
	boolean sending;

	int status;

	boolean over;

	boolean notExecuted;

	CallMetadata responseDetails = CallMetadata.NONE;

	ExtCall(long methodId, ResponseMode mode, Object attachment) {
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
		return this.notExecuted;
	}

	@Override
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
