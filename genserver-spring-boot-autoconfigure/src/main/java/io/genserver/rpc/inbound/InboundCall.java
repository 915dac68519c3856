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
 * <p>
 * After its end it stays linked for a while, in the mailbox and where deadlines are
 * watched. So it lets go of the connection, the arguments and the reply as soon as the
 * answer is written, or will never be; each of these comes after {@link #ended()}.
 */
final class InboundCall extends CallMessage implements Outbound, OpenRequest {

	/** Null once it is answered or given up, as are its arguments. */
	private @Nullable InboundAnswers answers;

	private final ExposedOperation operation;

	private final WireOperation wire;

	private @Nullable WireArguments arguments;

	/** Set by {@link #ended()}, which happens before the entry is written. */
	private byte[] payload = ByteAssembler.EMPTY;

	/** Of the payload, also when it is no longer here. */
	private int length;

	private @Nullable WireFailure answer;

	private volatile boolean cancelled;

	/** When it has to have begun, with all its items; by the connection's clock. */
	private long waitsUntil;

	/** What its reply is expected to take, until it is there. */
	private int expected;

	InboundCall(InboundAnswers answers, ExposedOperation operation, WireOperation wire, WireArguments arguments,
			Caller caller, long now, long deadline, int expected) {
		super(wire, arguments, caller, now, deadline);
		this.answers = answers;
		this.operation = operation;
		this.wire = wire;
		this.arguments = arguments;
		this.expected = expected;
	}

	@Override
	public @Nullable RequestItems items() {
		WireArguments known = this.arguments;
		return (known != null) ? known.items() : null;
	}

	/** The answer is written, or there will be none. */
	private void letGo() {
		this.answers = null;
		this.arguments = null;
		this.payload = ByteAssembler.EMPTY;
		this.answer = null;
		forgetOutcome();
	}

	@Override
	protected void ended() {
		InboundAnswers answers = this.answers;
		WireArguments arguments = this.arguments;
		if (answers == null || arguments == null) {
			throw new IllegalStateException(this + " has ended before");
		}
		RequestItems items = arguments.items();
		Throwable cause = failure();
		if (items != null) {
			items.breakOff(
					(cause instanceof WireFailureException broken) ? broken.failure().error().message() : "it is over");
		}
		if (this.cancelled) {
			letGo();
			return;
		}
		if (cause != null) {
			this.answer = answers.failures()
				.of(this.operation.name(), cause, arguments.request().isStarted())
				.executed(arguments.execution());
		}
		else if (answers.nanoTime() - deadline() >= 0) {
			// Its handler has been cancelled already.
			this.answer = WireFailure.deadline(this.operation + ": the reply came after its deadline");
		}
		else if (value() instanceof LaterReply later) {
			answers.room().encodeLater(this, later);
			return;
		}
		else {
			answer(answers, value());
		}
		answers.send(this);
	}

	private void answer(InboundAnswers answers, @Nullable Object value) {
		if (value instanceof byte[] reply) {
			if (reply.length > answers.longestReply()) {
				this.answer = tooLong(reply.length, answers.longestReply());
			}
			else {
				this.payload = reply;
				this.length = reply.length;
			}
		}
		else if (value instanceof WireFailure failure) {
			this.answer = failure;
		}
		else if (value instanceof WireOperation.NotEncoded reply) {
			this.answer = answers.failures().notEncoded(this.operation.name(), "the reply", reply.failure());
		}
	}

	/** Encode a reply that has waited as it is. On a worker. */
	void encodeNow() {
		InboundAnswers answers = this.answers;
		if (answers != null && !this.cancelled && value() instanceof LaterReply later) {
			answer(answers, this.wire.encode(later.value()));
			answers.send(this);
		}
		else {
			letGo();
		}
	}

	private static boolean isWaiting(WireArguments arguments) {
		RequestItems items = arguments.items();
		return !arguments.request().isStarted() || (items != null && !items.isComplete());
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
		WireArguments known = this.arguments;
		if (known == null || isOver() || !isWaiting(known)) {
			return true;
		}
		if (nowNanos - this.waitsUntil < 0) {
			return false;
		}
		refused(WireFailure.deadline(this.operation + ": it waited for its turn, or for its items, for longer than the"
				+ " operation's timeout, up to which a deadline counts until then"));
		return true;
	}

	/** On the connection's thread. */
	private void replied(InboundAnswers answers) {
		answers.room().answered(this.expected);
		this.expected = 0;
		answers.isOver(this);
	}

	private WireFailure tooLong(int length, int limit) {
		return WireFailure
			.tooLong(this.operation + ": the reply of " + length + " bytes exceeds the limit of " + limit);
	}

	@Override
	public int bytes() {
		return OVERHEAD + this.length;
	}

	@Override
	public void write(WireSession session) {
		InboundAnswers answers = this.answers;
		WireArguments arguments = this.arguments;
		if (answers == null || arguments == null) {
			return;
		}
		replied(answers);
		write(session, arguments.request());
		letGo();
	}

	private void write(WireSession session, InboundRequest request) {
		WireFailure failure = this.answer;
		if (failure == null) {
			try {
				session.respond(request, this.payload, this.wire.replyMetadata());
				return;
			}
			catch (OversizedItemException ex) {
				failure = tooLong(this.length, ex.limit());
			}
		}
		session.respondError(request, failure.error());
	}

	@Override
	public void dropped() {
		letGo();
	}

	/**
	 * A handler that runs is cancelled at once, and keeps the call's place until it has
	 * stopped.
	 */
	@Override
	public void refused(WireFailure failure) {
		InboundAnswers answers = this.answers;
		WireArguments arguments = this.arguments;
		if (answers != null && arguments != null) {
			arguments.request().keepPlace();
			giveUp(new WireFailureException(failure));
			answers.releaseAfter(arguments);
		}
	}

	/** Its place is free when the handler stops. */
	@Override
	public void cancelledByPeer() {
		InboundAnswers answers = this.answers;
		WireArguments arguments = this.arguments;
		if (answers != null && arguments != null) {
			this.cancelled = true;
			replied(answers);
			cancelCall();
			answers.releaseAfter(arguments);
		}
	}

	@Override
	public String toString() {
		return "call of " + this.operation + " (" + ((this.answer == null) ? "ok" : this.answer) + ")";
	}

}
