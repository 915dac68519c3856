package io.genserver.rpc;

import io.genserver.Caller;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireSession;
import io.genserver.runtime.Call;

/**
 * A call of the peer: the engine's message and reply cell, and at its end, without
 * anything in between, the entry that writes the answer.
 */
final class InboundCall extends Call implements Outbound {

	private final InboundCalls calls;

	private final ExposedOperation operation;

	private final InboundRequest request;

	private final WireArguments arguments;

	/** Set by {@link #ended()}, which happens before the entry is written. */
	private int status;

	private byte[] payload = {};

	private volatile boolean cancelled;

	InboundCall(InboundCalls calls, ExposedOperation operation, InboundRequest request, WireArguments arguments,
			Caller caller, long now) {
		super(operation.wire(), arguments, caller, now, now + operation.server().timeoutNanos(operation.operation()));
		this.calls = calls;
		this.operation = operation;
		this.request = request;
		this.arguments = arguments;
	}

	@Override
	protected void ended() {
		if (this.cancelled) {
			return;
		}
		Throwable cause = failure();
		if (cause != null) {
			fail(WireFailure.of(this.operation, cause));
		}
		else if (value() instanceof byte[] reply) {
			this.payload = reply;
			if (reply.length > this.calls.longestReply()) {
				fail(WireFailure.failed(this.operation + ": the reply of " + reply.length
						+ " bytes exceeds the limit of " + this.calls.longestReply()));
			}
		}
		else if (value() instanceof WireFailure failure) {
			fail(failure);
		}
		this.calls.send(this);
	}

	private void fail(WireFailure failure) {
		this.status = failure.status();
		this.payload = failure.payload();
	}

	@Override
	public int bytes() {
		return OVERHEAD + this.payload.length;
	}

	@Override
	public void write(WireSession session) {
		session.respond(this.request, this.status, this.payload);
	}

	/** The peer no longer wants the answer; its place is free when the handler stops. */
	void cancelledByPeer() {
		this.cancelled = true;
		cancelCall();
		this.calls.releaseAfter(this.arguments, this.request);
	}

	@Override
	public String toString() {
		return "call of " + this.operation + " (status " + ((this.status == StatusCode.OK) ? "ok" : this.status) + ")";
	}

}
