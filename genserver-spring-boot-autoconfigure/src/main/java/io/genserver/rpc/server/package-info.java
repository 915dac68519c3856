/**
 * Internal: the WebSocket endpoint of a WebFlux application on Reactor Netty, and its
 * connections.
 * <p>
 * <b>How a connection comes about.</b> {@link io.genserver.rpc.server.RpcHandlerMapping}
 * finds the request, after the application's filters and Spring Security, and checks its
 * origin; {@link io.genserver.rpc.server.RpcWebHandler} refuses it or upgrades it. Then
 * {@code WebSocketTransport} takes the channel over and gives it a
 * {@link io.genserver.rpc.PeerConnection}. From there on nothing of WebFlux is involved:
 *
 * <pre>
 * socket → LingeringClose → WebSocket decoder → WebSocketTransport → peer
 * peer → OutboundMessages → WebSocket encoder → socket
 * </pre>
 *
 * <b>Threads.</b> A connection belongs to the event loop of its channel. Nothing here
 * blocks it, runs code of the application on it, or takes a lock.
 * <p>
 * <b>Why the channel, and not a WebSocket session.</b> How a connection ends is part of
 * the protocol: each cause has its close code, and the peer must get to read it. The
 * session APIs above the channel close the socket right behind the close frame, so that
 * the kernel resets a connection whose peer is still sending, answer every ping however
 * many wait to be sent, and take messages by count whatever their length.
 * <p>
 * What bytes mean is not known here, it belongs to {@code io.genserver.rpc} and
 * {@code io.genserver.protocol}; neither are configuration properties.
 */
@NullMarked
package io.genserver.rpc.server;

import org.jspecify.annotations.NullMarked;
