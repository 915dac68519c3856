package io.genserver.rpc.outbound;

import io.genserver.protocol.WireSession;
import io.genserver.rpc.Outbound;

/**
 * Something we ask of the peer. Its turn to be written is its turn to be admitted: it may
 * still have to wait for a place among the calls in flight.
 */
interface Request extends Outbound {

	/** Whether it was given up. */
	boolean isOver();

	/** Whether it counts among the calls in flight. */
	boolean takesPlace();

	/** Send it, unless it was given up. On the connection's thread. */
	void send(WireSession session);

}
