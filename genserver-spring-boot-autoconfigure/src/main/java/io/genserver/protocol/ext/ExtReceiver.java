package io.genserver.protocol.ext;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.Dropped;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameHandler;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Utf8;
import io.netty.buffer.ByteBuf;

/**
 * Takes frames in ext mode: holds them to the rules of their kind, keeps account of
 * credit and sequence, and hands on what a frame means for its stream.
 */
final class ExtReceiver implements FrameHandler {

	private static final int PING_BYTES = 8;

	private static final int WINDOW_BYTES = 8;

	private final ExtStreams streams;

	private final ExtSender sender;

	private final ConnectionCredit credit;

	private final ExtInbound messages;

	private final ExtAbuseGuard conduct;

	private final ExtSettings ours;

	private final ExtSettings assumed;

	private boolean settingsReceived;

	ExtReceiver(ExtStreams streams, ExtSender sender, ConnectionCredit credit, ExtInbound messages,
			ExtAbuseGuard conduct, ExtSettings ours, ExtSettings assumed) {
		this.streams = streams;
		this.sender = sender;
		this.credit = credit;
		this.messages = messages;
		this.conduct = conduct;
		this.ours = ours;
		this.assumed = assumed;
	}

	@Override
	public boolean frameHeader(int streamId, int seq, int kind, int length) {
		try {
			check(streamId, seq, kind & ExtFrame.KIND, kind & ~ExtFrame.KIND, length);
		}
		catch (ExtViolation violation) {
			this.messages.violated(violation);
		}
		return this.messages.isOpen();
	}

	private void check(int streamId, int seq, int kind, int flags, int length) {
		if (Integer.compareUnsigned(length, this.ours.maxFrame()) > 0) {
			throw ExtViolation
				.protocol("frame of " + Integer.toUnsignedString(length) + " bytes exceeds " + this.ours.maxFrame());
		}
		require((flags & ExtFrame.COMPRESSED) == 0, "compressed frame");
		require(this.settingsReceived || kind == ExtFrame.SETTINGS, "first frame is not SETTINGS");
		if (kind > ExtFrame.ERROR) {
			if ((flags & ExtFrame.IGNORABLE) == 0) {
				throw ExtViolation.protocol("frame of unknown kind " + kind);
			}
			return;
		}
		if (ExtFrame.isConnection(kind) ? streamId != 0 : (streamId == 0 && kind != ExtFrame.WINDOW)) {
			throw broken(streamId, "frame of kind " + kind);
		}
		boolean more = (flags & ExtFrame.MORE) != 0;
		boolean fin = (flags & ExtFrame.FIN) != 0;
		if (!ExtFrame.isMessage(kind)) {
			require(seq == 0 && !more && !fin, "sequence number, FIN or MORE on a frame that has none");
		}
		else {
			require(!more || (!fin && kind != FrameKind.END), "MORE on the last frame of a stream");
		}
	}

	@Override
	public boolean frame(int streamId, int seq, int kindAndFlags, ByteBuf payload, int length) {
		try {
			int kind = kindAndFlags & ExtFrame.KIND;
			switch (kind) {
				case FrameKind.OPEN, FrameKind.DATA, FrameKind.END ->
					message(streamId, seq, kind, kindAndFlags, payload, length);
				case FrameKind.CANCEL -> ended(streamId, payload, length, false);
				case ExtFrame.ERROR -> {
					require(length > 0, "ERROR without a status");
					ended(streamId, payload, length, true);
				}
				case FrameKind.PONG -> pong(length);
				case FrameKind.PING -> ping(payload, length);
				case ExtFrame.WINDOW -> window(streamId, payload, length);
				case ExtFrame.GOAWAY -> {
					this.conduct.controlFrame(this.messages.now());
					this.messages.goingAway(GoAwayCodec.decode(payload, length));
				}
				case ExtFrame.SETTINGS -> settings(payload, length);
				default -> {
					this.conduct.controlFrame(this.messages.now());
					this.messages.dropped(Dropped.SKIPPED_KIND, streamId);
				}
			}
			this.messages.keepToBudget();
		}
		catch (ExtViolation violation) {
			this.messages.violated(violation);
		}
		return this.messages.isOpen();
	}

	private void message(int streamId, int seq, int kind, int flags, ByteBuf payload, int length) {
		this.credit.receive(length);
		ExtStream stream = this.streams.find(streamId);
		if (stream != null) {
			accept(stream, seq, kind, length);
			if (length == 0 && kind == FrameKind.DATA && doesNothing(stream, flags) && !stream.mayBeEmpty) {
				this.conduct.controlFrame(this.messages.now());
			}
			stream.mayBeEmpty = length > 0;
			if (stream.ours) {
				this.sender.casts.accepted(streamId);
			}
			if (kind == FrameKind.OPEN) {
				this.messages.response(stream, flags, payload, length);
			}
			else {
				this.messages.body(stream, kind, flags, payload, length);
			}
		}
		else if (kind == FrameKind.OPEN && !this.streams.isOurs(streamId)) {
			if (!this.streams.isNextOfPeer(streamId)) {
				throw broken(streamId, "opened out of order");
			}
			require(seq == 0, "OPEN with a sequence number");
			if (this.messages.hasGoneAway()) {
				late(0);
			}
			this.messages.request(streamId, flags, payload, length);
		}
		else {
			requirePast(streamId);
			late(length);
			this.messages.dropped(Dropped.LATE_FRAME, streamId);
		}
	}

