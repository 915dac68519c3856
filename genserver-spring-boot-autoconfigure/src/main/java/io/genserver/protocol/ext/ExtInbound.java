package io.genserver.protocol.ext;

import java.util.List;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallAbuseGuard;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.Dropped;
import io.genserver.protocol.ExtStatus;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.GoAway;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseFailure.Cause;
import io.genserver.protocol.RpcHeader;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.Utf8;
import io.genserver.protocol.WireListeners;
import io.genserver.protocol.ext.MetadataCodec.Decoded;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the peer and the responses to our calls in ext mode: what they mean,
 * how they end, and what the listener is called with.
 * <p>
 * A listener may answer, cancel and close from within any event. So no event is followed
 * by anything that has not looked at the stream again: {@code receiving} turns false
 * whenever a stream is over.
 */
final class ExtInbound {

	private final ProtocolLimits limits;

	private final ExtLimits extLimits;

	private final ExtSettings ours;

	private final ExtSettings assumed;

	private final WireListeners listeners;

	private final ExtStreams streams;

	private final ExtSender sender;

	private final ConnectionCredit credit;

	private final SendQueue.Total queued;

	private final CallAbuseGuard conduct;

	private final MetadataReader requestMetadata = new MetadataReader(0);

	/** A status comes before the entries. */
	private final MetadataReader answerMetadata = new MetadataReader(1);

	private long nowNanos;

	private int openCalls;

	private boolean open = true;

	/** Whether we said GOAWAY: requests that came later are not served. */
	private boolean goneAway;

	ExtInbound(ProtocolLimits limits, ExtLimits extLimits, ExtSettings ours, ExtSettings assumed,
			WireListeners listeners, ExtStreams streams, ExtSender sender, ConnectionCredit credit,
			SendQueue.Total queued) {
		this.limits = limits;
		this.extLimits = extLimits;
		this.ours = ours;
		this.assumed = assumed;
		this.listeners = listeners;
		this.streams = streams;
		this.sender = sender;
		this.credit = credit;
		this.queued = queued;
		this.conduct = new CallAbuseGuard(limits);
	}

	void now(long nowNanos) {
		this.nowNanos = nowNanos;
		this.sender.now(nowNanos);
	}

	long now() {
		return this.nowNanos;
	}

	/** Whether we have said that we leave. */
	boolean hasGoneAway() {
		return this.goneAway;
	}

	boolean isOpen() {
		return this.open;
	}

	void stop() {
		this.open = false;
	}

	/** Calls of ours that wait for their answer, or to be sent. */
	int openCalls() {
		return this.openCalls;
	}

	/** The smallest window either side has to live with. */
	int smallestWindow() {
		return this.assumed.streamWindow();
	}

	void callOpened() {
		this.openCalls++;
	}

	/** The peer opened a stream. */
	void request(int streamId, int flags, ByteBuf payload, int length) {
		ExtHeader.require(streamId, payload, length);
		int type = ExtHeader.type(payload);
		if (type != MessageType.CALL && type != MessageType.EVENT) {
			throw ExtViolation.protocol("stream opened by a message of type " + type);
		}
		this.streams.openedByPeer(streamId);
		if (this.goneAway) {
			dropped(Dropped.LATE_FRAME, streamId);
			return;
		}
		ExtRequest request = new ExtRequest(type == MessageType.CALL, streamId, ExtHeader.methodId(payload));
		int metadataBytes = ExtHeader.skip(payload);
		int headerBytes = RpcHeader.BYTES + metadataBytes;
		Decoded decoded = this.requestMetadata.read(payload, metadataBytes);
		request.details = decoded.metadata();
		ExtStream stream = register(request, decoded, length, headerBytes);
		RequestRefusal refusal = refusal(request, metadataBytes, decoded);
		if (refusal != null) {
			stream.finReceived = (flags & ExtFrame.FIN) != 0;
			stream.credit.free(length - headerBytes);
			refuse(stream, request, refusal);
			return;
		}
		if (request.call) {
			this.streams.takePlace(request);
		}
		request.intake = this.listeners.inbound().requestOpened(request);
		if (request.intake == BodyDelivery.ITEMS && length == headerBytes && (flags & ExtFrame.MORE) == 0) {
			hold(stream);
			this.listeners.inbound().requestArguments(request, ByteAssembler.EMPTY);
		}
		body(stream, FrameKind.OPEN, flags, payload, length - headerBytes);
	}

