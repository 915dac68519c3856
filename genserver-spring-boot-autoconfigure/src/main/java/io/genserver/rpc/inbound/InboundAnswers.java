package io.genserver.rpc.inbound;

import java.util.HashSet;
import java.util.Set;

import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.Transport;

/**
 * What the requests of one connection need to be answered, once they are on their way:
 * where answers are queued and how long they may be, what may be said of failures, and
 * what is kept of requests until they are answered. Belongs to the connection's thread,
 * but for what says otherwise.
 */
final class InboundAnswers {

	private final WireMode mode;

	private final Transport transport;

	private final ConnectionContext context;

	private final Exposure exposure;

	private final OutboundQueue outbound;

	private final WireSession session;

	private final ReplyRoom room;

	private final PeerFailures failures;

	private final OpenStreams streams;

	/** Calls whose deadline is later than they may wait for their handler or items. */
	private final Set<InboundCall> patient = new HashSet<>();

	InboundAnswers(WireMode mode, Transport transport, ConnectionContext context, Exposure exposure,
			OutboundQueue outbound, WireSession session) {
		this.mode = mode;
		this.transport = transport;
		this.context = context;
		this.exposure = exposure;
		this.outbound = outbound;
		this.session = session;
		this.room = new ReplyRoom(outbound, context.limits(), context.workers());
		this.failures = new PeerFailures(exposure.disclosure(), context.failures(), transport.remote(),
				mode == WireMode.EXT);
		this.streams = new OpenStreams(mode, context);
	}

	/** Answer a request with a failure, unless it is a cast. */
	void refuse(InboundRequest request, WireFailure failure) {
		if (!request.isCast()) {
			send(Answer.of(request, failure));
		}
	}

	/** Queue an answer, or a part of one. On any thread. */
	void send(Outbound entry) {
		this.outbound.offer(entry);
	}

	/** Free the place of a request that is not answered. */
	void release(InboundRequest request) {
		this.session.release(request);
	}

	/** Free the place of a cancelled request once its handler has stopped. */
	void releaseAfter(WireArguments arguments) {
		InboundRequest request = arguments.request();
		arguments.whenFinished(() -> this.transport.execute(() -> {
			release(request);
			request.attach(null);
		}));
	}

	/** End a call if it waits for its handler or items for too long. */
	void limitWait(InboundCall call) {
		this.patient.add(call);
	}

	/** A call is answered or given up. */
	void isOver(InboundCall call) {
		if (!this.patient.isEmpty()) {
			this.patient.remove(call);
		}
	}

	/** End what has waited for too long. */
	void tick(long nowNanos) {
		this.streams.look(nowNanos);
		this.room.tick(nowNanos);
		if (!this.patient.isEmpty()) {
			this.patient.removeIf((call) -> call.isPast(nowNanos));
		}
		this.streams.expire(nowNanos);
	}

	/** The connection is over. */
	void close() {
		this.room.close();
		this.patient.clear();
	}

	/** End all streams, with what is queued of them. */
	void breakOffStreams() {
		this.streams.breakOff(this.session);
	}

	/** How the failure of a stream is sent, after what was sent of it. */
	StreamFailure streamFailure(InboundRequest request) {
		return (this.mode == WireMode.BASE && request.isResponding()) ? this.exposure.streamFailure()
				: StreamFailure.ERROR;
	}

	/** In base mode an item is a frame. */
	int longestItem() {
		return (this.mode == WireMode.BASE) ? this.context.limits().frameBytes() : longestReply();
	}

	int longestReply() {
		return this.context.limits().itemBytes();
	}

	/** The time by which the deadlines of calls are set. */
	long nanoTime() {
		return this.exposure.operations().nanoTime();
	}

	OpenStreams streams() {
		return this.streams;
	}

	ReplyRoom room() {
		return this.room;
	}

	PeerFailures failures() {
		return this.failures;
	}

	OutboundQueue outbound() {
		return this.outbound;
	}

	ConnectionContext context() {
		return this.context;
	}

	Transport transport() {
		return this.transport;
	}

}
