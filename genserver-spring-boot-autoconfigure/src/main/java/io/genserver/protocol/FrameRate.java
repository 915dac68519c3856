package io.genserver.protocol;

import java.util.concurrent.TimeUnit;

/**
 * Counts frames that cost a peer nothing, by the second. Confined to the connection's
 * thread.
 */
public final class FrameRate {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final int limit;

	private int count;

	private long secondStart;

	/**
	 * Creates a count of frames.
	 * @param limit how many may come in a second
	 */
	public FrameRate(int limit) {
		this.limit = limit;
	}

	/**
	 * Counts a frame.
	 * @param nowNanos the present
	 * @return whether that is one too many
	 */
	public boolean exceeds(long nowNanos) {
		if (this.count == 0 || nowNanos - this.secondStart >= SECOND) {
			this.secondStart = nowNanos;
			this.count = 0;
		}
		return ++this.count > this.limit;
	}

}