	/** Whether a DATA without bytes is no item and ends none. */
	private static boolean doesNothing(ExtStream stream, int flags) {
		return (flags & ExtFrame.FIN) == 0 && ((flags & ExtFrame.MORE) != 0 || stream.isWhole() || stream.isUnwanted());
	}

	/** A frame for nothing that is open, which costs the peer nothing. */
	private void late(int bytes) {
		if (!this.streams.crossed(bytes)) {
			this.conduct.controlFrame(this.messages.now());
		}
	}

	private static void accept(ExtStream stream, int seq, int kind, int length) {
		if (stream.finReceived) {
			throw broken(stream.id, "frame after the end");
		}
		if (stream instanceof ExtCast) {
			throw broken(stream.id, "answer to a cast");
		}
		if ((kind == FrameKind.OPEN) == stream.openReceived) {
			throw broken(stream.id, "OPEN and only OPEN is the first frame");
		}
		if (seq != stream.receiveSeq) {
			throw broken(stream.id, "frame out of sequence: " + Integer.toUnsignedString(stream.receiveSeq)
					+ " expected, " + Integer.toUnsignedString(seq) + " received");
		}
		stream.receiveSeq++;
		stream.credit.receive(length, stream.id);
	}

	private void ended(int streamId, ByteBuf payload, int length, boolean error) {
		ExtStream stream = this.streams.find(streamId);
		if (stream == null) {
			requirePast(streamId);
			late(0);
			this.messages.dropped(Dropped.LATE_CANCEL, streamId);
			return;
		}
		int status = (length > 0) ? payload.readUnsignedByte() : ExtStatus.CANCELLED;
		byte[] rest = ByteAssembler.copy(payload, Math.max(0, length - 1));
		require(status != StatusCode.OK, "stream ended by an error with status 0");
		if (error && stream instanceof ExtCall call) {
			this.messages.failedByPeer(call, status, rest);
		}
		else {
			this.messages.cancelledByPeer(stream, error ? "" : Utf8.lenient(rest, 0, rest.length));
		}
	}

	/**
	 * Replies are asked for rarely, so one that was not asked for is not distinguished
	 * from one that was.
	 */
	private void pong(int length) {
		require(length == PING_BYTES, "PONG of another length than 8");
		this.conduct.controlFrame(this.messages.now());
	}

	private void ping(ByteBuf payload, int length) {
		require(length == PING_BYTES, "PING of another length than 8");
		this.conduct.controlFrame(this.messages.now());
		this.sender.control(FrameKind.PONG, 0, ByteAssembler.copy(payload, length));
	}

	private void window(int streamId, ByteBuf payload, int length) {
		require(length == WINDOW_BYTES, "WINDOW of another length than 8");
		long bytes = payload.readUnsignedIntLE();
		long items = payload.readUnsignedIntLE();
		if (streamId == 0) {
			if (ExtAbuseGuard.isCheap(bytes, this.sender.peer().connectionWindow())
					&& !this.sender.returned.redeem(bytes, 0)) {
				this.conduct.controlFrame(this.messages.now());
			}
			this.sender.credited(bytes);
			return;
		}
		ExtStream stream = this.streams.find(streamId);
		if (stream == null) {
			requirePast(streamId);
			if (!this.streams.crossingCredit().redeem(bytes, items)) {
				late(0);
			}
			this.messages.dropped(Dropped.LATE_FRAME, streamId);
			return;
		}
		if (ExtAbuseGuard.isCheap(bytes, items, stream.send) && !stream.send.redeem(bytes, items)) {
			this.conduct.controlFrame(this.messages.now());
		}
		stream.send.credit(bytes, items, streamId);
		this.sender.schedule(stream);
		this.messages.demanded(stream, items);
	}

	private void settings(ByteBuf payload, int length) {
		require(!this.settingsReceived, "SETTINGS twice");
		this.settingsReceived = true;
		this.sender.settings(ExtSettings.decode(payload, length, this.assumed));
	}

	private void requirePast(int streamId) {
		if (!this.streams.isPast(streamId)) {
			throw broken(streamId, "frame for a stream never opened");
		}
	}

	private static ExtViolation broken(int streamId, String text) {
		return ExtViolation.protocol("stream " + Integer.toUnsignedString(streamId) + ": " + text);
	}

	private static void require(boolean holds, String otherwise) {
		if (!holds) {
			throw ExtViolation.protocol(otherwise);
		}
	}

}
