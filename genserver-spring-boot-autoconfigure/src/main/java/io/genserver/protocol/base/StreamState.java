package io.genserver.protocol.base;

import io.genserver.protocol.ByteAssembler;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one inbound stream: where it is in its sequence, what of its current
 * message is buffered. Its subclasses say what the stream carries.
 */
abstract sealed class StreamState permits PendingHeader, BaseRequest, BaseCall, LateError {

	int streamId;

	/** False once END, CANCEL or an error was seen: further frames are late. */
	boolean receiving;

	/** Whether the END or CANCEL of its sender came. */
	boolean senderDone;

	long lastFrameNanos;

	@Nullable ByteAssembler body;

	/**
	 * Whether the frame before brought something: one without bytes may follow, as of a
	 * writer that ends each message with an empty piece.
	 */
	boolean mayBeEmpty;

	private int nextSeq;

	/**
	 * Where the sequence continues if the sender counted the PINGs and PONGs that were
	 * skipped, as muxio does.
	 */
	private int nextSeqWithSkipped;

	final void begin(int streamId, int nextSeq, long nowNanos) {
		this.streamId = streamId;
		this.nextSeq = nextSeq;
		this.nextSeqWithSkipped = nextSeq;
		this.lastFrameNanos = nowNanos;
		this.receiving = true;
	}

	final int nextSeq() {
		return this.nextSeq;
	}

	final boolean accept(int seq, long nowNanos) {
		if (seq != this.nextSeq && seq != this.nextSeqWithSkipped) {
			return false;
		}
		this.nextSeq = seq + 1;
		this.nextSeqWithSkipped = this.nextSeq;
		this.lastFrameNanos = nowNanos;
		return true;
	}

	final void skip(int seq) {
		if (seq == this.nextSeqWithSkipped) {
			this.nextSeqWithSkipped++;
		}
	}

	/** Bytes this stream holds of a message that is not complete. */
	int heldBytes() {
		return (this.body != null) ? this.body.capacity() : 0;
	}

	/** Lets go of everything held. */
	void drop() {
		this.receiving = false;
		this.body = null;
	}

}
