package io.genserver.rpc;

import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.StatusCode;
import io.genserver.protocol.WireSession;

/**
 * A complete answer to a request that no call is needed for.
 *
 * @param request the request
 * @param status see {@link StatusCode}
 * @param payload the value or the error text
 */
record Answer(InboundRequest request, int status, byte[] payload) implements Outbound {

	private static final byte[] NOTHING = {};

	static Answer of(InboundRequest request, WireFailure failure) {
		return new Answer(request, failure.status(), failure.payload());
	}

	static Answer done(InboundRequest request) {
		return new Answer(request, StatusCode.OK, NOTHING);
	}

	@Override
	public int bytes() {
		return OVERHEAD + this.payload.length;
	}

	@Override
	public void write(WireSession session) {
		session.respond(this.request, this.status, this.payload);
	}

}
