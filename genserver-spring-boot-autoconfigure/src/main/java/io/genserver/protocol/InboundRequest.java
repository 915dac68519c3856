package io.genserver.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A Call or Event of the peer, from its header until its answer is written or it is
 * cancelled. Confined to the connection's thread, {@link #markStarted()} excepted.
 *
 * @since 0.1.0
 */
public final class InboundRequest extends StreamState {

	final boolean call;

	private final int requestId;

	private final long methodId;

	private byte[] metadata;

	CallMetadata details = CallMetadata.NONE;

	private @Nullable Object attachment;

	private volatile boolean started;

	Intake intake = Intake.NOTHING;

	/** Answered, cancelled, or never to be answered: nothing is written any more. */
	boolean over;

	boolean holdsPlace;

	/** Whether its place outlives its answer, see {@link #keepPlace()}. */
	boolean keepsPlace;

	/** Whether the response stream was opened, and on which id and sequence. */
	boolean responding;

	int responseStreamId;

	int responseSeq;

	InboundRequest(boolean call, int requestId, long methodId, byte[] metadata) {
		this.call = call;
		this.requestId = requestId;
		this.methodId = methodId;
		this.metadata = metadata;
	}

	/**
	 * Returns the id that the peer chose for the request.
	 * @return any 32 bits
	 */
	public int requestId() {
		return this.requestId;
	}

	/**
	 * Returns the method asked for.
	 * @return a method id, see {@link MethodId}
	 */
	public long methodId() {
		return this.methodId;
	}

	/**
	 * Tells whether nobody waits for an answer.
	 * @return true for an Event, false for a Call
	 */
	public boolean isCast() {
		return !this.call;
	}

	/**
	 * Returns the arguments that came with the header: of a small unary call all of them.
	 * Empty once a request taken as {@link Intake#WHOLE} is complete.
	 * @return the bytes; not to be changed
	 */
	public byte[] metadata() {
		return this.metadata;
	}

	/**
	 * Returns what came with the request beside its arguments, in ext mode.
	 * @return the details; {@link CallMetadata#NONE} in base mode
	 */
	public CallMetadata details() {
		return this.details;
	}

	/**
	 * Lets go of the details, which nobody needs any more.
	 */
	public void forgetDetails() {
		this.details = CallMetadata.NONE;
	}

	/**
	 * Tells whether nothing can be answered any more.
	 * @return whether the request was answered or cancelled, or is a cast
	 */
	public boolean isOver() {
		return this.over || !this.call;
	}

	/**
	 * Tells whether items of the answer have been sent.
	 * @return whether a response stream is open
	 */
	public boolean isResponding() {
		return this.responding && !this.over;
	}

	/**
	 * Returns what the listener attached.
	 * @return the attachment, or null
	 */
	public @Nullable Object attachment() {
		return this.attachment;
	}

	/**
	 * Attaches the listener's own state, so that it needs no table of its own.
	 * @param attachment anything, or null
	 */
	public void attach(@Nullable Object attachment) {
		this.attachment = attachment;
	}

	/**
	 * Notes that the request's handler began. A later cancel then counts against the
	 * peer's cancel rate. May be called on any thread.
	 */
	public void markStarted() {
		this.started = true;
	}

	/**
	 * Tells whether the request's handler began. May be called on any thread.
	 * @return whether {@link #markStarted()} was called
	 */
	public boolean isStarted() {
		return this.started;
	}

	/**
	 * Notes that the request is answered although its handler may still be running: it
	 * keeps its place among the calls in flight until
	 * {@link WireSession#release(InboundRequest)}.
	 */
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
