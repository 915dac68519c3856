package io.genserver.protocol;

import java.time.Duration;

/**
 * The limits of one connection. Immutable; {@link #defaults()} and {@link #toBuilder()}
 * are the way to one that differs in a few.
 *
 * @param webSocketMessageBytes longest WebSocket message accepted; a full frame with its
 * header is 65549 bytes
 * @param frameBytes longest frame payload sent or accepted
 * @param itemBytes longest message assembled from several frames: the payload of a
 * request taken whole, or of a unary or failed response
 * @param metadataBytes longest request metadata sent or accepted, at most 65535
 * @param callsInFlight inbound calls that hold a place at once, and, counted apart,
 * inbound streams whose message is not yet known or is a half-open cast
 * @param headerTimeout how long an RPC header may take to complete
 * @param halfOpenIdle how long a half-open request may go without a frame
 * @param inboundBudgetBytes bytes buffered for the connection before reading pauses
 * @param readPause how long reading may pause, with nothing handled, before the
 * connection is closed
 * @param cancels cancels of started calls accepted in each {@code cancelWindow}
 * @param cancelWindow the time {@code cancels} are counted over
 * @param skippedFrames frames of kinds unknown to base mode that are skipped before the
 * connection is closed
 * @param outboundSoftBytes unsent bytes above which publishers are not pulled, and
 * further requests wait
 * @param outboundHardBytes bytes unsent or expected above which further requests wait,
 * and replies that never change are not encoded yet
 * @param outboundStall how long the outbound queue may make no progress before the
 * connection is closed
 * @param longestDeadline how much time a peer's call gets at most, whatever its deadline
 * @param waitingCalls our calls that may wait for a place, or for a connection
 * @param idleFrames frames of a second that cost the peer nothing and do nothing: in base
 * mode those of streams that are not open, in both modes pings, pongs and empty frames of
 * the WebSocket
 * @param newKeys keys called in a minute that have no instance yet
 */
