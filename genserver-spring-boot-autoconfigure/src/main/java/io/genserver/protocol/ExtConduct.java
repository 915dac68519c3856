package io.genserver.protocol;

import java.util.concurrent.TimeUnit;

/** Judges how often a peer does what costs it nothing. */
final class ExtConduct {

	private final int controlFrames;

	private int count;

	private long secondStart;

	ExtConduct(ExtLimits limits) {
		this.controlFrames = limits.controlFrames();
	}

	/**
	 * A PING, PONG, SETTINGS or GOAWAY came, a WINDOW that gives little, or a frame that
	 * is skipped; counted by the second.
	 */
	void controlFrame(long nowNanos) {
		if (this.count == 0 || nowNanos - this.secondStart >= TimeUnit.SECONDS.toNanos(1)) {
			this.secondStart = nowNanos;
			this.count = 0;
		}
		if (++this.count > this.controlFrames) {
			throw ExtViolation.rate("more than " + this.controlFrames + " control frames within a second");
		}
	}

	/** Whether credit is less than a quarter of what its stream began with. */
	static boolean isSmall(long bytes, long items, int window, int itemWindow) {
		return 4 * bytes < window && (itemWindow < 0 || 4 * items < itemWindow);
	}

}
