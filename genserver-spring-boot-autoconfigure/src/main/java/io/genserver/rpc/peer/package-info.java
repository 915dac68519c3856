/**
 * Internal: a peer on one connection, whichever end of it this is: joins the transport
 * and the session with the calls the peer makes of us and the calls we make of it.
 * <p>
 * <b>How a call travels.</b> The transport hands received bytes, on the connection's
 * thread, to {@link io.genserver.rpc.peer.PeerConnection#receive}; the session of
 * {@code io.genserver.protocol} tells of a complete request; {@code InboundCalls} finds
 * the operation and sends a message to its server, whose payload is the still encoded
 * arguments. That was all on the connection's thread, which runs no code of an
 * application. In the server's turn {@code WireOperation} decodes the arguments, runs the
 * handler and encodes the reply. The end of the call puts an {@code Outbound} entry into
 * the connection's {@code OutboundQueue}; the first entry of an idle queue asks the
 * connection's thread to drain it into the session, which makes frames of it, and
 * messages of these, that the transport takes from
 * {@link io.genserver.rpc.peer.PeerConnection#outbound()}: one long-lived stream, so that
 * whatever became ready meanwhile shares a message and a flush.
 *
 * <pre>
 * frame → stream → peer → mailbox → turn → reply → frame
 * </pre>
 */
@NullMarked
package io.genserver.rpc.peer;

import org.jspecify.annotations.NullMarked;
