package io.genserver.rpc;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.ProtocolLimits;

/**
 * Keeps what a peer's replies take of memory within the connection's budget, without
 * closing the connection and without holding up anybody else.
 * <p>
 * <b>Requests.</b> While more than the soft limit waits to be read, or more than the hard
 * limit would if every reply that is still to come were as long as those before it, the
 * connection's further requests wait here, in their order, before they reach a mailbox.
 * They go on as the peer reads, and by a few at each tick while only replies that are
 * still to come hold them up: what a handler waits for may be among them.
 * <p>
 * Items of streams that wait for their receivers' credit count in neither: a receiver may
 * call for each item that it takes before it takes the next.
 * <p>
 * <b>Replies.</b> Beyond the hard limit a reply that can never change waits as an object,
 * and is encoded by a worker when there is room; any other is encoded in its turn, and
 * its bytes wait.
 * <p>
 * Requests belong to the connection's thread, replies come on any.
 */
final class ReplyRoom {

	private final OutboundQueue outbound;

	private final Executor workers;

	private final long soft;

	private final long hard;

	/** Replies up to this length may all come at once. */
	private final long small;

	private final ArrayDeque<Held> held = new ArrayDeque<>();

	/** Bytes of the replies that are still to come, but for small ones. */
	private long expected;

	private final Queue<InboundCall> later = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean encoding = new AtomicBoolean();

	/**
	 * Create.
	 * @param outbound where replies wait to be read
	 * @param limits those of the connection
	 * @param workers encode replies
	 */
	ReplyRoom(OutboundQueue outbound, ProtocolLimits limits, Executor workers) {
		this.outbound = outbound;
		this.workers = workers;
		this.soft = limits.outboundSoftBytes();
		this.hard = limits.outboundHardBytes();
		this.small = this.hard / limits.callsInFlight();
		outbound.onRoom(this::room);
	}

	/** Whether a request has to wait. On the connection's thread. */
	boolean isFull() {
		return !this.held.isEmpty() || !hasRoom();
	}

	private boolean hasRoom() {
		long waiting = this.outbound.pressingBytes();
		return waiting <= this.soft && waiting + this.expected <= this.hard;
	}

	/** Let a request wait until there is room. On the connection's thread. */
	void hold(Held request) {
		this.held.add(request);
		this.outbound.wantRoom(true);
	}

	/** How many requests wait. On the connection's thread. */
	int held() {
		return this.held.size();
	}

	/**
	 * A call goes to its server. On the connection's thread.
	 * @param replyBytes how long its reply may be
	 * @return what to tell {@link #answered}
	 */
	int expect(int replyBytes) {
		if (replyBytes <= this.small) {
			return 0;
		}
		this.expected += replyBytes;
		return replyBytes;
	}

	/** The reply of a call is there, or will not come. On the connection's thread. */
	void answered(int expected) {
		this.expected -= expected;
	}

	/**
	 * End what has waited for too long, and let some go on. On the connection's thread.
	 */
	void tick(long nowNanos) {
		for (Held each : this.held) {
			if (!each.isOver() && each.isOverdue(nowNanos)) {
				each.expire();
			}
		}
		this.held.removeIf(PendingRequest::isOver);
		if (!this.held.isEmpty() && this.outbound.pressingBytes() <= this.soft) {
			// Only what is still to come holds them up, which may wait for one of them.
			letGoOn(this.hard);
		}
		room();
	}

	/** There may be room. On the connection's thread. */
	private void room() {
		while (!this.held.isEmpty() && hasRoom()) {
			goOn();
		}
		encodeSome();
		this.outbound.wantRoom(false);
		if (!this.held.isEmpty() || !this.later.isEmpty()) {
			// Looked at afterwards: a reply may have come meanwhile.
			this.outbound.wantRoom(true);
		}
	}

	private void letGoOn(long room) {
		long before = this.expected;
		do {
			goOn();
		}
		while (!this.held.isEmpty() && this.expected - before < room);
	}

	private void goOn() {
		Held next = this.held.remove();
		if (!next.isOver()) {
			next.goOn();
		}
	}

	/** Whether so much waits that replies are better not encoded. On any thread. */
	boolean isCrowded() {
		return this.outbound.pressingBytes() > this.hard;
	}

	/** A reply is to be encoded when there is room. On any thread. */
	void encodeLater(InboundCall call) {
		this.later.add(call);
		this.outbound.wantRoom(true);
		encodeSome();
	}

	private void encodeSome() {
		if (!this.later.isEmpty() && !isCrowded() && this.encoding.compareAndSet(false, true)) {
			this.workers.execute(this::encode);
		}
	}

	/** On a worker, one at a time. */
	private void encode() {
		try {
			InboundCall call = this.later.poll();
			while (call != null) {
				call.encodeNow();
				call = isCrowded() ? null : this.later.poll();
			}
		}
		finally {
			this.encoding.set(false);
		}
		// What came or was read meanwhile found somebody at work.
		encodeSome();
	}

	/** The connection is over. */
	void close() {
		this.held.clear();
		this.later.clear();
	}

	/** A request that waits. */
	abstract static class Held extends PendingRequest {

		Held(InboundRequest request, WireArguments arguments) {
			super(request, arguments);
		}

		/** Hand it to its server. */
		abstract void goOn();

		/** Whether nobody waits for its answer any more. */
		abstract boolean isOverdue(long nowNanos);

		/** Answer that its time is over. */
		abstract void expire();

	}

}
