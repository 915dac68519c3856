package io.genserver.rpc;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.runtime.message.FailureLog;

/**
 * What each part of a connection needs to know.
 *
 * @param limits the limits of the connection
 * @param workers runs code of the application; tasks may block
 * @param clock nanoseconds from an arbitrary origin
 * @param failures logs failures that a peer can cause as often as it likes
 */
public record ConnectionContext(ProtocolLimits limits, Executor workers, LongSupplier clock, FailureLog failures) {

	/**
	 * Stands for the name of a server where the connection itself is meant; no server may
	 * be named so.
	 */
	public static final String SERVER = "$rpc";

}
