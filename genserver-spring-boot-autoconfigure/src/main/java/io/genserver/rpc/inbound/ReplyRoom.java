package io.genserver.rpc.inbound;

import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.inbound.WireOperation.ReplyLength;
import org.jspecify.annotations.Nullable;

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
 * How long a reply will be is known by its type, or by those there were. While there was
 * none, a call counts for a sixteenth of the hard limit, so that a burst of the first
 * calls of an operation is found out to be too much before all of it is under way.
 * <p>
 * <b>Replies.</b> Beyond the hard limit a reply that can never change waits as an object,
 * and is encoded by a worker when there is room; any other is encoded in its turn, and
 * its bytes wait. Either way it counts: the objects with what they take of the heap.
 * <p>
 * Requests belong to the connection's thread, replies come on any.
 */
final class ReplyRoom implements ReplyPressure {

	/** Calls that may be on their way of whose replies nothing is known. */
	private static final int UNKNOWN_AT_ONCE = 16;

	private final OutboundQueue outbound;

	private final Executor workers;

	private final long soft;

	private final long hard;

	/** Replies up to this length may all come at once. */
	private final long small;

	/** What a reply is expected to take while nothing is known of its like. */
	private final int unknown;

	private final ArrayDeque<PendingCall> held = new ArrayDeque<>();

	/** Bytes of the replies that are still to come, but for small ones. */
	private long expected;

	private final WaitingReplies later = new WaitingReplies();

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
		this.unknown = (int) Math.min(this.hard / UNKNOWN_AT_ONCE, limits.itemBytes());
		outbound.onRoom(this::room);
	}

	/** Whether a request has to wait. On the connection's thread. */
	boolean isFull() {
		return !this.held.isEmpty() || !hasRoom();
	}

	private boolean hasRoom() {
		long waiting = waitingBytes();
		return waiting <= this.soft && waiting + this.expected <= this.hard;
	}

	/** What there is of replies, encoded or not. */
	private long waitingBytes() {
		return this.outbound.pressingBytes() + this.later.bytes();
	}

	/** What replies take that wait as the objects they are. On any thread. */
	long objectBytes() {
		return this.later.bytes();
	}

	/** Let a request wait until there is room. On the connection's thread. */
	void hold(PendingCall request) {
		this.held.add(request);
		this.outbound.wantRoom(true);
	}

	/** How many requests wait. On the connection's thread. */
	int held() {
		return this.held.size();
	}

	/**
	 * A call goes to its server. On the connection's thread.
	 * @param replyBytes how long its reply may be, or {@link ReplyLength#UNKNOWN}
	 * @return what to tell {@link #answered}
	 */
	int expect(int replyBytes) {
		int bytes = (replyBytes == ReplyLength.UNKNOWN) ? this.unknown : replyBytes;
		if (bytes <= this.small) {
			return 0;
		}
		this.expected += bytes;
		return bytes;
	}

	/** The reply of a call is there, or will not come. On the connection's thread. */
	void answered(int expected) {
		this.expected -= expected;
	}

	/**
	 * End what has waited for too long, and let some go on. On the connection's thread.
	 */
	void tick(long nowNanos) {
		for (PendingCall each : this.held) {
			if (!each.isOver() && each.isOverdue(nowNanos)) {
				each.expire();
			}
		}
		this.held.removeIf(PendingRequest::isOver);
		if (!this.held.isEmpty() && waitingBytes() <= this.soft) {
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
		PendingCall next = this.held.remove();
		if (!next.isOver()) {
			next.goOn();
		}
	}

	@Override
	public boolean isCrowded() {
		return this.outbound.pressingBytes() > this.hard;
	}

	/** A reply is to be encoded when there is room. On any thread. */
	void encodeLater(InboundCall call, LaterReply reply) {
		this.later.add(call, reply);
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
		// What came or was read meanwhile found another thread at work.
		encodeSome();
	}

	/** The connection is over. */
	void close() {
		this.held.clear();
		this.later.close();
	}

	/**
	 * Calls whose replies wait as the objects they are. Knows what these take: a value
	 * that answers many calls counts once. Safe on any thread.
	 */
	private static final class WaitingReplies {

		/** What a call takes in addition to its reply. */
		private static final int OVERHEAD = 256;

		private final Queue<Waiting> calls = new ArrayDeque<>();

		/** How many calls wait for each value. */
		private final Map<@Nullable Object, Integer> values = new IdentityHashMap<>();

		private boolean closed;

		private volatile int count;

		private volatile long bytes;

		/** A call's reply is to wait; if the connection is over, it is let go of. */
		synchronized void add(InboundCall call, LaterReply reply) {
			if (this.closed) {
				call.dropped();
				return;
			}
			this.calls.add(new Waiting(call, reply));
			this.count = this.calls.size();
			Object value = reply.value();
			Integer others = this.values.get(value);
			this.values.put(value, (others != null) ? others + 1 : 1);
			boolean first = others == null;
			this.bytes += OVERHEAD + (first ? reply.bytes() : 0);
		}

		/** The call that has waited for longest, or null. */
		synchronized @Nullable InboundCall poll() {
			Waiting next = this.calls.poll();
			if (next == null) {
				return null;
			}
			this.count = this.calls.size();
			LaterReply reply = next.reply();
			Object value = reply.value();
			Integer all = this.values.remove(value);
			int left = (all != null) ? all - 1 : 0;
			if (left > 0) {
				this.values.put(value, left);
			}
			this.bytes -= OVERHEAD + ((left == 0) ? reply.bytes() : 0);
			return next.call();
		}

		boolean isEmpty() {
			return this.count == 0;
		}

		/** About how many bytes of the heap they take. */
		long bytes() {
			return this.bytes;
		}

		/** The connection is over. */
		synchronized void close() {
			this.closed = true;
			this.calls.forEach((each) -> each.call().dropped());
			this.calls.clear();
			this.values.clear();
			this.count = 0;
			this.bytes = 0;
		}

		/**
		 * A call that waits.
		 *
		 * @param call the call
		 * @param reply its reply
		 */
		private record Waiting(InboundCall call, LaterReply reply) {
		}

	}

}