	private ExtStream register(ExtRequest request, Decoded decoded, int length, int headerBytes) {
		CallMetadata details = decoded.metadata();
		int window = (details.streamWindow() >= 0) ? details.streamWindow() : this.sender.peer().streamWindow();
		ReceiveCredit received = new ReceiveCredit(this.ours.streamWindow(), CallMetadata.UNLIMITED_ITEMS,
				this.ours.maxMessage());
		ExtStream stream = ExtStream.of(request,
				new SendQueue(PendingOpen.ANSWER, window, details.itemCredit(), this.queued), received);
		stream.lastFrameNanos = this.nowNanos;
		received.receive(length, stream.id);
		received.free(headerBytes);
		stream.weight = ConnectionCredit.REQUEST_OVERHEAD + Math.max(0, decoded.weight());
		this.credit.buffer(stream.weight);
		this.streams.add(stream);
		boolean slowed = this.conduct.isCrowded(this.streams.openOfPeer()) && this.listeners.connection().crowded();
		CloseReason violation = this.conduct.openRequests(this.streams.openOfPeer(), slowed);
		if (violation != null) {
			throw ExtViolation.of(violation);
		}
		return stream;
	}

	private @Nullable RequestRefusal refusal(ExtRequest request, int metadataBytes, Decoded decoded) {
		CallMetadata details = decoded.metadata();
		String name = details.methodName();
		if (metadataBytes > this.ours.maxMetadata()) {
			return new RequestRefusal(ExtStatus.RESOURCE_EXHAUSTED, false,
					"metadata of " + metadataBytes + " bytes exceeds the limit of " + this.ours.maxMetadata());
		}
		if (decoded.isTooMany()) {
			return new RequestRefusal(ExtStatus.RESOURCE_EXHAUSTED, false,
					"metadata of more than " + MetadataCodec.MOST_ENTRIES + " entries");
		}
		if (decoded.unknownCritical() != 0) {
			return new RequestRefusal(ExtStatus.UNIMPLEMENTED, false,
					"metadata entry " + decoded.unknownCritical() + " is critical and not known here");
		}
		if (name != null && MethodId.of(name) != request.methodId()) {
			return new RequestRefusal(ExtStatus.INVALID_ARGUMENT, false,
					"method " + name + " does not have the id " + MethodId.toHex(request.methodId()));
		}
		if (details.streamWindow() >= 0 && details.streamWindow() < this.assumed.streamWindow()) {
			return new RequestRefusal(ExtStatus.INVALID_ARGUMENT, false,
					"stream window of " + details.streamWindow() + " bytes is below " + this.assumed.streamWindow());
		}
		if (request.call && this.streams.places() >= this.limits.callsInFlight()) {
			return new RequestRefusal(ExtStatus.RESOURCE_EXHAUSTED, false,
					this.limits.callsInFlight() + " calls are in flight on this connection");
		}
		return null;
	}

	/** The peer answers a call of ours. */
	void response(ExtStream stream, int flags, ByteBuf payload, int length) {
		ExtCall call = stream.call;
		ExtHeader.require(stream.id, payload, length);
		int type = ExtHeader.type(payload);
		int metadataBytes = ExtHeader.skip(payload);
		if (call == null || type != MessageType.RESPONSE || metadataBytes == 0) {
			throw ExtViolation.protocol(
					"call answered by a message of type " + type + " with " + metadataBytes + " bytes of metadata");
		}
		int headerBytes = RpcHeader.BYTES + metadataBytes;
		stream.openReceived = true;
		stream.credit.free(headerBytes);
		int status = payload.getUnsignedByte(payload.readerIndex());
		Decoded decoded = this.answerMetadata.read(payload, metadataBytes);
		call.status = status;
		call.responseDetails = decoded.metadata();
		if (decoded.isTooMany()) {
			giveUp(stream, call, ExtStatus.RESOURCE_EXHAUSTED, Cause.TOO_BIG,
					"response metadata of more than " + MetadataCodec.MOST_ENTRIES + " entries");
			return;
		}
		if (decoded.unknownCritical() != 0) {
			giveUp(stream, call, ExtStatus.UNIMPLEMENTED, Cause.OUT_OF_SEQUENCE,
					"response metadata entry " + decoded.unknownCritical() + " is critical and not known here");
			return;
		}
		this.listeners.outbound().responseOpened(call, call.status);
		body(stream, FrameKind.OPEN, flags, payload, length - headerBytes);
	}

