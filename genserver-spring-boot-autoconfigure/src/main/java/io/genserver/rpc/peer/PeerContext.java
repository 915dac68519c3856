package io.genserver.rpc.peer;

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
import io.genserver.runtime.message.FailureLog;
import org.jspecify.annotations.Nullable;

/**
 * What all connections of one endpoint, or of one client, have in common.
 *
 * @param limits the limits of each connection
 * @param extLimits those that only ext mode has
 * @param streamFailure what becomes of a stream that fails after its first item
 * @param exposed what peers may call
 * @param workers runs code of the application for the connections; tasks may block
 * @param clock nanoseconds from an arbitrary origin
 * @param authorization decides what of that a peer may call, or {@code null} if it may
 * all of it
 * @param disclosure decides which texts of exceptions peers get
 * @param failures logs failures that peers can cause as often as they like
 */
public record PeerContext(ProtocolLimits limits, ExtLimits extLimits, StreamFailure streamFailure,
		ExposedOperations exposed, Executor workers, LongSupplier clock, @Nullable RpcAuthorization authorization,
		Disclosure disclosure, FailureLog failures) {

	/**
	 * Create a context of connections whose peers get the texts of all exceptions.
	 * @param limits the limits of each connection
	 * @param extLimits those that only ext mode has
	 * @param streamFailure what becomes of a stream that fails after its first item
	 * @param exposed what peers may call
	 * @param workers runs code of the application for the connections; tasks may block
	 * @param clock nanoseconds from an arbitrary origin
	 * @param authorization decides what of that a peer may call, or {@code null} if it
	 * may all of it
	 */
	public PeerContext(ProtocolLimits limits, ExtLimits extLimits, StreamFailure streamFailure,
			ExposedOperations exposed, Executor workers, LongSupplier clock, @Nullable RpcAuthorization authorization) {
		this(limits, extLimits, streamFailure, exposed, workers, clock, authorization, Disclosure.ALL,
				new FailureLog(clock));
	}

	/**
	 * Create a context of connections whose peers may call all that is exposed.
	 * @param limits the limits of each connection
	 * @param extLimits those that only ext mode has
	 * @param streamFailure what becomes of a stream that fails after its first item
	 * @param exposed what peers may call
	 * @param workers runs code of the application for the connections; tasks may block
	 * @param clock nanoseconds from an arbitrary origin
	 */
	public PeerContext(ProtocolLimits limits, ExtLimits extLimits, StreamFailure streamFailure,
			ExposedOperations exposed, Executor workers, LongSupplier clock) {
		this(limits, extLimits, streamFailure, exposed, workers, clock, null);
	}

	/** What the parts of a connection need. */
	ConnectionContext connection() {
		return new ConnectionContext(this.limits, this.workers, this.clock, this.failures);
	}

	/** What the peer of a connection may call. */
	Exposure exposure() {
		return new Exposure(this.exposed, this.authorization, this.disclosure, this.streamFailure);
	}

}
