package io.genserver.protocol.ext;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.MethodId;
import org.jspecify.annotations.Nullable;

/**
 * A request in ext mode. What comes and goes for it is in its {@link ExtStream}.
 */
final class ExtRequest implements InboundRequest {

	@Nullable ExtStream stream;

	final boolean call;

	private final int requestId;

	private final long methodId;

	CallMetadata details = CallMetadata.NONE;

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

	ExtRequest(boolean call, int requestId, long methodId) {
		this.call = call;
		this.requestId = requestId;
		this.methodId = methodId;
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
	public String toString() {
		return (this.call ? "Call " : "Event ") + Integer.toUnsignedString(this.requestId) + " of method "
				+ MethodId.toHex(this.methodId);
	}

}
