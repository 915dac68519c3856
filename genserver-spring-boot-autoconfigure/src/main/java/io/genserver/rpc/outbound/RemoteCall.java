package io.genserver.rpc.outbound;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Executor;

import io.genserver.protocol.OutboundCall;
import io.genserver.protocol.ResponseMode;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.ItemPull;
import io.genserver.rpc.OutboundQueue;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * A call of ours to the peer, from when it is queued until its outcome is known.
 * <p>
 * <b>Phase.</b> {@code QUEUED} → {@code SENT} by the connection's thread, as it writes;
 * from either to {@code OVER} by the thread that has the outcome first: the connection's
 * thread with the answer or the loss of the connection, or the caller who gives up. The
 * winner delivers the outcome, which says whether the call ever left.
 */
abstract class RemoteCall implements OutboundRequest {

	private static final VarHandle PHASE;

	static {
		try {
			PHASE = MethodHandles.lookup().findVarHandle(RemoteCall.class, "phase", Phase.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final OutboundCalls calls;

	private final RemoteMethod method;

	private final RequestBody body;

	private final CallTime time;

	private final long deadline;

	/** What sends the items of the request, once it was sent. */
	private volatile @Nullable OutboundItems items;

	private volatile Phase phase = Phase.QUEUED;

	/** What is open on the session; of the connection's thread. */
	private @Nullable OutboundCall wire;

	/**
	 * Create.
	 * @param calls where it is made
	 * @param method the operation
	 * @param body what it is given
	 * @param time the time it has in all; of no meaning for a stream
	 * @param now the time by the connection's clock
	 */
	RemoteCall(OutboundCalls calls, RemoteMethod method, RequestBody body, CallTime time, long now) {
		this.calls = calls;
		this.method = method;
		this.body = body;
		this.time = time;
		this.deadline = now + time.nanos();
	}

	/** Where it was made. */
	final OutboundCalls calls() {
		return this.calls;
	}

	final RemoteMethod method() {
		return this.method;
	}

	@Override
	public final boolean isOver() {
		return this.phase == Phase.OVER;
	}

	/** How a good answer is wanted. */
	abstract ResponseMode mode();

	/** A part of the answer came; only in {@link ResponseMode#STREAM}. */
	void item(byte[] item) {
	}

	/** Casts sent before it. Of the connection's thread. */
	private long castsBefore;

	/** It is sent, after so many casts. */
	final void sentAfter(long casts) {
		this.castsBefore = casts;
	}

	/** How many casts were sent before it. */
	final long castsBefore() {
		return this.castsBefore;
	}

	/**
	 * The answer is complete and good. Called by the winner, on the connection's thread.
	 */
	abstract void succeeded(byte[] reply);

	/** There will be no answer, or a bad one. Called by the winner, on any thread. */
	abstract void failed(Throwable failure);

	/** Whether the answer has to be there at some time. */
	final boolean hasDeadline() {
		return mode() == ResponseMode.UNARY;
	}

	/** The time it has in all. */
	final CallTime time() {
		return this.time;
	}

	/** Whether its time is over, by the connection's clock. */
	final boolean isLate(long now) {
		return hasDeadline() && now - this.deadline >= 0;
	}

	/** When the answer has to be there, by the connection's clock. */
	final long deadline() {
		return this.deadline;
	}

	private Phase over() {
		Phase before = (Phase) PHASE.getAndSet(this, Phase.OVER);
		OutboundItems sending = this.items;
		if (sending != null) {
			sending.stop();
		}
		return before;
	}

	/** An item of the request was written. On the connection's thread. */
	final void itemSent() {
		OutboundItems sending = this.items;
		if (sending != null) {
			sending.written();
		}
	}

	/** The answer is complete and good. */
	final void succeed(byte[] reply) {
		if (over() != Phase.OVER) {
			succeeded(reply);
		}
	}

	/** The answer is complete and bad. */
	final void fail(Throwable failure) {
		if (over() != Phase.OVER) {
			failed(failure);
		}
	}

	/** The call as the session knows it, once it was sent. */
	final @Nullable OutboundCall wire() {
		return this.wire;
	}

	/**
	 * End the call without an answer.
	 * @param reason makes the failure
	 * @return whether it had left, or null if it was over already
	 */
	final @Nullable Boolean end(EndReason reason) {
		Phase before = over();
		if (before == Phase.OVER) {
			return null;
		}
		failed(reason.failure(before == Phase.SENT));
		return before == Phase.SENT;
	}

	@Override
	public final int bytes() {
		return OVERHEAD + this.body.arguments().length;
	}

	@Override
	public final boolean takesPlace() {
		return true;
	}

	@Override
	public final void write(WireSession session) {
		this.calls.sender().send(this);
	}

	final RequestBody body() {
		return this.body;
	}

	/** It is given to the session, unless it is over. On the connection's thread. */
	final boolean leave() {
		return PHASE.compareAndSet(this, Phase.QUEUED, Phase.SENT);
	}

	/** It is open on the session. On the connection's thread. */
	final void opened(OutboundCall open) {
		this.wire = open;
	}

	/**
	 * It is open on the session, and its items may follow. On the connection's thread.
	 * @return what takes the items
	 */
	final OutboundItems opened(OutboundCall open, OutboundQueue outbound, Executor workers) {
		opened(open);
		ItemPull pull = new ItemPull(outbound, workers, () -> OutboundQueue.STREAM_SHARE, Long.MAX_VALUE);
		OutboundItems sending = new OutboundItems(this.calls, this, open,
				Objects.requireNonNull(this.body.encoder(), "encoder"), outbound, pull);
		this.items = sending;
		if (isOver()) {
			// The thread that ended the call may not have seen what is to stop.
			sending.stop();
		}
		return sending;
	}

	/** Tell the peer that the answer is not wanted. On the connection's thread. */
	final void cancelOn(WireSession session) {
		OutboundCall open = this.wire;
		if (open != null) {
			session.cancel(open);
		}
	}

	@Override
	public void dropped() {
		end(RemoteFailures.lost(this.method, this.calls.whyLost()));
	}

	/** Where a call is in its life. */
	private enum Phase {

		QUEUED, SENT, OVER

	}

}
