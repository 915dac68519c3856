/**
 * The client for Java programs: calls servers of another application over a WebSocket.
 * Everything starts with {@link io.genserver.rpc.client.GenServerClient}, the only class
 * here that is for applications.
 * <p>
 * <b>How a call travels.</b> The proxy of a contract encodes the arguments on the
 * caller's thread and hands them to the connection's
 * {@link io.genserver.rpc.outbound.OutboundCalls}; the reply is decoded by the caller's
 * thread if it waits, otherwise on a virtual thread. The event loop runs no code of the
 * application.
 * <p>
 * What bytes mean and how they are sent is not known here; neither is Spring.
 */
@NullMarked
package io.genserver.rpc.client;

import org.jspecify.annotations.NullMarked;
