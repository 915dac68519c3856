/**
 * Internal: a WebSocket on a Netty channel as the transport of a peer, whichever end of
 * the connection this is.
 *
 * <pre>
 * socket → LingeringClose → WebSocket decoder → WebSocketTransport → peer
 * peer → OutboundMessages → WebSocket encoder → socket
 * </pre>
 *
 * <b>Threads.</b> A connection belongs to the event loop of its channel. Nothing here
 * blocks it, runs code of an application on it, or takes a lock.
 * <p>
 * <b>Why the channel, and not a WebSocket session.</b> How a connection ends is part of
 * the protocol: each cause has its close code, and the peer must get to read it. The
 * session APIs above the channel close the socket right behind the close frame, so that
 * the kernel resets a connection whose peer is still sending, answer every ping however
 * many wait to be sent, and take messages by count whatever their length.
 * <p>
 * What bytes mean is not known here, it belongs to {@code io.genserver.rpc} and
 * {@code io.genserver.protocol}; neither is how a connection comes about.
 */
@NullMarked
package io.genserver.rpc.socket;

import org.jspecify.annotations.NullMarked;
