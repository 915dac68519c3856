package io.genserver.rpc.server;

import java.time.Instant;

import io.genserver.Caller;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcPeer;
import io.genserver.rpc.socket.WebSocketTransport;

/**
 * What is known of one connection at one moment.
 *
 * @param peer who is at the other end
 * @param mode what is spoken
 * @param state how it is
 * @param since when it was accepted
 * @param callsInFlight calls of the peer that hold a place, as of the last second
 * @param bytesReceived bytes received on the socket, all framing included
 * @param bytesSent bytes given to the socket
 * @param bytesUnhandled bytes received that wait to be handled
 * @param bytesUnsent bytes that wait to be sent
 */
public record RpcConnection(Caller.Remote peer, WireMode mode, RpcPeer.State state, Instant since, int callsInFlight,
		long bytesReceived, long bytesSent, long bytesUnhandled, long bytesUnsent) {

	static RpcConnection of(ConnectedPeer peer) {
		WebSocketTransport transport = peer.transport();
		return new RpcConnection(transport.remote(), transport.mode(), peer.state(), transport.since(),
				transport.callsInFlight(), transport.bytesReceived(), transport.bytesSent(), transport.bytesUnhandled(),
				transport.peer().outboundBytes());
	}

}
