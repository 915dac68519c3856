package io.genserver.rpc.outbound;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.WireSession;

/**
 * A message to the peer that it does not answer.
 *
 * @param calls where it is sent from
 * @param method the operation
 * @param body what it is given
 * @param deadline until when it may be sent, by the connection's clock
 */
public record RemoteCast(OutboundCalls calls, RemoteMethod method, RequestBody body, long deadline) implements Request {

	private static final SafeLogger logger = SafeLogger.of(RemoteCast.class);

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
		this.calls.admit(this);
	}

	@Override
	public void send(WireSession session) {
		if (!session.acceptsCalls()) {
			this.calls.unsent(this);
			return;
		}
		try {
			session.cast(this.method.id(), this.body.arguments(),
					this.calls.metadata(this.method, false, 0, false, this.body.headers()),
					this.calls.mayResend() ? this : null);
			this.calls.castSent();
		}
		catch (OversizedItemException ex) {
			logger.warn("A cast of {} was not sent: {}", this.method, ex.getMessage());
		}
	}

	@Override
	public void dropped() {
		this.calls.unsent(this);
	}

}
