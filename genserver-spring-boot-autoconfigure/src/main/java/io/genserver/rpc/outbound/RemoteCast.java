package io.genserver.rpc.outbound;

import io.genserver.protocol.WireSession;

/**
 * A message to the peer that it does not answer.
 *
 * @param calls where it is sent from
 * @param method the operation
 * @param body what it is given
 * @param deadline until when it may be sent, by the connection's clock
 */
public record RemoteCast(OutboundCalls calls, RemoteMethod method, RequestBody body,
		long deadline) implements OutboundRequest {

	@Override
	public boolean isOver() {
		return false;
	}

	@Override
	public boolean takesPlace() {
		return false;
	}

	@Override
	public int bytes() {
		return OVERHEAD + this.body.arguments().length;
	}

	@Override
	public void write(WireSession session) {
		this.calls.sender().send(this);
	}

	/** Whether it is handed over, to be sent again, if it is not delivered. */
	boolean mayBeResent() {
		return this.calls.mayResend();
	}

	@Override
	public void dropped() {
		this.calls.unsent(this);
	}

}
