package io.genserver.rpc.inbound;

import io.genserver.protocol.InboundRequest;
import org.jspecify.annotations.Nullable;

/**
 * A request that is complete and has not been handed to its server. Belongs to the
 * connection's thread.
 */
abstract class PendingRequest {

	private final InboundRequest request;

	private final WireArguments arguments;

	private boolean over;

	/** Items the peer has asked for since. */
	private long demanded;

	/**
	 * Create.
	 * @param request the request
	 * @param arguments its arguments
	 */
	PendingRequest(InboundRequest request, WireArguments arguments) {
		this.request = request;
		this.arguments = arguments;
	}

	InboundRequest request() {
		return this.request;
	}

	@Nullable RequestItems items() {
		return this.arguments.items();
	}

	/** The peer takes more items of the answer. */
	void demanded(long items) {
		this.demanded += items;
	}

	long demanded() {
		return this.demanded;
	}

	boolean isOver() {
		return this.over;
	}

	/** It is not to be handled: the peer gave it up, or it was refused. */
	void end() {
		this.over = true;
		this.arguments.finished();
	}

}
