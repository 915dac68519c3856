package io.genserver.rpc.inbound;

import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.InboundRequest;
import io.genserver.protocol.WireSession;
import io.genserver.rpc.Outbound;
import org.jspecify.annotations.Nullable;

/**
 * A complete answer to a request that no call is needed for.
 *
 * @param request the request
 * @param failure why there is no reply, or null for an empty one
 */
record Answer(InboundRequest request, @Nullable WireFailure failure) implements Outbound {

	private static final byte[] NOTHING = {};

	static Answer of(InboundRequest request, WireFailure failure) {
		return new Answer(request, failure);
	}

	static Answer done(InboundRequest request) {
		return new Answer(request, null);
	}

	@Override
	public int bytes() {
		return OVERHEAD;
	}

	@Override
	public void write(WireSession session) {
		if (this.failure != null) {
			session.respondError(this.request, this.failure.error());
		}
		else {
			session.respond(this.request, NOTHING, CallMetadata.NONE);
		}
	}

}
