package io.genserver.rpc.client;

import java.time.Duration;
import java.util.function.DoubleSupplier;

import io.genserver.protocol.CloseCode;
import io.genserver.time.Durations;

/**
 * How long to wait before connecting again: a random time between nothing and a limit
 * that doubles with every attempt ("full jitter"), so that clients which lost one server
 * together do not come back together. See
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/.
 *
 * @param initial the first limit
 * @param max the greatest limit
 * @param random numbers from 0 to 1, exclusive
 */
record Backoff(Duration initial, Duration max, DoubleSupplier random) {

	/** Attempts by which a peer that complains of too many requests is left alone. */
	private static final int RATE_PENALTY = 5;

	/** Beyond this the limit cannot double. */
	private static final int MAX_DOUBLINGS = 40;

	/** Nanoseconds before the attempt that follows so many that failed. */
	long pauseNanos(int attempts) {
		double limit = Math.min((double) Durations.nanos(this.max),
				Durations.nanos(this.initial) * Math.pow(2, Math.min(attempts, MAX_DOUBLINGS)));
		return (long) (this.random.getAsDouble() * limit);
	}

	/** Whether a connection that ended this way is worth another attempt. */
	static boolean worthAnother(int closeCode) {
		return switch (closeCode) {
			case CloseCode.GOING_AWAY, CloseCode.NO_STATUS, CloseCode.ABNORMAL, CloseCode.INTERNAL,
					CloseCode.RESTARTING, CloseCode.OVERLOADED, CloseCode.BAD_GATEWAY, CloseCode.SLOW_CONSUMER,
					CloseCode.IDLE, CloseCode.RATE ->
				true;
			default -> false;
		};
	}

	/** Attempts that a connection which ended this way counts for. */
	static int attempts(int closeCode) {
		return (closeCode == CloseCode.RATE) ? RATE_PENALTY : 0;
	}

	/** Whether requests may cut the pause short that follows such an end. */
	static boolean mayHurry(int closeCode) {
		return closeCode != CloseCode.RATE && closeCode != CloseCode.OVERLOADED;
	}

}
