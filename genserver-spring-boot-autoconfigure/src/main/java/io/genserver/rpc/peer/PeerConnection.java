package io.genserver.rpc.peer;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.genserver.protocol.GoAway;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.protocol.WireSession;
import io.genserver.protocol.base.BaseSession;
import io.genserver.protocol.ext.ExtSession;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.CreditReturn;
import io.genserver.rpc.InboundBackpressure;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.ReadGate;
import io.genserver.rpc.Reading;
import io.genserver.rpc.Transport;
import io.genserver.rpc.inbound.InboundCalls;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The peer at the other end of one connection. Sits between a {@link Transport}, which
 * moves bytes, and what is called: servers here, and operations of the peer there.
 * <p>
 * Belongs to the connection's thread, but for the methods that say otherwise.
 */
public final class PeerConnection {

	/**
	 * What a call or stream takes that is in flight, with items in both directions: its
	 * state in the session, its message, and its queue of items.
	 */
	private static final int CALL_OVERHEAD = 2560;

	private final Transport transport;

	private final ConnectionContext context;

	private final WireSession session;

	private final OutboundQueue outbound;

	private final Reading reading;

	private final InboundBackpressure backlog;

	private final InboundCalls inbound;

	private final OutboundCalls calls;

	private final CompletableFuture<String> lost = new CompletableFuture<>();

	private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();

	private final CompletableFuture<@Nullable Void> drained = new CompletableFuture<>();

	private final CompletableFuture<GoAway> leaving = new CompletableFuture<>();

	private boolean draining;

	private boolean disconnected;

	/** Calls of the peer that hold a place, as other threads see it. */
	private volatile int inFlight;

	/**
	 * Create the peer of a new connection.
	 * @param side which end of the connection this is
	 * @param mode what is spoken
	 * @param context what the connection shares with others
	 * @param transport the connection
	 * @param allocator where messages are written to
	 */
	public PeerConnection(Side side, WireMode mode, PeerContext context, Transport transport,
			ByteBufAllocator allocator) {
		ConnectionContext parts = context.connection();
		ProtocolLimits limits = parts.limits();
		this.transport = transport;
		this.context = parts;
		this.session = (mode == WireMode.BASE) ? new BaseSession(side, limits, allocator)
				: new ExtSession(side, limits, context.extLimits(), allocator);
		this.outbound = new OutboundQueue(transport, this.session, parts, this::written);
		this.reading = new Reading(transport, this.session, parts.clock());
		this.outbound.onDemand(() -> this.reading.resume(Reading.Reason.ANSWERS));
		this.backlog = (mode == WireMode.BASE) ? new ReadGate(transport, this.session, this.reading, parts)
				: new CreditReturn(this.session, this.outbound, parts);
		this.inbound = new InboundCalls(mode, transport, parts, context.exposure(), this.outbound, this.backlog,
				this.session);
		this.calls = new OutboundCalls(mode, parts, this.session, this.outbound, this.backlog);
		this.session.listen(this.inbound, this.calls,
				new ConnectionEvents(transport, this.outbound, this.reading, this.calls, this.leaving));
		readyOnceOpened();
	}

	/**
	 * Take bytes from the peer, in any pieces.
	 * @param chunk the bytes; stays the caller's, who releases it
	 */
	public void receive(ByteBuf chunk) {
		if (this.disconnected) {
			return;
		}
		long now = this.context.clock().getAsLong();
		try {
			this.session.receive(chunk, now);
		}
		finally {
			this.calls.received();
		}
		readyOnceOpened();
		countCalls();
		this.backlog.received(now);
		this.outbound.wake();
	}

	private void readyOnceOpened() {
		if (!this.ready.isDone() && this.session.isOpened()) {
			this.ready.complete(null);
		}
	}

	/**
	 * Return the messages to send, to be subscribed to once. Each is the subscriber's to
	 * release. They are asked for and come on the connection's thread, and end when it is
	 * disconnected.
	 * @return WebSocket messages
	 */
	public Publisher<ByteBuf> outbound() {
		return this.outbound;
	}

	/**
	 * Return what is asked of the peer. On any thread.
	 * @return the calls of this end
	 */
	public OutboundCalls calls() {
		return this.calls;
	}

	/**
	 * End what has waited too long. To be called at least once a second; asynchronous
	 * calls to the peer end as late after their deadline as the time between two ticks.
	 */
	public void tick() {
		if (this.disconnected) {
			return;
		}
		long now = this.context.clock().getAsLong();
		this.session.tick(now);
		this.outbound.tick(now);
		this.backlog.tick(now);
		this.inbound.tick(now);
		this.calls.tick(now);
		this.context.failures().sweep();
		this.outbound.wake();
		countCalls();
		idle();
	}

