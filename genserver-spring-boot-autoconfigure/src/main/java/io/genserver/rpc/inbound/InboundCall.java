package io.genserver.rpc.inbound;

import io.genserver.Caller;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.Outbound;
import io.genserver.runtime.message.CallMessage;
import org.jspecify.annotations.Nullable;

/**
 * A call of the peer: the engine's message and reply cell, and at its end, without
 * anything in between, the entry that writes the answer.
 */
final class InboundCall extends CallMessage implements Outbound, OpenRequest {

	private final InboundCalls calls;

	private final ExposedOperation operation;

	private final WireOperation wire;

	private final InboundRequest request;

	private final WireArguments arguments;

	/** Set by {@link #ended()}, which happens before the entry is written. */
	private byte[] payload = ByteAssembler.EMPTY;

	private @Nullable WireFailure answer;

	private volatile boolean cancelled;

	/** When it has to have begun, with all its items; by the connection's clock. */
	private long waitsUntil;

	/** What its reply is expected to take, until it is there. */
	private int expected;

	InboundCall(InboundCalls calls, ExposedOperation operation, WireOperation wire, InboundRequest request,
			WireArguments arguments, Caller caller, long now, long deadline, int expected) {
		super(wire, arguments, caller, now, deadline);
		this.calls = calls;
		this.operation = operation;
		this.wire = wire;
		this.request = request;
		this.arguments = arguments;
		this.expected = expected;
	}

	@Override
	public @Nullable RequestItems items() {
		return this.arguments.items();
	}

	@Override
	protected void ended() {
		RequestItems items = this.arguments.items();
		Throwable cause = failure();
		if (items != null) {
			items.breakOff(
					(cause instanceof WireFailureException broken) ? broken.failure().error().message() : "it is over");
		}
		if (this.cancelled) {
			return;
		}
		if (cause != null) {
			this.answer = this.calls.failures()
				.of(this.operation.name(), cause, this.request.isStarted())
				.executed(this.arguments.execution());
		}
		else if (this.calls.nanoTime() - deadline() >= 0) {
			// Its handler has been cancelled already.
			this.answer = WireFailure.deadline(this.operation + ": the reply came after its deadline");
		}
		else if (value() instanceof LaterReply later) {
			this.calls.room().encodeLater(this, later);
			return;
		}
		else {
			answer(value());
		}
		this.calls.send(this);
	}

	private void answer(@Nullable Object value) {
		if (value instanceof byte[] reply) {
			if (reply.length > this.calls.longestReply()) {
				this.answer = tooLong(reply.length, this.calls.longestReply());
			}
			else {
				this.payload = reply;
			}
		}
		else if (value instanceof WireFailure failure) {
			this.answer = failure;
		}
		else if (value instanceof WireOperation.NotEncoded reply) {
			this.answer = this.calls.failures().notEncoded(this.operation.name(), "the reply", reply.failure());
		}
	}

	/** Encode a reply that has waited as it is. On a worker. */
	void encodeNow() {
		if (!this.cancelled && value() instanceof LaterReply later) {
			answer(this.wire.encode(later.value()));
			this.calls.send(this);
		}
	}

	private boolean isWaiting() {
		RequestItems items = this.arguments.items();
		return !this.request.isStarted() || (items != null && !items.isComplete());
	}

	/** How long it may wait. */
	void waitsUntil(long nanos) {
		this.waitsUntil = nanos;
	}

	/**
	 * Whether it waits no more; ends it if it has waited for too long. On the
	 * connection's thread.
	 */
	boolean isPast(long nowNanos) {
		if (isOver() || !isWaiting()) {
			return true;
		}
		if (nowNanos - this.waitsUntil < 0) {
			return false;
		}
		refused(WireFailure.deadline(this.operation + ": it waited for its turn, or for its items, for longer than the"
				+ " operation's timeout, up to which a deadline counts until then"));
		return true;
	}

	private void replied() {
		this.calls.room().answered(this.expected);
		this.expected = 0;
	}

	private WireFailure tooLong(int length, int limit) {
		return WireFailure
			.tooLong(this.operation + ": the reply of " + length + " bytes exceeds the limit of " + limit);
	}

	@Override
	public int bytes() {
		return OVERHEAD + this.payload.length;
	}

	@Override
	public void write(WireSession session) {
		replied();
		WireFailure failure = this.answer;
		if (failure == null) {
			try {
				session.respond(this.request, this.payload, this.wire.replyMetadata());
				return;
			}
			catch (OversizedItemException ex) {
				failure = tooLong(this.payload.length, ex.limit());
			}
		}
		session.respondError(this.request, failure.error());
	}

	/**
	 * A handler that runs is cancelled at once, and keeps the call's place until it has
	 * stopped.
	 */
	@Override
	public void refused(WireFailure failure) {
		this.request.keepPlace();
		giveUp(new WireFailureException(failure));
		this.calls.releaseAfter(this.arguments, this.request);
	}

	/** Its place is free when the handler stops. */
	@Override
	public void cancelledByPeer() {
		this.cancelled = true;
		replied();
		cancelCall();
		this.calls.releaseAfter(this.arguments, this.request);
	}

	@Override
	public String toString() {
		return "call of " + this.operation + " (" + ((this.answer == null) ? "ok" : this.answer) + ")";
	}

}
