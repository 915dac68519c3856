/**
 * Internal: what both directions of a connection share: its transport, what waits to be
 * sent, what slows the peer down, items on their way, and how operations are encoded.
 * <p>
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
