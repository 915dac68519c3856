/**
 * Internal: a peer on one connection, whichever end of it this is: the calls it makes of
 * us, the calls we make of it, and what is waiting to be sent.
 * <p>
 * <b>How a call travels.</b> The transport hands received bytes, on the connection's
 * thread, to {@link io.genserver.rpc.PeerConnection#receive}; the session of
 * {@code io.genserver.protocol} tells of a complete request; {@code InboundCalls} finds
 * the {@link io.genserver.rpc.ExposedOperation} and sends a message to its server, whose
 * payload is the still encoded arguments. That was all on the connection's thread, which
 * runs no code of an application. In the server's turn {@code WireOperation} decodes the
 * arguments, runs the handler and encodes the reply. The end of the call puts an
 * {@code Outbound} entry into the connection's {@code OutboundQueue}; the first entry of
 * an idle queue asks the connection's thread to drain it into the session, which makes
 * frames of it, and messages of these, that the transport takes from
 * {@link io.genserver.rpc.PeerConnection#outbound()}: one long-lived stream, so that
 * whatever became ready meanwhile shares a message and a flush.
 *
 * <pre>
 * frame → stream → peer → mailbox → turn → reply → frame
 * </pre>
 *
 * <b>Threads.</b> The session and everything that is open on it belong to the
 * connection's thread. Replies, items and our own calls come from any thread and meet it
 * in the queue only; there is no lock on that way, and no thread in between.
 * <p>
 * <b>Bytes.</b> Arguments and replies are plain arrays that the session copied out of, or
 * copies into, network buffers: what waits in a mailbox pins no buffer and can leak none.
 * What is handed on counts against the connection's inbound budget until it is decoded or
 * let go of.
 * <p>
 * Nothing here knows a transport, JSON, Spring or a socket: the transport is a
 * {@link io.genserver.rpc.Transport}, encodings are in {@code io.genserver.rpc.codec}.
 */
@NullMarked
package io.genserver.rpc;

import org.jspecify.annotations.NullMarked;
