package io.genserver.protocol.base;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.Dropped;
import io.genserver.protocol.FrameDecoder;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.RequestRefusal;
import io.genserver.protocol.ResponseFailure;
import io.genserver.protocol.ResponseFailure.Cause;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireListeners;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The requests of the peer and the responses to our calls, from their header on: what
 * they mean, how they end, and what the listener is called with.
 * <p>
 * A listener may answer, cancel and close from within any event. So no event is followed
 * by anything that has not looked at the stream again: {@code receiving} turns false
 * whenever a stream is over.
 */
final class BaseInbound {

	private final ProtocolLimits limits;

	private final WireListeners listeners;

	private final BaseSender sender;

	private final BaseAbuseGuard conduct;

	private final InboundStreams streams;

	private long nowNanos;

	private boolean open = true;

	BaseInbound(ProtocolLimits limits, WireListeners listeners, BaseSender sender, BaseAbuseGuard conduct) {
		this.limits = limits;
		this.listeners = listeners;
		this.sender = sender;
		this.conduct = conduct;
		this.streams = new InboundStreams(limits.callsInFlight());
	}

	void now(long nowNanos) {
		this.nowNanos = nowNanos;
	}

	long now() {
		return this.nowNanos;
	}

	boolean isOpen() {
		return this.open;
	}

	void stop() {
		this.open = false;
	}

	InboundStreams streams() {
		return this.streams;
	}

	/** The header is complete: what does the stream carry? */
	@Nullable StreamState identified(int streamId, int nextSeq, int type, int requestId, long methodId, byte[] metadata) {
		return switch (type) {
			case MessageType.RESPONSE -> response(streamId, nextSeq, requestId, metadata);
			case MessageType.CALL, MessageType.EVENT ->
				request(new BaseRequest(type == MessageType.CALL, requestId, methodId, metadata), streamId, nextSeq);
			default -> {
				this.streams.passing().add(streamId);
				yield idle(Dropped.UNKNOWN_TYPE, streamId);
			}
		};
	}

	private @Nullable StreamState response(int streamId, int nextSeq, int requestId, byte[] metadata) {
		BaseCall call = this.sender.openCall(requestId);
		int status = (metadata.length == 0) ? StatusCode.OK : metadata[0] & 0xff;
		if (call == null) {
			return unmatched(streamId);
		}
		if (call.answering) {
			return lateError(call, status, streamId, nextSeq);
		}
		call.answering = true;
		call.status = status;
		call.begin(streamId, nextSeq, this.nowNanos);
		this.streams.add(call);
		this.listeners.outbound().responseOpened(call, call.status);
		return call;
	}

	/**
	 * A response to nothing, perhaps to a call that was given up; what follows in its
	 * stream is not looked at.
	 */
	private @Nullable StreamState unmatched(int streamId) {
		this.streams.passing().add(streamId);
		return dropped(Dropped.UNMATCHED_RESPONSE, streamId);
	}

	/** How a peer says that an answer it has begun ends with an error. */
	private @Nullable StreamState lateError(BaseCall call, int status, int streamId, int nextSeq) {
		if (status == StatusCode.OK || call.status != StatusCode.OK || call.lateError != null) {
			return unmatched(streamId);
		}
		LateError error = new LateError(call, status);
		call.lateError = error;
		error.begin(streamId, nextSeq, this.nowNanos);
		this.streams.add(error);
		return error;
	}

	private @Nullable StreamState request(BaseRequest request, int streamId, int nextSeq) {
		if (!register(request, streamId, nextSeq)) {
			return null;
		}
		if (request.metadata().length > this.limits.metadataBytes()) {
			refuse(request, "metadata of " + request.metadata().length + " bytes exceeds the limit of "
					+ this.limits.metadataBytes());
			return null;
		}
		if (request.call && this.streams.places() >= this.limits.callsInFlight()) {
			refuse(request, this.limits.callsInFlight() + " calls are in flight on this connection; not executed");
			return null;
		}
		if (request.call) {
			this.streams.takePlace(request);
		}
		request.intake = this.listeners.inbound().requestOpened(request);
		return request;
	}

