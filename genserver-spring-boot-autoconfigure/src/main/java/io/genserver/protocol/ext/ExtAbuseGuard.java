package io.genserver.protocol.ext;

import io.genserver.protocol.FrameRate;

/** Judges how often a peer does what costs it nothing. */
final class ExtAbuseGuard {

	private final int limit;

	private final FrameRate rate;

	ExtAbuseGuard(ExtLimits limits) {
		this.limit = limits.controlFrames();
		this.rate = new FrameRate(this.limit);
	}

	/**
	 * A PING, PONG, SETTINGS or GOAWAY came, a WINDOW that gives little, a frame of a
	 * stream that is past, an empty one that does nothing, or one that is skipped;
	 * counted by the second.
	 */
	void controlFrame(long nowNanos) {
		if (this.rate.exceeds(nowNanos)) {
			throw ExtViolation.rate("more than " + this.limit + " control frames within a second");
		}
	}

	/**
	 * Whether credit is less than a quarter of what its stream began with. That of items
	 * is, too, where there are as many already, which no peer gives that gives back what
	 * it consumed.
	 */
	static boolean isCheap(long bytes, long items, SendQueue send) {
		boolean ofItems = items > 0 && 4 * items >= send.itemWindow && send.lacksItemCredit();
		return isCheap(bytes, send.window) && !ofItems;
	}

	/** The same of credit in bytes. */
	static boolean isCheap(long bytes, int window) {
		return 4 * bytes < window;
	}

}
