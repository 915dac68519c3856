package io.genserver.rpc;

import io.genserver.runtime.Operation;
import io.genserver.runtime.Server;

/**
 * An operation peers may call.
 *
 * @param methodId its id on the wire
 * @param wireName its name on the wire, {@code SERVER.OPERATION}
 * @param server its server
 * @param operation the operation itself
 * @param wire the operation whose messages carry encoded arguments
 * @since 0.1.0
 */
record ExposedOperation(long methodId, String wireName, Server server, Operation operation, WireOperation wire) {

	@Override
	public String toString() {
		return this.wireName;
	}

}
