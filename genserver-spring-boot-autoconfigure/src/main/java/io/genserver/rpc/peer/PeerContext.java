package io.genserver.rpc.peer;

import io.genserver.protocol.ext.ExtLimits;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.inbound.Exposure;

/**
 * What all connections of one endpoint, or of one client, have in common.
 *
 * @param connection what each part of a connection needs to know
 * @param extLimits limits of each connection that only ext mode has
 * @param exposure what peers may call, and what they get if that fails
 */
public record PeerContext(ConnectionContext connection, ExtLimits extLimits, Exposure exposure) {
}
