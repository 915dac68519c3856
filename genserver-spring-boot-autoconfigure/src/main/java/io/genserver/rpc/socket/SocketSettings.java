package io.genserver.rpc.socket;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

import io.genserver.protocol.ProtocolLimits;
import io.genserver.rpc.peer.PeerContext;

/**
 * How the connections of an endpoint, or of a client, are kept.
 *
 * @param keepAliveInterval silence after which a peer is sent a ping
 * @param keepAliveTimeout silence after a ping that ends the connection
 * @param longestTick how often a connection looks at the time, unless a limit is so short
 * that it has to more often
 * @param peers what their peers share
 */
public record SocketSettings(Duration keepAliveInterval, Duration keepAliveTimeout, Duration longestTick,
		PeerContext peers) {

	private static final Duration SHORTEST_TICK = Duration.ofMillis(10);

	/** How long a socket is kept for its peer to read the close frame. */
	Duration lingerTime() {
		return Duration.ofSeconds(5);
	}

	Duration tickPeriod() {
		ProtocolLimits limits = this.peers.connection().limits();
		List<Duration> periods = List.of(this.keepAliveInterval, this.keepAliveTimeout, limits.outboundStall(),
				limits.readPause(), limits.headerTimeout(), limits.halfOpenIdle(),
				this.peers.extLimits().withholding());
		Duration period = Collections.min(periods).dividedBy(4);
		if (period.compareTo(SHORTEST_TICK) < 0) {
			return SHORTEST_TICK;
		}
		return (period.compareTo(this.longestTick) > 0) ? this.longestTick : period;
	}

}
