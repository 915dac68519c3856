/**
 * Internal: the WebSocket endpoint of a WebFlux application on Reactor Netty, and its
 * connections.
 * <p>
 * <b>How a connection comes about.</b> {@link io.genserver.rpc.server.RpcHandlerMapping}
 * finds the request, after the application's filters and Spring Security, and checks its
 * origin; {@link io.genserver.rpc.server.RpcWebHandler} refuses it or upgrades it. Then
 * {@link io.genserver.rpc.socket.WebSocketTransport} takes the channel over; from there
 * on nothing of WebFlux is involved.
 * <p>
 * What bytes mean is not known here, it belongs to {@code io.genserver.rpc} and
 * {@code io.genserver.protocol}; neither are configuration properties.
 */
@NullMarked
package io.genserver.rpc.server;

import org.jspecify.annotations.NullMarked;