	/**
	 * Notes a request, unless its answer would be taken for another's: of two open calls
	 * with one id only the first is served.
	 */
	private boolean register(BaseRequest request, int streamId, int nextSeq) {
		if (request.call && this.streams.isCallOpen(request.requestId())) {
			this.streams.passing().add(streamId);
			idle(Dropped.DUPLICATE_REQUEST_ID, streamId);
			return false;
		}
		request.begin(streamId, nextSeq, this.nowNanos);
		this.streams.add(request);
		if (!request.call) {
			return proceed(this.conduct.unplacedStreams(this.streams.unplaced()));
		}
		boolean slowed = this.conduct.isCrowded(this.streams.openCalls()) && this.listeners.connection().crowded();
		return proceed(this.conduct.openRequests(this.streams.openCalls(), slowed));
	}

	/**
	 * Takes what follows the header within one frame.
	 * @param emptyIsItem whether no bytes at all are an empty item
	 */
	void body(StreamState stream, boolean end, ByteBuf payload, int length, boolean emptyIsItem) {
		if (stream.receiving && (length > 0 || emptyIsItem)) {
			deliver(stream, payload, length);
		}
		if (stream.receiving && end) {
			ended(stream);
		}
	}

	private void deliver(StreamState stream, ByteBuf payload, int length) {
		if (stream instanceof BaseRequest request && request.intake != BodyDelivery.WHOLE) {
			if (request.intake == BodyDelivery.ITEMS) {
				this.listeners.inbound().requestItem(request, ByteAssembler.copy(payload, length));
			}
		}
		else if (stream instanceof BaseCall call && call.deliversItems()) {
			this.listeners.outbound().responseItem(call, ByteAssembler.copy(payload, length));
		}
		else {
			assemble(stream, payload, length);
		}
	}

	private void assemble(StreamState stream, ByteBuf payload, int length) {
		ByteAssembler body = stream.body;
		if (body == null) {
			body = new ByteAssembler(this.limits.itemBytes());
			stream.body = body;
		}
		int grown = body.append(payload, length);
		if (grown >= 0) {
			this.streams.grown(grown);
		}
		else {
			broken(stream, Cause.TOO_BIG, "payload exceeds the limit of " + this.limits.itemBytes() + " bytes");
		}
	}

	private void ended(StreamState stream) {
		if (stream instanceof BaseCall call) {
			answered(call, call.status, call.body);
		}
		else if (stream instanceof LateError error) {
			answered(error.call, error.status, error.body);
		}
		else if (stream instanceof BaseRequest request) {
			byte[] arguments = request.arguments();
			if (request.call) {
				this.streams.stopReceiving(request);
			}
			else {
				this.streams.remove(request);
			}
			switch (request.intake) {
				case WHOLE -> this.listeners.inbound().requestComplete(request, arguments);
				case ITEMS -> this.listeners.inbound().requestEnded(request);
				case NOTHING -> {
				}
			}
		}
	}

	private void answered(BaseCall call, int status, @Nullable ByteAssembler body) {
		byte[] payload = (body != null) ? body.toArray() : ByteAssembler.EMPTY;
		forget(call);
		this.listeners.outbound().responseComplete(call, status, payload);
	}

	void cancelledByPeer(StreamState stream) {
		stream.senderDone = true;
		switch (stream) {
			case PendingHeader pending -> {
				this.streams.remove(pending);
				proceed(this.conduct.cancelled(false, this.nowNanos));
			}
			case LateError error -> {
				this.streams.remove(error);
				error.call.lateError = null;
			}
			case BaseCall call -> failed(call, Cause.CANCELLED_BY_PEER, "the peer cancelled its response");
			case BaseRequest request -> {
				boolean started = request.isStarted();
				cancelled(request);
				proceed(this.conduct.cancelled(started, this.nowNanos));
			}
		}
	}

	private void cancelled(BaseRequest request) {
		request.over = true;
		this.streams.remove(request);
		this.sender.forget(request);
		this.listeners.inbound().requestCancelled(request);
	}

