package io.genserver.rpc.peer;

import java.util.concurrent.CompletableFuture;

import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ConnectionListener;
import io.genserver.protocol.GoAway;
import io.genserver.rpc.OutboundQueue;
import io.genserver.rpc.Reading;
import io.genserver.rpc.Transport;
import io.genserver.rpc.outbound.OutboundCalls;

/**
 * Acts on what the session reports of the connection as a whole.
 *
 * @param transport the connection
 * @param outbound what waits to be written
 * @param reading whether the peer is read
 * @param calls the calls of this end
 * @param leaving completes when the peer has said that it leaves
 */
record ConnectionEvents(Transport transport, OutboundQueue outbound, Reading reading, OutboundCalls calls,
		CompletableFuture<GoAway> leaving) implements ConnectionListener {

	@Override
	public void violated(CloseReason reason) {
		// What the session has still to say, in ext mode why, goes first.
		this.outbound.handOver();
		this.transport.close(reason);
	}

	@Override
	public void goingAway(GoAway goAway) {
		this.calls.refuse("the other end leaves: " + goAway.reason());
		this.calls.drop();
		this.leaving.complete(goAway);
	}

	@Override
	public boolean crowded() {
		boolean full = this.outbound.drainNow();
		if (full) {
			this.reading.pause(Reading.Reason.ANSWERS);
		}
		return full;
	}

}