	/** Takes what follows the header within one frame. */
	void body(ExtStream stream, int kind, int flags, ByteBuf payload, int length) {
		boolean more = (flags & ExtFrame.MORE) != 0;
		boolean begins = !stream.itemOpen && (length > 0 || kind == FrameKind.DATA || (kind == FrameKind.OPEN && more));
		stream.finReceived = kind == FrameKind.END || (flags & ExtFrame.FIN) != 0;
		stream.lastFrameNanos = this.nowNanos;
		if (begins) {
			begin(stream, kind);
		}
		byte[] whole = ByteAssembler.EMPTY;
		if (stream.itemOpen) {
			stream.itemOpen = more;
			whole = piece(stream, payload, length);
		}
		if (stream.receiving && stream.finReceived) {
			ended(stream, whole);
		}
		this.sender.credit(stream);
	}

	private void begin(ExtStream stream, int kind) {
		stream.itemOpen = true;
		stream.itemInOpen = kind == FrameKind.OPEN;
		stream.itemsBegun++;
		if (stream.call == null || stream.call.status == StatusCode.OK) {
			stream.credit.beginItem(stream.id);
		}
		if (stream.itemsBegun > 1 && stream.isWhole() && !stream.isUnwanted()) {
			broken(stream, ExtStatus.INVALID_ARGUMENT, Cause.OUT_OF_SEQUENCE, "more than one item, one expected");
		}
	}

	/** Takes a piece of an item. Returns a whole message that came in one piece. */
	private byte[] piece(ExtStream stream, ByteBuf payload, int length) {
		if (stream.isUnwanted()) {
			stream.credit.free(length);
			return ByteAssembler.EMPTY;
		}
		boolean whole = stream.isWhole();
		boolean complete = whole ? stream.finReceived : !stream.itemOpen;
		ByteAssembler assembler = stream.assembler;
		if (assembler == null && complete && length <= this.limits.itemBytes()) {
			store(stream, length, false);
			byte[] item = ByteAssembler.copy(payload, length);
			if (!whole) {
				deliver(stream, item);
				return ByteAssembler.EMPTY;
			}
			return item;
		}
		if (assembler == null) {
			assembler = new ByteAssembler(this.limits.itemBytes());
			stream.assembler = assembler;
		}
		if (assembler.append(payload, length) < 0) {
			stream.credit.free(length);
			broken(stream, ExtStatus.RESOURCE_EXHAUSTED, Cause.TOO_BIG,
					"item exceeds the limit of " + this.limits.itemBytes() + " bytes");
			return ByteAssembler.EMPTY;
		}
		store(stream, length, !complete);
		if (complete && !whole) {
			stream.assembler = null;
			deliver(stream, assembler.toArray());
		}
		return ByteAssembler.EMPTY;
	}

	private void store(ExtStream stream, int length, boolean incomplete) {
		this.credit.buffer(length);
		stream.credit.store(length, incomplete);
	}

	private void hold(ExtStream stream) {
		stream.credit.hold();
		this.credit.buffer(ConnectionCredit.ITEM_OVERHEAD);
	}

	private void deliver(ExtStream stream, byte[] item) {
		hold(stream);
		if (stream.call != null) {
			this.listeners.outbound().responseItem(stream.call, item);
		}
		else if (stream.request != null && stream.itemInOpen) {
			this.listeners.inbound().requestArguments(stream.request, item);
		}
		else if (stream.request != null) {
			this.listeners.inbound().requestItem(stream.request, item);
		}
	}

	/** The peer is done with the stream in its direction. */
	private void ended(ExtStream stream, byte[] cameInOne) {
		byte[] whole = (stream.assembler != null) ? stream.assembler.toArray() : cameInOne;
		ExtCall call = stream.call;
		ExtRequest request = stream.request;
		if (call != null) {
			over(stream, call);
			this.listeners.outbound().responseComplete(call, call.status, whole);
		}
		else if (request != null) {
			stream.assembler = null;
			if (request.intake == BodyDelivery.WHOLE) {
				hold(stream);
			}
			if (!request.call) {
				this.sender.close(stream);
			}
			switch (request.intake) {
				case WHOLE -> this.listeners.inbound().requestComplete(request, whole);
				case ITEMS -> this.listeners.inbound().requestEnded(request);
				case NOTHING -> {
				}
			}
		}
	}

	/** The listener is done with something it was given. */
	void consumed(@Nullable ExtStream stream, int items, long bytes) {
		if (stream == null) {
			return;
		}
		int known = Math.min(items, stream.credit.heldItems());
		if (known > 0) {
			long consumed = stream.credit.consume(known, bytes);
			this.credit.unbuffer(consumed + (long) known * ConnectionCredit.ITEM_OVERHEAD + stream.weight);
			stream.weight = 0;
			this.sender.credit(stream);
		}
	}

