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
		long methodId = ExtHeader.methodId(payload);
		int metadataBytes = ExtHeader.skip(payload);
		int headerBytes = RpcHeader.BYTES + metadataBytes;
		Decoded decoded = this.requestMetadata.read(payload, metadataBytes);
		ExtRequest request = register(type == MessageType.CALL, streamId, methodId, decoded, length, headerBytes);
		RequestRefusal refusal = refusal(request, metadataBytes, decoded);
		if (refusal != null) {
			request.finReceived = (flags & ExtFrame.FIN) != 0;
			request.credit.free(length - headerBytes);
			refuse(request, refusal);
			return;
		}
		if (request.call) {
			this.streams.takePlace(request);
		}
		request.intake = this.listeners.inbound().requestOpened(request);
		if (request.intake == BodyDelivery.ITEMS && length == headerBytes && (flags & ExtFrame.MORE) == 0) {
			hold(request);
			this.listeners.inbound().requestArguments(request, ByteAssembler.EMPTY);
		}
		body(request, FrameKind.OPEN, flags, payload, length - headerBytes);
	}

	private ExtRequest register(boolean call, int streamId, long methodId, Decoded decoded, int length,
			int headerBytes) {
		CallMetadata details = decoded.metadata();
		int window = (details.streamWindow() >= 0) ? details.streamWindow() : this.sender.peer().streamWindow();
		ReceiveCredit received = new ReceiveCredit(this.ours.streamWindow(), CallMetadata.UNLIMITED_ITEMS,
				this.ours.maxMessage());
		SendQueue send = new SendQueue(PendingOpen.ANSWER, window, details.itemCredit(), this.queued);
		ExtRequest request = new ExtRequest(call, streamId, methodId, details, send, received);
		request.lastFrameNanos = this.nowNanos;
		received.receive(length, streamId);
		received.free(headerBytes);
		request.weight = ConnectionCredit.REQUEST_OVERHEAD + Math.max(0, decoded.weight());
		this.credit.buffer(request.weight);
		this.streams.add(request);
		boolean slowed = this.conduct.isCrowded(this.streams.openOfPeer()) && this.listeners.connection().crowded();
		CloseReason violation = this.conduct.openRequests(this.streams.openOfPeer(), slowed);
		if (violation != null) {
			throw ExtViolation.of(violation);
		}
		return request;
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
		ExtHeader.require(stream.id, payload, length);
		int type = ExtHeader.type(payload);
		int metadataBytes = ExtHeader.skip(payload);
		if (!(stream instanceof ExtCall call) || type != MessageType.RESPONSE || metadataBytes == 0) {
			throw ExtViolation.protocol(
					"call answered by a message of type " + type + " with " + metadataBytes + " bytes of metadata");
		}
		int headerBytes = RpcHeader.BYTES + metadataBytes;
		call.openReceived = true;
		call.credit.free(headerBytes);
		int status = payload.getUnsignedByte(payload.readerIndex());
		Decoded decoded = this.answerMetadata.read(payload, metadataBytes);
		call.status = status;
		call.responseDetails = decoded.metadata();
		if (decoded.isTooMany()) {
			giveUp(call, ExtStatus.RESOURCE_EXHAUSTED, Cause.TOO_BIG,
					"response metadata of more than " + MetadataCodec.MOST_ENTRIES + " entries");
			return;
		}
		if (decoded.unknownCritical() != 0) {
			giveUp(call, ExtStatus.UNIMPLEMENTED, Cause.OUT_OF_SEQUENCE,
					"response metadata entry " + decoded.unknownCritical() + " is critical and not known here");
			return;
		}
		this.listeners.outbound().responseOpened(call, call.status);
		body(call, FrameKind.OPEN, flags, payload, length - headerBytes);
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
		if (!(stream instanceof ExtCall call) || call.status == StatusCode.OK) {
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
		switch (stream) {
			case ExtCall call -> this.listeners.outbound().responseItem(call, item);
			case ExtRequest request when request.itemInOpen -> this.listeners.inbound().requestArguments(request, item);
			case ExtRequest request -> this.listeners.inbound().requestItem(request, item);
			case ExtCast cast -> {
				// Nothing answers it.
			}
		}
	}

	/** The peer is done with the stream in its direction. */
	private void ended(ExtStream stream, byte[] cameInOne) {
		byte[] whole = (stream.assembler != null) ? stream.assembler.toArray() : cameInOne;
		if (stream instanceof ExtCall call) {
			over(call);
			this.listeners.outbound().responseComplete(call, call.status, whole);
		}
		else if (stream instanceof ExtRequest request) {
			request.assembler = null;
			if (request.intake == BodyDelivery.WHOLE) {
				hold(request);
			}
			if (!request.call) {
				this.sender.close(request);
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
	void consumed(ExtStream stream, int items, long bytes) {
		int known = Math.min(items, stream.credit.heldItems());
		if (known > 0) {
			long consumed = stream.credit.consume(known, bytes);
			this.credit.unbuffer(consumed + (long) known * ConnectionCredit.ITEM_OVERHEAD + stream.weight);
			stream.weight = 0;
			this.sender.credit(stream);
		}
	}

	void cancelledByPeer(ExtStream stream, String reason) {
		if (stream instanceof ExtCall call) {
			over(call);
			this.listeners.outbound()
				.responseFailed(call, new ResponseFailure(Cause.CANCELLED_BY_PEER,
						reason.isEmpty() ? "the peer cancelled its response" : reason));
			return;
		}
		this.sender.close(stream);
		if (!(stream instanceof ExtRequest request)) {
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

	void failedByPeer(ExtCall call, int status, byte[] error) {
		over(call);
		this.listeners.outbound().responseComplete(call, status, error);
	}

	/** The peer takes more items of a response. */
	void demanded(ExtStream stream, long items) {
		if (items > 0 && stream instanceof ExtRequest request && request.send.itemWindow >= 0 && !request.over) {
			this.listeners.inbound().responseDemand(request, items);
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
		if (!(stream instanceof ExtCall call) || call.over) {
			// A cast that is open was reported with those that are written.
			Object unsent = (stream instanceof ExtCast cast && !cast.isOpen()) ? cast.cast : null;
			this.sender.close(stream);
			if (unsent != null) {
				this.listeners.outbound().castNotExecuted(unsent);
			}
			return;
		}
		call.notExecuted = true;
		over(call);
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
		if (stream instanceof ExtCall call) {
			giveUp(call, status, cause, text);
		}
		else if (stream instanceof ExtRequest request) {
			// What the listener was given it knows more of.
			boolean given = request.intake == BodyDelivery.ITEMS || request.finReceived;
			refuse(request, new RequestRefusal(status, given, text));
		}
	}

	/** The peer's answer is of no use: the call ends here and there. */
	private void giveUp(ExtCall call, int status, Cause cause, String text) {
		cancelStream(call, status, text);
		over(call);
		this.listeners.outbound().responseFailed(call, new ResponseFailure(cause, text));
	}

	private void refuse(ExtRequest request, RequestRefusal refusal) {
		request.receiving = false;
		request.assembler = null;
		request.notExecuted = !refusal.executed();
		this.credit.unbuffer(request.buffered());
		request.weight = 0;
		request.credit.drop();
		if (!request.call) {
			if (!request.finReceived) {
				cancelStream(request, refusal.status(), refusal.text());
			}
			this.sender.close(request);
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

	private void over(ExtCall call) {
		if (!call.over) {
			this.openCalls--;
		}
		call.over = true;
		call.sending = false;
		this.sender.close(call);
	}

	/** Ends a stream at once, with a frame that overtakes what is queued. */
	void finish(ExtRequest request, int kind, byte[] payload) {
		this.sender.control(kind, request.id, payload);
		this.sender.close(request);
		this.streams.freePlace(request);
	}

	/** The listener answered for good: what the peer still sends is not wanted. */
	void answered(ExtRequest request) {
		request.over = true;
		request.receiving = false;
		request.assembler = null;
		this.credit.unbuffer(request.credit.dropStored());
		this.sender.schedule(request);
	}

	void cancel(ExtCall call) {
		if (call.isOpen()) {
			this.sender.control(FrameKind.CANCEL, call.id, ByteAssembler.EMPTY);
		}
		over(call);
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
			if (!(stream instanceof ExtRequest request)) {
				continue;
			}
			if (request.intake == BodyDelivery.ITEMS && request.credit.heldItems() > 0) {
				// It is not the peer who is waited for.
				request.lastFrameNanos = this.nowNanos;
			}
			if (this.open && request.intake != BodyDelivery.NOTHING && request.receiving && !request.finReceived
					&& this.nowNanos - request.lastFrameNanos >= patience) {
				broken(request, ExtStatus.DEADLINE_EXCEEDED, Cause.OUT_OF_SEQUENCE,
						"request incomplete, nothing came for " + this.limits.halfOpenIdle());
			}
		}
	}

	/** Ends all that is open, for the connection is no more. */
	void abandon(String reason) {
		failUnopened(reason);
		List<ExtStream> open = this.streams.snapshot();
		for (ExtStream stream : open) {
			this.sender.close(stream);
			if (stream instanceof ExtCall call && !call.over) {
				over(call);
				this.listeners.outbound().responseFailed(call, new ResponseFailure(Cause.CONNECTION_CLOSED, reason));
			}
		}
		// The newest first, so that what waits for a handler does not begin when one that
		// runs is cancelled.
		for (ExtStream stream : open.reversed()) {
			if (!(stream instanceof ExtRequest request)) {
				continue;
			}
			if (!request.over && request.call) {
				request.over = true;
				this.listeners.inbound().requestCancelled(request);
			}
			else {
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
