package io.genserver.protocol.base;

import java.util.List;

import io.genserver.protocol.IdMap;
import org.jspecify.annotations.Nullable;

/**
 * What is open towards us on one connection, and the counts that the limits are about.
 */
final class InboundStreams {

	/** What an incomplete message costs in addition to its bytes. */
	private static final int STREAM_OVERHEAD = 256;

	/**
	 * Streams by id. A call stays here after its END until it is answered, so that a late
	 * CANCEL still finds it; if the peer uses the id again before, the newer stream wins.
	 */
	private final IdMap<StreamState> streams = new IdMap<>();

	/** Calls that are neither answered nor cancelled, by request id. */
	private final IdMap<BaseRequest> calls = new IdMap<>();

	/** What is over here and not there. */
	private final PassingStreams passing;

	private int receiving;

	private int unplaced;

	private int places;

	private long heldBytes;

	InboundStreams(int callsInFlight) {
		this.passing = new PassingStreams(callsInFlight);
	}

	PassingStreams passing() {
		return this.passing;
	}

	@Nullable StreamState find(int streamId) {
		return this.streams.get(streamId);
	}

	boolean isCallOpen(int requestId) {
		return this.calls.containsKey(requestId);
	}

	int openCalls() {
		return this.calls.size();
	}

	int places() {
		return this.places;
	}

	/** Streams of unknown content, and half-open casts. */
	int unplaced() {
		return this.unplaced;
	}

	/** Bytes of messages that are not complete, and what those cost in addition. */
	long heldBytes() {
		return this.heldBytes + (long) STREAM_OVERHEAD * this.receiving;
	}

	/** Whether more is held than so many bytes; one message of that length may be. */
	boolean isBeyond(long bytes) {
		return heldBytes() - STREAM_OVERHEAD > bytes;
	}

	boolean isIdle() {
		return this.receiving == 0;
	}

	void add(StreamState stream) {
		this.streams.put(stream.streamId, stream);
		this.receiving++;
		this.heldBytes += stream.heldBytes();
		if (isUnplaced(stream)) {
			this.unplaced++;
		}
		if (stream instanceof BaseRequest request && request.call) {
			this.calls.put(request.requestId(), request);
		}
	}

	void takePlace(BaseRequest request) {
		request.holdsPlace = true;
		this.places++;
	}

	void freePlace(BaseRequest request) {
		if (request.holdsPlace && !request.keepsPlace) {
			request.holdsPlace = false;
			this.places--;
		}
	}

	void grown(int bytes) {
		this.heldBytes += bytes;
	}

	/** No more frames are taken for a stream; what it held is let go of. */
	void stopReceiving(StreamState stream) {
		if (stream.receiving) {
			if (!stream.senderDone) {
				this.passing.add(stream.streamId);
			}
			this.receiving--;
			this.heldBytes -= stream.heldBytes();
			if (isUnplaced(stream)) {
				this.unplaced--;
			}
			stream.drop();
		}
	}

	void remove(StreamState stream) {
		stopReceiving(stream);
		if (this.streams.get(stream.streamId) == stream) {
			this.streams.remove(stream.streamId);
		}
		if (stream instanceof BaseRequest request && this.calls.get(request.requestId()) == request) {
			this.calls.remove(request.requestId());
		}
	}

	@Nullable StreamState largest() {
		StreamState largest = null;
		for (StreamState stream : this.streams.values()) {
			if (stream.receiving && (largest == null || stream.heldBytes() > largest.heldBytes())) {
				largest = stream;
			}
		}
		return largest;
	}

	/** A copy, so that it can be walked while streams come and go. */
	List<StreamState> snapshot() {
		List<StreamState> all = this.streams.copy();
		for (BaseRequest call : this.calls.copy()) {
			if (this.streams.get(call.streamId) != call) {
				all.add(call);
			}
		}
		return all;
	}

	private static boolean isUnplaced(StreamState stream) {
		return stream instanceof PendingHeader || stream instanceof BaseRequest request && !request.call;
	}

}