	void cancelledByPeer(ExtStream stream, String reason) {
		ExtCall call = stream.call;
		ExtRequest request = stream.request;
		if (call != null) {
			over(stream, call);
			this.listeners.outbound()
				.responseFailed(call, new ResponseFailure(Cause.CANCELLED_BY_PEER,
						reason.isEmpty() ? "the peer cancelled its response" : reason));
			return;
		}
		this.sender.close(stream);
		if (request == null) {
			return;
		}
		boolean started = request.isStarted() && !request.over;
		if (request.over) {
			this.streams.freePlace(request);
		}
		else {
			request.over = true;
			this.listeners.inbound().requestCancelled(request);
		}
		CloseReason violation = this.conduct.cancelled(started, this.nowNanos);
		if (violation != null) {
			throw ExtViolation.of(violation);
		}
	}

	void failedByPeer(ExtStream stream, ExtCall call, int status, byte[] error) {
		over(stream, call);
		this.listeners.outbound().responseComplete(call, status, error);
	}

	/** The peer takes more items of a response. */
	void demanded(ExtStream stream, long items) {
		if (items > 0 && stream.request != null && stream.send.itemWindow >= 0 && !stream.request.over) {
			this.listeners.inbound().responseDemand(stream.request, items);
		}
	}

	void goingAway(GoAway goAway) {
		this.sender.leave();
		int last = goAway.lastStream() & ExtStreams.MAX_NUMBER;
		this.sender.casts.refusedAfter(last, this.listeners.outbound()::castNotExecuted);
		failUnopened("the peer leaves: " + goAway.reason());
		for (ExtStream stream : this.streams.snapshot()) {
			if (stream.ours && !stream.closed && (stream.id & ExtStreams.MAX_NUMBER) > last) {
				notExecuted(stream, "the peer leaves: " + goAway.reason());
			}
		}
		this.listeners.connection().goingAway(goAway);
	}

	/** Nothing was sent of these calls, and nothing will be. */
	void failUnopened(String text) {
		for (ExtStream stream : this.sender.unopened()) {
			notExecuted(stream, text);
		}
	}

	private void notExecuted(ExtStream stream, String text) {
		ExtCall call = stream.call;
		if (call == null || call.over) {
			// A cast that is open was reported with those that are written.
			Object unsent = stream.isOpen() ? null : stream.cast;
			this.sender.close(stream);
			if (unsent != null) {
				this.listeners.outbound().castNotExecuted(unsent);
			}
			return;
		}
		call.notExecuted = true;
		over(stream, call);
		this.listeners.outbound()
			.responseFailed(call, new ResponseFailure(Cause.CONNECTION_CLOSED, text + "; not executed"));
	}

	void goAway(int code, long drainMillis, String reason) {
		if (this.open && !this.goneAway) {
			this.goneAway = true;
			this.streams.mayCross(this.limits.callsInFlight());
			this.sender.control(ExtFrame.GOAWAY, 0,
					GoAwayCodec.encode(new GoAway(this.streams.lastOfPeer(), code, drainMillis, reason)));
		}
	}

	/** Ends a stream that cannot go on, so that no one waits for its rest. */
	private void broken(ExtStream stream, int status, Cause cause, String text) {
		if (stream.call != null) {
			giveUp(stream, stream.call, status, cause, text);
		}
		else if (stream.request != null) {
			// What the listener was given it knows more of.
			boolean given = stream.request.intake == BodyDelivery.ITEMS || stream.finReceived;
			refuse(stream, stream.request, new RequestRefusal(status, given, text));
		}
	}

	/** The peer's answer is of no use: the call ends here and there. */
	private void giveUp(ExtStream stream, ExtCall call, int status, Cause cause, String text) {
		cancelStream(stream, status, text);
		over(stream, call);
		this.listeners.outbound().responseFailed(call, new ResponseFailure(cause, text));
	}

	private void refuse(ExtStream stream, ExtRequest request, RequestRefusal refusal) {
		stream.receiving = false;
		stream.assembler = null;
		stream.notExecuted = !refusal.executed();
		this.credit.unbuffer(stream.buffered());
		stream.weight = 0;
		stream.credit.drop();
		if (!request.call) {
			if (!stream.finReceived) {
				cancelStream(stream, refusal.status(), refusal.text());
			}
			this.sender.close(stream);
		}
		this.listeners.inbound().requestRefused(request, refusal);
	}

