package io.genserver.rpc.server;

import java.time.Duration;
import java.util.Collections;
import java.util.List;

import io.genserver.rpc.PeerContext;

/**
 * What the connections of an endpoint share.
 *
 * @param settings how connections are admitted and kept
 * @param peers what their peers share
 */
record RpcServerContext(RpcServerSettings settings, PeerContext peers) {

	private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

	private static final Duration SHORTEST_TICK = Duration.ofMillis(10);

	/** How long a socket is kept for its peer to read the close frame. */
	Duration lingerTime() {
		return Duration.ofSeconds(5);
	}

	/**
	 * How often a connection looks at the time: each second, or more often if a limit is
	 * short.
	 */
	Duration tickPeriod() {
		List<Duration> periods = List.of(this.settings.keepAliveInterval(), this.settings.keepAliveTimeout(),
				this.peers.limits().outboundStall(), this.peers.limits().readPause(),
				this.peers.limits().headerTimeout(), this.peers.limits().halfOpenIdle());
		Duration period = Collections.min(periods).dividedBy(4);
		if (period.compareTo(SHORTEST_TICK) < 0) {
			return SHORTEST_TICK;
		}
		return (period.compareTo(LONGEST_TICK) > 0) ? LONGEST_TICK : period;
	}

}