public record ProtocolLimits(int webSocketMessageBytes, int frameBytes, int itemBytes, int metadataBytes,
		int callsInFlight, Duration headerTimeout, Duration halfOpenIdle, long inboundBudgetBytes, Duration readPause,
		int cancels, Duration cancelWindow, int skippedFrames, long outboundSoftBytes, long outboundHardBytes,
		Duration outboundStall, Duration longestDeadline, int waitingCalls, int idleFrames, int newKeys) {

	/** The longest frame payload that any muxio 0.15 peer sends. */
	public static final int MAX_FRAME_BYTES = 65_536;

	/** The longest metadata that the u16 of an RPC header can announce. */
	public static final int MAX_METADATA_BYTES = 65_535;

	private static final ProtocolLimits DEFAULTS = new Builder().build();

	/**
	 * Checks that the limits make a working connection.
	 * @throws IllegalArgumentException naming the limit that does not
	 */
	public ProtocolLimits {
		require(frameBytes >= 1 && frameBytes <= MAX_FRAME_BYTES, "frameBytes", "1 to 65536", frameBytes);
		require(webSocketMessageBytes >= frameBytes + FrameDecoder.HEADER_BYTES, "webSocketMessageBytes",
				"at least frameBytes + 13", webSocketMessageBytes);
		require(itemBytes >= 1, "itemBytes", "at least 1", itemBytes);
		require(metadataBytes >= 0 && metadataBytes <= MAX_METADATA_BYTES, "metadataBytes", "0 to 65535",
				metadataBytes);
		require(callsInFlight >= 1, "callsInFlight", "at least 1", callsInFlight);
		require(inboundBudgetBytes >= itemBytes, "inboundBudgetBytes", "at least itemBytes", inboundBudgetBytes);
		require(cancels >= 0, "cancels", "at least 0", cancels);
		require(skippedFrames >= 0, "skippedFrames", "at least 0", skippedFrames);
		require(outboundSoftBytes >= 0, "outboundSoftBytes", "at least 0", outboundSoftBytes);
		require(outboundHardBytes >= outboundSoftBytes, "outboundHardBytes", "at least outboundSoftBytes",
				outboundHardBytes);
		requirePositive(headerTimeout, "headerTimeout");
		requirePositive(halfOpenIdle, "halfOpenIdle");
		requirePositive(readPause, "readPause");
		requirePositive(cancelWindow, "cancelWindow");
		requirePositive(outboundStall, "outboundStall");
		requirePositive(longestDeadline, "longestDeadline");
		require(waitingCalls >= 1, "waitingCalls", "at least 1", waitingCalls);
		require(idleFrames >= 1, "idleFrames", "at least 1", idleFrames);
		require(newKeys >= 1, "newKeys", "at least 1", newKeys);
	}

	/**
	 * Returns the limits an endpoint has unless configured otherwise.
	 * @return the defaults
	 */
	public static ProtocolLimits defaults() {
		return DEFAULTS;
	}

	/**
	 * Returns a builder that starts from these limits.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		return new Builder(this);
	}

	private static void require(boolean holds, String name, String range, long value) {
		if (!holds) {
			throw new IllegalArgumentException("Limit " + name + " must be " + range + ", not " + value);
		}
	}

	private static void requirePositive(Duration value, String name) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException("Limit " + name + " must be longer than zero, not " + value);
		}
	}

	/**
	 * Collects limits; each method replaces the one it is named for.
	 */
	public static final class Builder {

		private int webSocketMessageBytes = 128 * 1024;

		private int frameBytes = MAX_FRAME_BYTES;

		private int itemBytes = 4 * 1024 * 1024;

		private int metadataBytes = MAX_METADATA_BYTES;

		private int callsInFlight = 1024;

		private Duration headerTimeout = Duration.ofSeconds(5);

		private Duration halfOpenIdle = Duration.ofSeconds(30);

		private long inboundBudgetBytes = 8 * 1024 * 1024;

		private Duration readPause = Duration.ofSeconds(30);

		private int cancels = 1000;

		private Duration cancelWindow = Duration.ofSeconds(10);

		private int skippedFrames = 16;

		private long outboundSoftBytes = 1024 * 1024;

		private long outboundHardBytes = 8 * 1024 * 1024;

		private Duration outboundStall = Duration.ofSeconds(30);

		private Duration longestDeadline = Duration.ofMinutes(10);

		private int waitingCalls = 1024;

		private int idleFrames = 100;

		private int newKeys = 5000;

		private Builder() {
		}

		private Builder(ProtocolLimits from) {
			this.webSocketMessageBytes = from.webSocketMessageBytes;
			this.frameBytes = from.frameBytes;
			this.itemBytes = from.itemBytes;
			this.metadataBytes = from.metadataBytes;
			this.callsInFlight = from.callsInFlight;
			this.headerTimeout = from.headerTimeout;
			this.halfOpenIdle = from.halfOpenIdle;
			this.inboundBudgetBytes = from.inboundBudgetBytes;
			this.readPause = from.readPause;
			this.cancels = from.cancels;
			this.cancelWindow = from.cancelWindow;
			this.skippedFrames = from.skippedFrames;
			this.outboundSoftBytes = from.outboundSoftBytes;
			this.outboundHardBytes = from.outboundHardBytes;
			this.outboundStall = from.outboundStall;
			this.longestDeadline = from.longestDeadline;
			this.waitingCalls = from.waitingCalls;
			this.idleFrames = from.idleFrames;
			this.newKeys = from.newKeys;
		}

		/** @see ProtocolLimits#webSocketMessageBytes() */
		public Builder webSocketMessageBytes(int bytes) {
			this.webSocketMessageBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#frameBytes() */
		public Builder frameBytes(int bytes) {
			this.frameBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#itemBytes() */
		public Builder itemBytes(int bytes) {
			this.itemBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#metadataBytes() */
		public Builder metadataBytes(int bytes) {
			this.metadataBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#callsInFlight() */
		public Builder callsInFlight(int calls) {
			this.callsInFlight = calls;
			return this;
		}

		/** @see ProtocolLimits#headerTimeout() */
		public Builder headerTimeout(Duration timeout) {
			this.headerTimeout = timeout;
			return this;
		}

		/** @see ProtocolLimits#halfOpenIdle() */
		public Builder halfOpenIdle(Duration idle) {
			this.halfOpenIdle = idle;
			return this;
		}

		/** @see ProtocolLimits#inboundBudgetBytes() */
		public Builder inboundBudgetBytes(long bytes) {
			this.inboundBudgetBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#readPause() */
		public Builder readPause(Duration pause) {
			this.readPause = pause;
			return this;
		}

		/** @see ProtocolLimits#cancels() */
		public Builder cancels(int cancels) {
			this.cancels = cancels;
			return this;
		}

		/** @see ProtocolLimits#cancelWindow() */
		public Builder cancelWindow(Duration window) {
			this.cancelWindow = window;
			return this;
		}

		/** @see ProtocolLimits#skippedFrames() */
		public Builder skippedFrames(int frames) {
			this.skippedFrames = frames;
			return this;
		}

		/** @see ProtocolLimits#outboundSoftBytes() */
		public Builder outboundSoftBytes(long bytes) {
			this.outboundSoftBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#outboundHardBytes() */
		public Builder outboundHardBytes(long bytes) {
			this.outboundHardBytes = bytes;
			return this;
		}

		/** @see ProtocolLimits#outboundStall() */
		public Builder outboundStall(Duration stall) {
			this.outboundStall = stall;
			return this;
		}

		/** @see ProtocolLimits#longestDeadline() */
		public Builder longestDeadline(Duration deadline) {
			this.longestDeadline = deadline;
			return this;
		}

		/** @see ProtocolLimits#waitingCalls() */
		public Builder waitingCalls(int calls) {
			this.waitingCalls = calls;
			return this;
		}

		/** @see ProtocolLimits#idleFrames() */
		public Builder idleFrames(int frames) {
			this.idleFrames = frames;
			return this;
		}

		/** @see ProtocolLimits#newKeys() */
		public Builder newKeys(int keys) {
			this.newKeys = keys;
			return this;
		}

		/**
		 * Builds the limits.
		 * @return the limits
		 * @throws IllegalArgumentException naming a limit that makes no working
		 * connection
		 */
		public ProtocolLimits build() {
			return new ProtocolLimits(this.webSocketMessageBytes, this.frameBytes, this.itemBytes, this.metadataBytes,
					this.callsInFlight, this.headerTimeout, this.halfOpenIdle, this.inboundBudgetBytes, this.readPause,
					this.cancels, this.cancelWindow, this.skippedFrames, this.outboundSoftBytes, this.outboundHardBytes,
					this.outboundStall, this.longestDeadline, this.waitingCalls, this.idleFrames, this.newKeys);
		}

	}

}