	private void cancelStream(ExtStream stream, int status, String text) {
		byte[] reason = Utf8.cut(text, 1024);
		byte[] payload = new byte[1 + reason.length];
		payload[0] = (byte) status;
		System.arraycopy(reason, 0, payload, 1, reason.length);
		this.sender.control(FrameKind.CANCEL, stream.id, payload);
	}

	private void over(ExtStream stream, ExtCall call) {
		if (!call.over) {
			this.openCalls--;
		}
		call.over = true;
		call.sending = false;
		this.sender.close(stream);
	}

	/** Ends a stream at once, with a frame that overtakes what is queued. */
	void finish(ExtStream stream, ExtRequest request, int kind, byte[] payload) {
		this.sender.control(kind, stream.id, payload);
		this.sender.close(stream);
		this.streams.freePlace(request);
	}

	/** The listener answered for good: what the peer still sends is not wanted. */
	void answered(ExtStream stream, ExtRequest request) {
		request.over = true;
		stream.receiving = false;
		stream.assembler = null;
		this.credit.unbuffer(stream.credit.dropStored());
		this.sender.schedule(stream);
	}

	void cancel(ExtStream stream, ExtCall call) {
		if (stream.isOpen()) {
			this.sender.control(FrameKind.CANCEL, stream.id, ByteAssembler.EMPTY);
		}
		over(stream, call);
	}

	void keepToBudget() {
		while (this.open && this.credit.isOverflowing()) {
			if (!endLargest()) {
				return;
			}
		}
	}

	private boolean endLargest() {
		ExtStream largest = this.streams.largest();
		if (largest == null) {
			return false;
		}
		this.credit.unbuffer(largest.buffered());
		largest.weight = 0;
		largest.credit.drop();
		broken(largest, ExtStatus.RESOURCE_EXHAUSTED, Cause.TOO_BIG,
				"this connection buffers more than " + this.limits.inboundBudgetBytes() + " bytes");
		return true;
	}

	/** Ends what has waited too long. */
	void expire() {
		if (this.credit.isStuck(this.nowNanos, Durations.nanos(this.extLimits.withholding()))) {
			this.credit.beginAgain(this.nowNanos);
			endLargest();
		}
		if (this.credit.isWithheld()) {
			return;
		}
		long patience = Durations.nanos(this.limits.halfOpenIdle());
		for (ExtStream stream : this.streams.snapshot()) {
			ExtRequest request = stream.request;
			if (request != null && request.intake == BodyDelivery.ITEMS && stream.credit.heldItems() > 0) {
				// It is not the peer who is waited for.
				stream.lastFrameNanos = this.nowNanos;
			}
			if (this.open && request != null && request.intake != BodyDelivery.NOTHING && stream.receiving
					&& !stream.finReceived && this.nowNanos - stream.lastFrameNanos >= patience) {
				broken(stream, ExtStatus.DEADLINE_EXCEEDED, Cause.OUT_OF_SEQUENCE,
						"request incomplete, nothing came for " + this.limits.halfOpenIdle());
			}
		}
	}

	/** Ends all that is open, for the connection is no more. */
	void abandon(String reason) {
		failUnopened(reason);
		List<ExtStream> open = this.streams.snapshot();
		for (ExtStream stream : open) {
			ExtCall call = stream.call;
			this.sender.close(stream);
			if (call != null && !call.over) {
				over(stream, call);
				this.listeners.outbound().responseFailed(call, new ResponseFailure(Cause.CONNECTION_CLOSED, reason));
			}
		}
		// The newest first, so that what waits for a handler does not begin when one that
		// runs is cancelled.
		for (ExtStream stream : open.reversed()) {
			ExtRequest request = stream.request;
			if (request != null && !request.over && request.call) {
				request.over = true;
				this.listeners.inbound().requestCancelled(request);
			}
			else if (request != null) {
				this.streams.freePlace(request);
			}
		}
	}

	void violated(ExtViolation violation) {
		if (this.open) {
			this.sender.only(ExtFrame.GOAWAY, GoAwayCodec
				.encode(new GoAway(this.streams.lastOfPeer(), violation.goAwayCode(), 0, violation.reason().text())));
			this.open = false;
			this.listeners.connection().violated(violation.reason());
		}
	}

	void dropped(Dropped why, int streamId) {
		this.listeners.connection().dropped(why, streamId);
	}

}
