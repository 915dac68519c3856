package io.genserver.protocol.base;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.Dropped;
import io.genserver.protocol.FrameHandler;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.ResponseFailure.Cause;
import io.genserver.protocol.RpcHeader;
import io.netty.buffer.ByteBuf;

/**
 * Puts frames together to messages: a frame finds its stream and must be the next in its
 * sequence; a stream's first bytes are an RPC header, however frames cut it; what follows
 * is body.
 */
final class BaseReceiver implements FrameHandler {

	private final BaseInbound messages;

	private final InboundStreams streams;

	private final BaseAbuseGuard conduct;

	BaseReceiver(BaseInbound messages, BaseAbuseGuard conduct) {
		this.messages = messages;
		this.streams = messages.streams();
		this.conduct = conduct;
	}

	@Override
	public boolean frameHeader(int streamId, int seq, int kind, int length) {
		return this.messages.proceed(this.conduct.frameHeader(kind, length));
	}

	@Override
	public boolean frame(int streamId, int seq, int kind, ByteBuf payload, int length) {
		switch (kind) {
			case FrameKind.OPEN, FrameKind.DATA, FrameKind.END -> message(streamId, seq, kind, payload, length);
			case FrameKind.CANCEL -> cancelled(streamId);
			default -> skipped(streamId, seq, kind);
		}
		this.messages.keepToBudget();
		return this.messages.isOpen();
	}

	private void message(int streamId, int seq, int kind, ByteBuf payload, int length) {
		boolean end = kind == FrameKind.END;
		StreamState stream = this.streams.find(streamId);
		if (stream == null || !stream.receiving) {
			if (seq == 0) {
				this.streams.passing().remove(streamId);
				firstFrame(streamId, end, payload, length);
			}
			else {
				late(streamId, end, length);
			}
		}
		else if (!stream.accept(seq, this.messages.now())) {
			this.messages.broken(stream, Cause.OUT_OF_SEQUENCE,
					"frame out of sequence: " + Integer.toUnsignedString(stream.nextSeq()) + " expected, "
							+ Integer.toUnsignedString(seq) + " received");
		}
		else {
			next(stream, end, payload, length);
		}
		if (end) {
			this.streams.passing().remove(streamId);
		}
	}

	private void next(StreamState stream, boolean end, ByteBuf payload, int length) {
		stream.senderDone = end;
		if (length == 0 && !end && !takesItems(stream) && !stream.mayBeEmpty) {
			this.messages.idleFrame();
		}
		stream.mayBeEmpty = length > 0;
		if (stream instanceof PendingHeader pending) {
			moreHeader(pending, end, payload, length);
		}
		else {
			this.messages.body(stream, end, payload, length, !end);
		}
	}

	/** Whether no bytes at all are an item, which counts against the connection. */
	private static boolean takesItems(StreamState stream) {
		return switch (stream) {
			case BaseRequest request -> request.intake == BodyDelivery.ITEMS;
			case BaseCall call -> call.deliversItems();
			case PendingHeader pending -> false;
			case LateError error -> false;
		};
	}

	/**
	 * A frame of a stream that is not open. Where it is over here and not there, what
	 * brings bytes does no more than any item.
	 */
	private void late(int streamId, boolean end, int length) {
		if (this.streams.passing().contains(streamId) && (end || length > 0)) {
			this.messages.dropped(Dropped.LATE_FRAME, streamId);
		}
		else {
			this.messages.idle(Dropped.LATE_FRAME, streamId);
		}
	}

	private void firstFrame(int streamId, boolean end, ByteBuf payload, int length) {
		if (length > 0 && !this.messages.proceed(this.conduct.messageType(typeAt(payload)))) {
			return;
		}
		if (length >= RpcHeader.BYTES && length >= headerBytes(payload)) {
			wholeHeader(streamId, end, payload, length);
			return;
		}
		PendingHeader pending = new PendingHeader(this.messages.now());
		pending.begin(streamId, 1, this.messages.now());
		pending.append(payload, length);
		this.streams.add(pending);
		if (end) {
			this.messages.broken(pending, Cause.OUT_OF_SEQUENCE, "stream ended within its header");
		}
		else {
			this.messages.proceed(this.conduct.unplacedStreams(this.streams.unplaced()));
		}
	}

	/** The usual case: nothing of the header has to be stored. */
	private void wholeHeader(int streamId, boolean end, ByteBuf payload, int length) {
		int rest = length - headerBytes(payload);
		int type = payload.readUnsignedByte();
		int requestId = payload.readIntLE();
		long methodId = payload.readLongLE();
		byte[] metadata = ByteAssembler.copy(payload, payload.readUnsignedShortLE());
		StreamState stream = this.messages.identified(streamId, 1, type, requestId, methodId, metadata);
		if (stream != null) {
			stream.mayBeEmpty = true;
			this.messages.body(stream, end, payload, rest, false);
		}
	}

	private void moreHeader(PendingHeader pending, boolean end, ByteBuf payload, int length) {
		if (length > 0 && !pending.hasType() && !this.messages.proceed(this.conduct.messageType(typeAt(payload)))) {
			return;
		}
		int held = pending.heldBytes();
		int rest = length - pending.append(payload, length);
		this.streams.grown(pending.heldBytes() - held);
		if (pending.isComplete()) {
			byte[] metadata = pending.metadata();
			// The stream goes on as what it turns out to be.
			pending.senderDone = true;
			this.streams.remove(pending);
			StreamState stream = this.messages.identified(pending.streamId, pending.nextSeq(), pending.type(),
					pending.requestId(), pending.methodId(), metadata);
			if (stream != null) {
				stream.mayBeEmpty = length > 0;
				this.messages.body(stream, end, payload, rest, false);
			}
		}
		else if (end) {
			this.messages.broken(pending, Cause.OUT_OF_SEQUENCE, "stream ended within its header");
		}
	}

	private void cancelled(int streamId) {
		StreamState stream = this.streams.find(streamId);
		boolean passing = this.streams.passing().remove(streamId);
		if (stream != null) {
			this.messages.cancelledByPeer(stream);
		}
		else if (passing || this.streams.passing().crossed()) {
			this.messages.dropped(Dropped.LATE_CANCEL, streamId);
		}
		else {
			this.messages.idle(Dropped.LATE_CANCEL, streamId);
		}
	}

	private void skipped(int streamId, int seq, int kind) {
		StreamState stream = this.streams.find(streamId);
		if (stream != null && kind <= FrameKind.PING) {
			stream.skip(seq);
		}
		this.messages.dropped(Dropped.SKIPPED_KIND, streamId);
		this.messages.proceed(this.conduct.frameSkipped());
	}

	private static int headerBytes(ByteBuf payload) {
		return RpcHeader.BYTES + payload.getUnsignedShortLE(payload.readerIndex() + RpcHeader.METADATA_LENGTH);
	}

	private static int typeAt(ByteBuf payload) {
		return payload.getUnsignedByte(payload.readerIndex());
	}

}
