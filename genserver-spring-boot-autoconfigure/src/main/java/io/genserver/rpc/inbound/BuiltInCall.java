package io.genserver.rpc.inbound;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;
import io.genserver.remote.RpcAuthorization.Target;
import io.genserver.rpc.Outbound;
import io.genserver.rpc.inbound.BuiltInMethod.Reply;
import org.jspecify.annotations.Nullable;

/**
 * A call of a {@link BuiltInMethod}. Holds its place among the calls in flight as others
 * do; a worker makes its answer.
 */
final class BuiltInCall implements Outbound, OpenRequest {

	private static final Reply NONE = new Reply(new byte[0], CallMetadata.NONE);

	private final InboundAnswers answers;

	private final BuiltInMethod method;

	private final InboundRequest request;

	private final WireArguments arguments;

	/** By the clock of the endpoint. */
	private final long deadline;

	/** Set before the entry is queued, which is before it is written. */
	private Reply reply = NONE;

	private @Nullable WireFailure failure;

	private volatile boolean cancelled;

	BuiltInCall(InboundAnswers answers, BuiltInMethod method, InboundRequest request, WireArguments arguments,
			long deadline) {
		this.answers = answers;
		this.method = method;
		this.request = request;
		this.arguments = arguments;
		this.deadline = deadline;
	}

	/** Have the answer made. On the connection's thread. */
	void start() {
		this.request.attach(this);
		this.answers.context().workers().execute(this::run);
	}

	private void run() {
		try {
			if (this.cancelled) {
				return;
			}
			answer();
		}
		catch (WireFailureException ex) {
			this.failure = ex.failure();
		}
		catch (Throwable ex) {
			this.failure = this.answers.failures().builtInFailed(this.method.fullName(), ex);
		}
		finally {
			this.arguments.finished();
		}
		if (!this.cancelled) {
			this.answers.send(this);
		}
	}

	private void answer() {
		byte[] bytes = this.arguments.take();
		if (this.answers.context().clock().getAsLong() - this.deadline >= 0) {
			this.failure = WireFailure.deadline(this.method + ": there was no worker for it before its deadline");
			return;
		}
		this.arguments.begun();
		Reply answer = this.method.handler().handle(bytes, this.request.details());
		if (answer.bytes().length > this.answers.longestReply()) {
			this.failure = tooLong(answer, this.answers.longestReply());
		}
		else {
			this.reply = answer;
		}
	}

	private WireFailure tooLong(Reply answer, int limit) {
		return WireFailure
			.tooLong(this.method + ": the reply of " + answer.bytes().length + " bytes exceeds the limit of " + limit);
	}

	@Override
	public void refused(WireFailure failure) {
		this.cancelled = true;
		this.request.keepPlace();
		this.answers.releaseAfter(this.arguments);
		this.answers.send(Answer.of(this.request, failure.executed(this.arguments.execution())));
	}

	/** Its place is free when no answer is being made. */
	@Override
	public void cancelledByPeer() {
		this.cancelled = true;
		this.answers.releaseAfter(this.arguments);
	}

	@Override
	public int bytes() {
		return OVERHEAD + this.reply.bytes().length;
	}

	@Override
	public void write(WireSession session) {
		WireFailure known = this.failure;
		if (known == null) {
			try {
				session.respond(this.request, this.reply.bytes(), this.reply.metadata());
				return;
			}
			catch (OversizedItemException ex) {
				known = tooLong(this.reply, ex.limit());
			}
		}
		session.respondError(this.request, known.error());
	}

	@Override
	public String toString() {
		return "call of " + this.method;
	}

	/** A call that waits to be allowed. */
	static final class Pending extends PendingRequest {

		private final BuiltInCall call;

		private final long nanos;

		Pending(BuiltInCall call, long nanos) {
			super(call.answers, call.request, call.arguments);
			this.call = call;
			this.nanos = nanos;
		}

		@Override
		Object called() {
			return this.call.method;
		}

		@Override
		Target target() {
			return new Target(BuiltInMethod.SERVER, null, this.call.method.name());
		}

		@Override
		long nanos() {
			return this.nanos;
		}

		@Override
		void allowed() {
			this.call.start();
		}

	}

}
