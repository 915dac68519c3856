package io.genserver.protocol.ext;

import java.time.Duration;

import io.genserver.protocol.ProtocolLimits;

/**
 * The limits of one connection that only ext mode has; the others are
 * {@link ProtocolLimits}.
 *
 * @param streamWindowBytes bytes a peer may send on one stream before some are consumed,
 * at least 64 KiB
 * @param connectionWindowBytes bytes a peer may send on all streams before they have been
 * received, at least 64 KiB
 * @param metadataBytes longest metadata accepted, at most 16 KiB
 * @param keepAlive how long nothing may be heard before the peer is asked
 * @param keepAliveTimeout how long it then has to answer
 * @param withholding how long the connection may stay over its inbound budget before the
 * stream that holds most is ended
 * @param controlFrames frames of a second that cost the peer nothing: PING, PONG,
 * SETTINGS, GOAWAY, WINDOW of less than a quarter of a window, and what is skipped
 */
public record ExtLimits(int streamWindowBytes, int connectionWindowBytes, int metadataBytes, Duration keepAlive,
		Duration keepAliveTimeout, Duration withholding, int controlFrames) {

	/** The longest metadata that any window leaves room for. */
	public static final int MAX_METADATA_BYTES = 16 * 1024;

	private static final ExtLimits DEFAULTS = new ExtLimits(256 * 1024, 1024 * 1024, 8192, Duration.ofSeconds(25),
			Duration.ofSeconds(10), Duration.ofSeconds(10), 100);

	/**
	 * Checks what can be checked of one limit alone.
	 * @throws IllegalArgumentException naming the limit that makes no working connection
	 */
	public ExtLimits {
		require(streamWindowBytes >= 1, "streamWindowBytes", "at least 1", streamWindowBytes);
		require(connectionWindowBytes >= 1, "connectionWindowBytes", "at least 1", connectionWindowBytes);
		require(metadataBytes >= 0 && metadataBytes <= MAX_METADATA_BYTES, "metadataBytes", "0 to 16384",
				metadataBytes);
		require(controlFrames >= 1, "controlFrames", "at least 1", controlFrames);
		require(isPositive(keepAlive), "keepAlive", "longer than zero", keepAlive);
		require(isPositive(keepAliveTimeout), "keepAliveTimeout", "longer than zero", keepAliveTimeout);
		require(isPositive(withholding), "withholding", "longer than zero", withholding);
	}

	/**
	 * Returns the limits an endpoint has unless configured otherwise.
	 * @return the defaults
	 */
	public static ExtLimits defaults() {
		return DEFAULTS;
	}

	/**
	 * Returns these limits with another keep-alive.
	 * @param interval how long nothing may be heard before the peer is asked
	 * @param timeout how long it then has to answer
	 * @return the limits
	 */
	public ExtLimits withKeepAlive(Duration interval, Duration timeout) {
		return new ExtLimits(this.streamWindowBytes, this.connectionWindowBytes, this.metadataBytes, interval, timeout,
				this.withholding, this.controlFrames);
	}

	private static boolean isPositive(Duration value) {
		return !value.isNegative() && !value.isZero();
	}

	private static void require(boolean holds, String name, String range, Object value) {
		if (!holds) {
			throw new IllegalArgumentException("Limit " + name + " must be " + range + ", not " + value);
		}
	}

}