	/** Ends a stream that cannot go on, so that no one waits for its rest. */
	void broken(StreamState stream, Cause cause, String text) {
		switch (stream) {
			case BaseRequest request -> refuse(request, text);
			case BaseCall call -> failed(call, cause, text);
			case LateError error -> failed(error.call, cause, text);
			case PendingHeader pending -> {
				this.streams.remove(pending);
				if (!pending.isFixedComplete() || pending.type() != MessageType.CALL) {
					idle(Dropped.INCOMPLETE_HEADER, pending.streamId);
					return;
				}
				BaseRequest request = new BaseRequest(true, pending.requestId(), pending.methodId(),
						ByteAssembler.EMPTY);
				if (register(request, pending.streamId, pending.nextSeq())) {
					refuse(request, text);
				}
			}
		}
	}

	private void refuse(BaseRequest request, String text) {
		if (request.call) {
			this.streams.stopReceiving(request);
		}
		else {
			this.streams.remove(request);
		}
		this.listeners.inbound()
			.requestRefused(request, new RequestRefusal(StatusCode.SYSTEM, request.intake == BodyDelivery.ITEMS, text));
	}

	private void failed(BaseCall call, Cause cause, String text) {
		forget(call);
		this.listeners.outbound().responseFailed(call, new ResponseFailure(cause, text));
	}

	void forget(BaseCall call) {
		this.sender.forget(call);
		this.streams.remove(call);
		if (call.lateError != null) {
			this.streams.remove(call.lateError);
		}
	}

	void keepToBudget() {
		while (this.open && this.streams.isBeyond(this.limits.inboundBudgetBytes())) {
			StreamState largest = this.streams.largest();
			if (largest == null) {
				return;
			}
			broken(largest, Cause.TOO_BIG, "incomplete messages on this connection exceed the limit of "
					+ this.limits.inboundBudgetBytes() + " bytes");
		}
	}

	/**
	 * Ends what has waited too long, but for the stream whose frame is just coming in.
	 */
	void expire(FrameDecoder decoder) {
		if (this.streams.isIdle()) {
			return;
		}
		for (StreamState stream : this.streams.snapshot()) {
			if (!this.open) {
				return;
			}
			if (!stream.receiving) {
				continue;
			}
			if (stream instanceof PendingHeader pending) {
				if (this.nowNanos - pending.openedNanos >= Durations.nanos(this.limits.headerTimeout())) {
					broken(pending, Cause.OUT_OF_SEQUENCE, "header incomplete after " + this.limits.headerTimeout());
				}
			}
			else if (stream instanceof BaseRequest request && !decoder.isReceiving(request.streamId)
					&& this.nowNanos - request.lastFrameNanos >= Durations.nanos(this.limits.halfOpenIdle())) {
				broken(request, Cause.OUT_OF_SEQUENCE,
						"request incomplete, nothing came for " + this.limits.halfOpenIdle());
			}
		}
	}

	/**
	 * Ends all that is open towards us, the newest first: what waits for a handler does
	 * not begin when one that runs is cancelled. Calls of ours have ended before.
	 */
	void abandon() {
		for (StreamState stream : this.streams.snapshot().reversed()) {
			if (stream instanceof BaseRequest request && !request.over) {
				cancelled(request);
			}
			else {
				this.streams.remove(stream);
			}
		}
	}

	void frameStalled() {
		proceed(this.conduct.frameStalled());
	}

	/** Goes on unless the peer's conduct is reason to close the connection. */
	boolean proceed(@Nullable CloseReason violation) {
		if (violation != null && this.open) {
			this.open = false;
			this.listeners.connection().violated(violation);
		}
		return violation == null;
	}

	@Nullable StreamState dropped(Dropped why, int streamId) {
		this.listeners.connection().dropped(why, streamId);
		return null;
	}

	/** Drops what costs the peer nothing, too often of which is reason to close. */
	@Nullable StreamState idle(Dropped why, int streamId) {
		dropped(why, streamId);
		idleFrame();
		return null;
	}

	void idleFrame() {
		proceed(this.conduct.idleFrame(this.nowNanos));
	}

}
