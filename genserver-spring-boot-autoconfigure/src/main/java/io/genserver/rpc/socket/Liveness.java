package io.genserver.rpc.socket;

import java.time.Duration;

import io.genserver.time.Durations;

/**
 * Decides when a silent peer is asked for a sign of life, and when it is given up. One
 * instant counts for everything that is heard; it is as exact as the ticks are frequent.
 */
final class Liveness {

	/** What is to be done about a peer. */
	enum Action {

		NOTHING, PING, CLOSE

	}

	private final long interval;

	private final long timeout;

	private long lastHeard;

	private long pingedAt;

	private boolean pinged;

	Liveness(Duration interval, Duration timeout, long now) {
		this.interval = Durations.nanos(interval);
		this.timeout = Durations.nanos(timeout);
		this.lastHeard = now;
	}

	/**
	 * Decide.
	 * @param now the present
	 * @param heard whether anything came from the peer since the last tick, or nothing
	 * could because reading is paused
	 * @param mayAsk whether a ping would leave; if not, the peer is asked once it would,
	 * and has its time from then on
	 * @return what to do
	 */
	Action tick(long now, boolean heard, boolean mayAsk) {
		if (heard) {
			this.lastHeard = now;
			this.pinged = false;
			return Action.NOTHING;
		}
		if (this.pinged) {
			return (now - this.pingedAt >= this.timeout) ? Action.CLOSE : Action.NOTHING;
		}
		if (mayAsk && now - this.lastHeard >= this.interval) {
			this.pinged = true;
			this.pingedAt = now;
			return Action.PING;
		}
		return Action.NOTHING;
	}

}
