package io.genserver.rpc.inbound;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.OutboundQueue;
import io.genserver.time.Durations;

/**
 * The streams that a peer has open, and how they end when this end of the connection
 * leaves. Belongs to the connection's thread.
 */
final class OpenStreams {

	private final WireMode mode;

	private final ConnectionContext context;

	private final Set<InboundStream> streams = new HashSet<>();

	/** Streams whose callers have said when they have to be over. */
	private final Set<InboundStream> timed = new HashSet<>();

	/** Until when streams that go on are waited for, once new calls are refused. */
	private long patientUntil;

	OpenStreams(WireMode mode, ConnectionContext context) {
		this.mode = mode;
		this.context = context;
	}

	/**
	 * A stream is opened.
	 * @param stream the stream
	 * @param timed whether its caller has said when it has to be over
	 */
	void add(InboundStream stream, boolean timed) {
		this.streams.add(stream);
		if (timed) {
			this.timed.add(stream);
		}
	}

	void remove(InboundStream stream) {
		this.streams.remove(stream);
		this.timed.remove(stream);
	}

	/**
	 * How many bytes one stream may at most have asked for: little enough that all of
	 * them together keep to the soft limit.
	 */
	int share() {
		long fair = this.context.limits().outboundSoftBytes() / Math.max(1, this.streams.size());
		return (int) Math.min(OutboundQueue.STREAM_SHARE, fair);
	}

	/**
	 * This end leaves.
	 * @param drain how long what runs may take
	 */
	void drain(Duration drain) {
		long now = this.context.clock().getAsLong();
		// What comes after the endpoint shall have time left.
		this.patientUntil = now + Durations.nanos(drain) / 2;
		look(now);
	}

	/**
	 * End streams that seem to have no end, for this end leaves. In base mode a status
	 * would be one of the application to a peer, and the close frame says all there is to
	 * say.
	 */
	void leaveEndless() {
		if (this.mode == WireMode.EXT) {
			endless().toList().forEach(InboundStream::leave);
		}
	}

	/** How many streams hold nothing up that comes to its end. */
	int countEndless() {
		return (int) endless().count();
	}

	/**
	 * A stream that waits for its publisher may get the next item in a moment. So it is
	 * taken for endless only when that has lasted a while, or when streams had their time
	 * to come to an end.
	 */
	private Stream<InboundStream> endless() {
		long now = this.context.clock().getAsLong();
		boolean waitedFor = now - this.patientUntil >= 0;
		return this.streams.stream().filter((stream) -> stream.isEndless(now, waitedFor));
	}

	/** See which of them wait for their publishers. */
	void look(long nowNanos) {
		this.streams.forEach((stream) -> stream.look(nowNanos));
	}

	/** End all, with what is queued of them. */
	void breakOff(WireSession session) {
		if (this.mode == WireMode.EXT) {
			List.copyOf(this.streams).forEach((stream) -> stream.breakOff(session));
		}
	}

	/** End streams whose time is over. */
	void expire(long nowNanos) {
		if (this.timed.isEmpty()) {
			return;
		}
		for (InboundStream stream : List.copyOf(this.timed)) {
			if (stream.isOverdue(nowNanos)) {
				this.timed.remove(stream);
				stream.expire();
			}
		}
	}

}
