package io.genserver.rpc;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireSession;
import io.genserver.runtime.message.FailureLog;
import io.genserver.time.Durations;
import io.netty.buffer.ByteBuf;
import org.jctools.queues.varhandle.MpscUnboundedVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What is to be sent on one connection: any thread adds entries, the connection's thread
 * makes WebSocket messages of them as the transport asks for messages.
 * <p>
 * <b>Signalling.</b> {@link #work} counts what was added and not yet looked at. The
 * thread that raises it from zero asks the connection's thread to drain; everybody else
 * only adds, for the drain goes on until it has brought {@code work} back to zero, and a
 * drain that stops for want of demand leaves it above zero and is taken up again by the
 * next {@link #request}. So there is one hand-over each time the queue becomes busy,
 * however many entries follow. Entries that may wait raise nothing and are looked at with
 * the next that does, at the latest at the next tick.
 * <p>
 * <b>Bytes.</b> However many wait, the connection stays: only a peer whose socket takes
 * nothing for too long is slow. What is to keep them few asks {@link #bytes()} before it
 * causes more, and is notified by {@link #roomListener} when they have become fewer.
 * {@link #added} less {@link #removed}, of which only the connection's thread writes the
 * second, holds the estimate of each entry until it is written, and from then on the
 * bytes it became, until the transport takes them. In ext mode what was written may have
 * to wait for the peer's credit; that is {@link #heldBack}, which holds up no other
 * stream.
 * <p>
 * <b>End.</b> Once {@link #closed} is set nothing is written. The connection's thread
 * sets it and then drops what is queued; a thread that adds an entry looks at it again
 * after adding, so that no entry stays behind. Both drop under a lock, which is not taken
 * before the end.
 */
public final class OutboundQueue implements Publisher<ByteBuf>, Subscription {

	private static final SafeLogger logger = SafeLogger.of(OutboundQueue.class);

	private final FailureLog failures;

	private static final int CHUNK = 64;

	/** What one stream may at most have brought when it is notified of room. */
	public static final int STREAM_SHARE = 16 * 1024;

	private final MpscUnboundedVarHandleArrayQueue<Outbound> entries = new MpscUnboundedVarHandleArrayQueue<>(CHUNK);

	private final AtomicInteger work = new AtomicInteger();

	private final AtomicLong added = new AtomicLong();

	private volatile long removed;

	private final Transport transport;

	private final WireSession session;

	private final LongSupplier clock;

	private final ProtocolLimits limits;

	private final Runnable whenIdle;

	/** Called when there may be room, while it wants to be. */
	private Runnable roomListener = () -> {
	};

	private volatile boolean roomWanted;

	private Runnable demandListener = () -> {
	};

	private final Runnable drain = this::drain;

	private @Nullable Subscriber<? super ByteBuf> subscriber;

	private volatile boolean closed;

	/** Streams that wait until there is room; of the connection's thread. */
	private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

	/** Messages the transport has asked for and not got; of the connection's thread. */
	private long demand;

	private boolean isDraining;

	/** What of the session's output is part of what is unsent. */
	private long counted;

	private volatile long heldBack;

	/** What of that is items of streams. */
	private volatile long heldBackItems;

	private long taken;

	private long takenAtProgress;

	private long progressNanos;

	private boolean stalling;

	/**
	 * Create an empty queue.
	 * @param transport the connection
	 * @param session makes frames of entries
	 * @param context knows how many bytes may wait
	 * @param whenIdle called on the connection's thread whenever all is sent
	 */
	public OutboundQueue(Transport transport, WireSession session, ConnectionContext context, Runnable whenIdle) {
		this.failures = context.failures();
		this.transport = transport;
		this.session = session;
		this.clock = context.clock();
		this.limits = context.limits();
		this.whenIdle = whenIdle;
	}

	/**
	 * Add an entry. On any thread.
	 * @param entry the entry, dropped if the connection is over
	 */
	public void offer(Outbound entry) {
		if (this.closed) {
			entry.dropped();
			return;
		}
		this.added.addAndGet(entry.bytes());
		this.entries.offer(entry);
		if (this.closed) {
			dropAll();
			return;
		}
		signal();
	}

	/**
	 * Add an entry that may wait until something else is sent, or for the next tick. On
	 * any thread.
	 * @param entry the entry, which brings no bytes; dropped if the connection is over
	 */
	void offerLater(Outbound entry) {
		if (this.closed) {
			entry.dropped();
			return;
		}
		this.entries.offer(entry);
		if (this.closed) {
			dropAll();
		}
	}

	/** Do not let any entry wait longer. On any thread. */
	void hurry() {
		if (!this.entries.isEmpty()) {
			signal();
		}
	}

	private void signal() {
		if (this.work.getAndIncrement() == 0) {
			this.transport.execute(this.drain);
		}
	}

	/** The session may have come to have something to say. On the connection's thread. */
	public void wake() {
		if (!this.closed && this.session.hasOutput()) {
			signal();
		}
		lookForRoom();
	}

	/**
	 * Set what is called, on the connection's thread, when less may wait than before.
	 */
	public void onRoom(Runnable listener) {
		this.roomListener = listener;
	}

	/** Whether the listener wants to be called. On any thread. */
	public void wantRoom(boolean wanted) {
		this.roomWanted = wanted;
	}

	/** What waited for credit may wait no longer though nothing was written. */
	private void lookForRoom() {
		if (this.roomWanted && !this.closed) {
			count(0);
			this.roomListener.run();
		}
	}

	/**
	 * Write what there is here and now, as far as the transport takes it. On the
	 * connection's thread, also within an event of the session.
	 * @return whether the transport takes no more
	 */
	public boolean drainNow() {
		if (!this.isDraining) {
			drain();
		}
		return this.demand == 0;
	}

	/**
	 * Hand on what the session has to say, and nothing else. On the connection's thread.
	 */
	public void handOver() {
		Subscriber<? super ByteBuf> target = this.subscriber;
		ByteBuf message = null;
		while (target != null && this.demand > 0 && (message = this.session.output().flush()) != null) {
			this.demand--;
			target.onNext(message);
		}
	}

	/**
	 * Return how much waits to be sent. On any thread.
	 * @return bytes
	 */
	public long bytes() {
		return unsent() + this.heldBack;
	}

	/**
	 * Return how much waits to be sent, but for items of streams that wait for credit: a
	 * peer that reads those slowly may go on with other things. On any thread.
	 * @return bytes
	 */
	public long pressingBytes() {
		return unsent() + this.heldBack - this.heldBackItems;
	}

	/** Whether more waits, of whatever kind, than is to wait. On any thread. */
	public boolean isOverfull() {
		return bytes() > this.limits.outboundHardBytes();
	}

	/** What was queued at the end was dropped, and is not counted down. */
	private long unsent() {
		return this.closed ? 0 : this.added.get() - this.removed;
	}

	/** Whether everything was sent. On the connection's thread. */
	public boolean isIdle() {
		return bytes() == 0 && !this.session.hasOutput();
	}

	/** Whether casts may be added. On any thread. */
	public boolean hasRoomForCasts() {
		return pressingBytes() < this.limits.outboundSoftBytes();
	}

	/** Whether publishers may be asked for more. On any thread. */
	boolean hasRoom() {
		return unsent() < this.limits.outboundSoftBytes();
	}

	/** Run a task at once if there is room, else as soon as there is. */
	void whenRoom(Runnable task) {
		if (hasRoom()) {
			task.run();
		}
		else {
			this.waiting.add(task);
		}
	}

	/**
	 * Look at entries that could wait, and close the connection if its peer has taken
	 * nothing for too long.
	 */
	public void tick(long nowNanos) {
		boolean idle = this.work.get() == 0 && !this.session.hasOutput();
		hurry();
		lookForRoom();
		long taken = this.taken + this.transport.progress();
		if (idle || !this.stalling || taken != this.takenAtProgress) {
			this.stalling = !idle;
			this.takenAtProgress = taken;
			this.progressNanos = nowNanos;
		}
		else if (nowNanos - this.progressNanos >= Durations.nanos(this.limits.outboundStall())) {
			this.transport.close(new CloseReason(CloseCode.SLOW_CONSUMER,
					"this peer has read nothing for " + this.limits.outboundStall()));
		}
	}

	@Override
	public void subscribe(Subscriber<? super ByteBuf> subscriber) {
		if (this.subscriber != null) {
			throw new IllegalStateException("A connection's messages can be subscribed to once only");
		}
		this.subscriber = subscriber;
		subscriber.onSubscribe(this);
	}

	/** Called on the connection's thread whenever the transport takes messages again. */
	public void onDemand(Runnable listener) {
		this.demandListener = listener;
	}

	@Override
	public void request(long n) {
		this.demand = (this.demand + n < 0) ? Long.MAX_VALUE : this.demand + n;
		if (!this.isDraining) {
			drain();
		}
		this.demandListener.run();
	}

	@Override
	public void cancel() {
		// The transport says by disconnecting that it takes no more.
		this.demand = 0;
	}

	private void drain() {
		int seen = this.work.get();
		this.isDraining = true;
		this.session.now(this.clock.getAsLong());
		try {
			while (seen != 0 && !this.closed) {
				if (!sendAll()) {
					return;
				}
				seen = this.work.addAndGet(-seen);
			}
		}
		catch (RuntimeException ex) {
			this.failures.error(logger, ConnectionContext.SERVER, "connection", ex,
					"Connection {} cannot write and is closed", this.transport.remote());
			this.transport.close(new CloseReason(CloseCode.INTERNAL, "cannot write"));
			return;
		}
		finally {
			this.isDraining = false;
		}
		if (!this.closed) {
			this.whenIdle.run();
		}
	}

	/** Whether there is nothing more to send; otherwise demand ran out. */
	private boolean sendAll() {
		Subscriber<? super ByteBuf> target = this.subscriber;
		while (target != null && this.demand > 0) {
			ByteBuf message = pull();
			if (message == null) {
				return true;
			}
			if (this.demand != Long.MAX_VALUE) {
				this.demand--;
			}
			target.onNext(message);
		}
		return false;
	}

	/** The next message, or null if all entries are written and taken. */
	private @Nullable ByteBuf pull() {
		ByteBuf message = this.session.output().poll();
		while (message == null) {
			Outbound entry = this.entries.poll();
			if (entry == null) {
				message = this.session.output().flush();
				break;
			}
			entry.write(this.session);
			count(-entry.bytes());
			message = this.session.output().poll();
		}
		if (message != null) {
			this.taken++;
		}
		count(0);
		resumeWaiting();
		if (this.roomWanted) {
			this.roomListener.run();
		}
		return message;
	}

	/** Notes what the session now has to send, after an entry was written or not. */
	private void count(long ofEntry) {
		long pending = this.session.output().pendingBytes();
		long change = pending - this.counted + ofEntry;
		this.counted = pending;
		if (change != 0) {
			this.removed -= change;
		}
		long held = this.session.heldBackBytes();
		if (held != this.heldBack) {
			this.heldBack = held;
		}
		long items = this.session.heldBackItemBytes();
		if (items != this.heldBackItems) {
			this.heldBackItems = items;
		}
	}

	/** As many streams as there is room for the shares of. */
	private void resumeWaiting() {
		long room = this.limits.outboundSoftBytes() - unsent();
		while (room > 0) {
			Runnable task = this.waiting.poll();
			if (task == null) {
				return;
			}
			task.run();
			room -= STREAM_SHARE;
		}
	}

	/** Write nothing any more. On the connection's thread. */
	public void close() {
		this.closed = true;
		this.waiting.clear();
		dropAll();
		Subscriber<? super ByteBuf> target = this.subscriber;
		if (target != null) {
			target.onComplete();
		}
	}

	private void dropAll() {
		synchronized (this.entries) {
			for (Outbound entry = this.entries.poll(); entry != null; entry = this.entries.poll()) {
				entry.dropped();
			}
		}
	}

}