	private void countCalls() {
		int now = this.disconnected ? 0 : this.session.callsInFlight();
		if (now != this.inFlight) {
			this.inFlight = now;
		}
	}

	/**
	 * End everything, for the connection is no more: calls of the peer are cancelled,
	 * calls of ours fail, and nothing is sent. Idempotent.
	 * @param reason what happened, for the failures' text
	 */
	public void disconnected(String reason) {
		if (this.disconnected) {
			return;
		}
		this.disconnected = true;
		this.calls.refuse(reason);
		this.session.close(reason);
		this.backlog.look();
		this.calls.drop();
		this.inbound.close();
		this.outbound.close();
		this.calls.endRest();
		countCalls();
		this.drained.complete(null);
		this.lost.complete(reason);
		this.leaving.cancel(false);
	}

	/**
	 * Tell of the end. On any thread.
	 * @return completes on the connection's thread with what happened, once it is
	 * disconnected
	 */
	public CompletableFuture<String> lost() {
		return this.lost.copy();
	}

	/**
	 * Tell that the peer is there: in base mode at once, in ext mode when its settings
	 * have come, which is what it says first. On any thread.
	 * @return completes on the connection's thread; not at all if the connection ends
	 * before
	 */
	public CompletableFuture<@Nullable Void> ready() {
		return this.ready.copy();
	}

	/**
	 * Tell that the peer will leave: it serves no new calls on this connection. On any
	 * thread.
	 * @return completes on the connection's thread with what the peer said; cancelled if
	 * the connection ends without
	 */
	public CompletableFuture<GoAway> leaving() {
		return this.leaving.copy();
	}

	/**
	 * Begin to shut down: calls that come from now on are refused as not executed, in ext
	 * mode by announcing it; those that run may finish. On any thread.
	 * @param time how long they may, also sent to the peer
	 * @param reason why, also sent to the peer
	 * @return completes when no call of the peer is in flight, but for streams that have
	 * waited for their publishers for a second, or do so after half of that time, and
	 * whose callers have set no end, and every answer was taken by the transport, or the
	 * connection is over; the transport may then close it
	 */
	public CompletableFuture<@Nullable Void> drain(Duration time, String reason) {
		this.transport.execute(() -> {
			this.draining = true;
			this.session.goAway(GoAway.SHUTDOWN, Durations.millis(time), reason);
			this.outbound.wake();
			this.inbound.refuseNew(time);
			idle();
		});
		return this.drained.copy();
	}

	/**
	 * The connection is about to be closed by this end: end the streams that still run,
	 * each with a status where the mode has one, as far as the transport takes it. On the
	 * connection's thread.
	 */
	public void leave() {
		if (!this.disconnected) {
			this.inbound.breakOffStreams();
			this.outbound.handOver();
		}
	}

	/**
	 * Return how much waits to be taken by the transport. On any thread.
	 * @return bytes
	 */
	public long outboundBytes() {
		return this.outbound.bytes();
	}

	/**
	 * Return what is held of what the peer is to get: what waits to be taken by the
	 * transport, and replies that are not encoded because that is too much already. On
	 * any thread.
	 * @return bytes of the heap, about
	 */
	public long unsentBytes() {
		return this.outbound.bytes() + this.inbound.waitingReplyBytes();
	}

	/**
	 * Return how much the peer makes this end hold: what waits to be handled or to be
	 * taken by the transport, and what its calls and streams take while they are in
	 * flight, though nothing of them may wait. On any thread.
	 * @return bytes of the heap, about
	 */
	public long heldBytes() {
		return inboundBytes() + unsentBytes() + (long) this.inFlight * CALL_OVERHEAD;
	}

	/**
	 * Return how much was received and waits to be handled. On any thread.
	 * @return bytes
	 */
	public long inboundBytes() {
		return this.backlog.bytes();
	}

	/**
	 * Return how many calls of the peer hold a place.
	 * @return a number
	 */
	public int callsInFlight() {
		return this.session.callsInFlight();
	}

	/** Nothing waits to be written; what was written may have let go of what is held. */
	private void written() {
		this.backlog.look();
		countCalls();
		idle();
	}

	/** How many requests of the peer wait until it has read more. */
	int heldRequests() {
		return this.inbound.heldRequests();
	}

	private void idle() {
		if (this.draining) {
			this.inbound.leaveEndless();
		}
		if (this.draining && this.outbound.isIdle() && this.session.callsInFlight() == this.inbound.endlessStreams()) {
			this.drained.complete(null);
		}
	}

}
