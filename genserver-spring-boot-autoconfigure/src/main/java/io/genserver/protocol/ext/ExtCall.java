package io.genserver.protocol.ext;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.StatusCode;

/**
 * A call in ext mode, which is one stream with its answer.
 */
final class ExtCall extends ExtStream implements OutboundCall {

	final ResponseMode mode;

	private final long methodId;

	private final Object attachment;

	/** Whether the request stream still takes items. */
	boolean sending;

	int status;

	boolean over;

	boolean notExecuted;

	CallMetadata responseDetails = CallMetadata.NONE;

	ExtCall(long methodId, ResponseMode mode, Object attachment, SendQueue send, ReceiveCredit credit) {
		super(true, send, credit);
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
	boolean isWhole() {
		return !deliversItems();
	}

	@Override
	public String toString() {
		return "Call " + Integer.toUnsignedString(this.id) + " of method " + MethodId.toHex(this.methodId);
	}

}
