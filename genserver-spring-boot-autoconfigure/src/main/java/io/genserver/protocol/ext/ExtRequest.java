package io.genserver.protocol.ext;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import org.jspecify.annotations.Nullable;

/**
 * A request in ext mode, which is one stream with its answer.
 */
final class ExtRequest extends ExtStream implements InboundRequest {

	final boolean call;

	private final long methodId;

	private CallMetadata details;

	private @Nullable Object attachment;

	private volatile boolean started;

	BodyDelivery intake = BodyDelivery.NOTHING;

	/** Answered, cancelled, or never to be answered: nothing is written any more. */
	boolean over;

	boolean holdsPlace;

	/** Whether its place outlives its answer, see {@link #keepPlace()}. */
	boolean keepsPlace;

	/** Whether the response stream was opened. */
	boolean responding;

	ExtRequest(boolean call, int requestId, long methodId, CallMetadata details, SendQueue send, ReceiveCredit credit) {
		super(false, send, credit);
		this.id = requestId;
		this.openReceived = true;
		this.receiveSeq = 1;
		this.call = call;
		this.methodId = methodId;
		this.details = details;
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
	public boolean isCast() {
		return !this.call;
	}

	@Override
	public byte[] metadata() {
		return ByteAssembler.EMPTY;
	}

	@Override
	public CallMetadata details() {
		return this.details;
	}

	@Override
	public void forgetDetails() {
		this.details = CallMetadata.NONE;
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

	@Override
	boolean isWhole() {
		return this.intake == BodyDelivery.WHOLE;
	}

	@Override
	boolean isUnwanted() {
		return super.isUnwanted() || this.intake == BodyDelivery.NOTHING;
	}

	@Override
	public String toString() {
		return (this.call ? "Call " : "Event ") + Integer.toUnsignedString(this.id) + " of method "
				+ MethodId.toHex(this.methodId);
	}

}
