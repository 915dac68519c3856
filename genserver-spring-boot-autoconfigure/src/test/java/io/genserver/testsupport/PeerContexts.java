package io.genserver.testsupport;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.remote.RpcAuthorization;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.inbound.Disclosure;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.Exposure;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.runtime.message.FailureLog;
import org.jspecify.annotations.Nullable;

/** Contexts of connections, made of what tests choose. */
public final class PeerContexts {

	private PeerContexts() {
	}

	/** A context of connections whose peers may call all that is exposed. */
	public static PeerContext of(ProtocolLimits limits, ExtLimits extLimits, StreamFailure streamFailure,
			ExposedOperations exposed, Executor workers, LongSupplier clock) {
		return of(limits, extLimits, streamFailure, exposed, workers, clock, null);
	}

	/** A context of connections whose peers get the texts of all exceptions. */
	public static PeerContext of(ProtocolLimits limits, ExtLimits extLimits, StreamFailure streamFailure,
			ExposedOperations exposed, Executor workers, LongSupplier clock, @Nullable RpcAuthorization authorization) {
		return of(limits, extLimits, streamFailure, exposed, workers, clock, authorization, Disclosure.ALL,
				new FailureLog(clock));
	}

	/** A context of connections. */
	public static PeerContext of(ProtocolLimits limits, ExtLimits extLimits, StreamFailure streamFailure,
			ExposedOperations exposed, Executor workers, LongSupplier clock, @Nullable RpcAuthorization authorization,
			Disclosure disclosure, FailureLog failures) {
		return new PeerContext(new ConnectionContext(limits, workers, clock, failures), extLimits,
				new Exposure(exposed, authorization, disclosure, streamFailure));
	}

}
