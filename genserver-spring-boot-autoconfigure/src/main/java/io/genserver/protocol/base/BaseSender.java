package io.genserver.protocol.base;

import java.util.List;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.IdMap;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.Side;
import io.genserver.protocol.StatusCode;
import org.jspecify.annotations.Nullable;

/**
 * The outbound half of a base session: gives ids, keeps what is open in this direction,
 * and lets the encoder write only what the protocol allows at this moment.
 */
final class BaseSender {

	private final BaseEncoder encoder;

	private final ProtocolLimits limits;

	private final IdSequence ids;

	/** Our open calls by id, which is both their request and their stream. */
	private final IdMap<BaseCall> calls = new IdMap<>();

	/** Requests whose response stream is open, by the id of that stream. */
	private final IdMap<BaseRequest> responseStreams = new IdMap<>();

	BaseSender(MessageBatcher out, Side side, ProtocolLimits limits, int firstId) {
		this.encoder = new BaseEncoder(out, limits.frameBytes());
		this.limits = limits;
		this.ids = new IdSequence(side, firstId, this::isIdOpen);
	}

	boolean isIdOpen(int id) {
		return this.calls.containsKey(id) || this.responseStreams.containsKey(id);
	}

	BaseCall call(long methodId, byte[] arguments, ResponseMode mode, Object attachment) {
		BaseCall call = new BaseCall(this.ids.next(), methodId, mode, attachment);
		request(MessageType.CALL, call.id, methodId, arguments);
		call.sendSeq = 1;
		this.calls.put(call.id, call);
		return call;
	}

	void cast(long methodId, byte[] arguments) {
		request(MessageType.EVENT, this.ids.next(), methodId, arguments);
	}

	/** Small arguments travel in the metadata, as muxio's own callers send them. */
	private void request(int type, int id, long methodId, byte[] arguments) {
		boolean small = arguments.length <= this.limits.metadataBytes();
		this.encoder.message(type, id, id, methodId, small ? arguments : ByteAssembler.EMPTY,
				small ? ByteAssembler.EMPTY : arguments);
	}

	BaseCall openStream(long methodId, byte[] arguments, ResponseMode mode, Object attachment) {
		if (arguments.length > this.limits.metadataBytes()) {
			throw new OversizedItemException("Stream arguments", arguments.length, this.limits.metadataBytes());
		}
		BaseCall call = new BaseCall(this.ids.next(), methodId, mode, attachment);
		call.sendSeq = this.encoder.open(MessageType.CALL, call.id, call.id, methodId, arguments);
		call.sending = true;
		this.calls.put(call.id, call);
		return call;
	}

	boolean sendItem(BaseCall call, byte[] item) {
		requireFits("Stream item", item);
		if (!call.sending || call.over) {
			return false;
		}
		this.encoder.item(call.id, call.sendSeq++, item);
		return true;
	}

	boolean sendEnd(BaseCall call) {
		if (!call.sending || call.over) {
			return false;
		}
		call.sending = false;
		this.encoder.end(call.id, call.sendSeq++);
		return true;
	}

	void cancel(BaseCall call) {
		this.encoder.cancel(call.id, call.sendSeq);
	}

	void respond(BaseRequest request, int status, byte[] payload) {
		this.encoder.message(MessageType.RESPONSE, this.ids.next(), request.requestId(), MethodId.NONE,
				new byte[] { (byte) status }, payload);
	}

	void respondItem(BaseRequest request, byte[] item) {
		requireFits("Response item", item);
		if (request.responding) {
			this.encoder.item(request.responseStreamId, request.responseSeq++, item);
			return;
		}
		request.responseStreamId = this.ids.next();
		request.responding = true;
		this.responseStreams.put(request.responseStreamId, request);
		request.responseSeq = this.encoder.openWithItem(MessageType.RESPONSE, request.responseStreamId,
				request.requestId(), MethodId.NONE, new byte[] { StatusCode.OK }, item);
	}

	void respondEnd(BaseRequest request) {
		this.encoder.end(request.responseStreamId, request.responseSeq);
	}

	void respondCancel(BaseRequest request) {
		this.encoder.cancel(request.responseStreamId, request.responseSeq);
	}

	/** An answer that has begun ends with an error: that first, then its CANCEL. */
	void respondLate(BaseRequest request, int status, byte[] text) {
		respond(request, status, text);
		respondCancel(request);
	}

	@Nullable BaseCall openCall(int requestId) {
		return this.calls.get(requestId);
	}

	int openCalls() {
		return this.calls.size();
	}

	/** Nothing is sent or received for the call any more. */
	void forget(BaseCall call) {
		call.over = true;
		call.sending = false;
		this.calls.remove(call.id);
	}

	/** Nothing is sent for the request any more. */
	void forget(BaseRequest request) {
		if (request.responding) {
			this.responseStreams.remove(request.responseStreamId);
		}
	}

	List<BaseCall> forgetAll() {
		List<BaseCall> open = this.calls.copy();
		open.forEach(this::forget);
		this.responseStreams.clear();
		return open;
	}

	private void requireFits(String what, byte[] item) {
		if (!this.encoder.fits(item)) {
			throw new OversizedItemException(what, item.length, this.limits.frameBytes());
		}
	}

}
