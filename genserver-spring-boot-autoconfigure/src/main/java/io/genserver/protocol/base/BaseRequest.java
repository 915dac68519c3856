package io.genserver.protocol.base;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import org.jspecify.annotations.Nullable;

/**
 * A request in base mode, which is one inbound stream, and the stream of its answer.
 */
final class BaseRequest extends StreamState implements InboundRequest {

	final boolean call;

	private final int requestId;

	private final long methodId;

	private byte[] metadata;

	private @Nullable Object attachment;

	private volatile boolean started;

	BodyDelivery intake = BodyDelivery.NOTHING;

	/** Answered, cancelled, or never to be answered: nothing is written any more. */
	boolean over;

	boolean holdsPlace;

	/** Whether its place outlives its answer, see {@link #keepPlace()}. */
	boolean keepsPlace;

	/** Whether the response stream was opened, and on which id and sequence. */
	boolean responding;

	int responseStreamId;

	int responseSeq;

	BaseRequest(boolean call, int requestId, long methodId, byte[] metadata) {
		this.call = call;
		this.requestId = requestId;
		this.methodId = methodId;
		this.metadata = metadata;
	}

	@Override
	public int requestId() {
		return this.requestId;
	}

	@Override
	public long methodId() {
		return this.methodId;
	}

	@Override
	public boolean isCast() {
		return !this.call;
	}

	@Override
	public byte[] metadata() {
		return this.metadata;
	}

	@Override
	public CallMetadata details() {
		return CallMetadata.NONE;
	}

	@Override
	public void forgetDetails() {
		// There are none.
	}

	@Override
	public boolean isOver() {
		return this.over || !this.call;
	}

	@Override
	public boolean isResponding() {
		return this.responding && !this.over;
	}

	@Override
	public @Nullable Object attachment() {
		return this.attachment;
	}

	@Override
	public void attach(@Nullable Object attachment) {
		this.attachment = attachment;
	}

	@Override
	public void markStarted() {
		this.started = true;
	}

	@Override
	public boolean isStarted() {
		return this.started;
	}

	@Override
	public void keepPlace() {
		this.keepsPlace = true;
	}

	/** The payload if there is any, else the metadata. */
	byte[] arguments() {
		ByteAssembler payload = this.body;
		return (payload != null && payload.size() > 0) ? payload.toArray() : this.metadata;
	}

	@Override
	int heldBytes() {
		return super.heldBytes() + this.metadata.length;
	}

	@Override
	void drop() {
		super.drop();
		this.metadata = ByteAssembler.EMPTY;
	}

	@Override
	public String toString() {
		return (this.call ? "Call " : "Event ") + Integer.toUnsignedString(this.requestId) + " of method "
				+ MethodId.toHex(this.methodId);
	}

}
