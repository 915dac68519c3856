/**
 * Internal: what is called of the peer of a connection: proxies of its servers, and each
 * request from when it is made until its outcome is known.
 * <p>
 * A proxy encodes its arguments on the calling thread and calls an
 * {@link io.genserver.rpc.outbound.RpcChannel}, which is the
 * {@link io.genserver.rpc.outbound.OutboundCalls} of one connection, or stands for
 * whichever connection there is. The request waits in the connection's
 * {@link io.genserver.rpc.OutboundQueue}; the connection's thread sends it, and gives the
 * answer to the caller.
 */
@NullMarked
package io.genserver.rpc.outbound;

import org.jspecify.annotations.NullMarked;
