/**
 * Internal: what the peer of a connection calls: the operations that are exposed, and
 * each of its requests from when it is complete until its answer is written.
 * <p>
 * {@link io.genserver.rpc.inbound.InboundCalls} finds the exposed operation of a request
 * and sends a message to its server, whose payload is the still encoded arguments. That
 * happens on the connection's thread, which runs no code of an application. In the
 * server's turn {@code WireOperation} decodes the arguments, runs the handler and encodes
 * the reply. The end of the call puts the entry that writes the answer into the
 * connection's {@link io.genserver.rpc.OutboundQueue}.
 */
@NullMarked
package io.genserver.rpc.inbound;

import org.jspecify.annotations.NullMarked;
