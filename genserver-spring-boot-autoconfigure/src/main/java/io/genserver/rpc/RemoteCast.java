package io.genserver.rpc;

import io.genserver.protocol.WireSession;

/**
 * A message to the peer that it does not answer.
 *
 * @param calls where it is sent from
 * @param method the operation
 * @param arguments its encoded arguments
 */
record RemoteCast(OutboundCalls calls, RemoteMethod method, byte[] arguments) implements Request {

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
		return OVERHEAD + this.arguments.length;
	}

	@Override
	public void write(WireSession session) {
		this.calls.admit(this);
	}

	@Override
	public void send(WireSession session) {
		session.cast(this.method.id(), this.arguments);
	}

}
