package io.genserver.rpc.outbound;

import io.genserver.rpc.Outbound;

/**
 * Something we ask of the peer. When its turn to be written has come,
 * {@link RequestSender} may still let it wait for a place among the calls in flight.
 */
interface OutboundRequest extends Outbound {

	/** Whether it was given up. */
	boolean isOver();

	/** Whether it counts among the calls in flight. */
	boolean takesPlace();

}
