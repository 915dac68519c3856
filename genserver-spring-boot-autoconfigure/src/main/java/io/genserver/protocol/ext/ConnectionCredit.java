package io.genserver.protocol.ext;

/**
 * What the peer may still send on all streams together. Given back in halves of the
 * window as bytes are received, whatever becomes of them, unless too many are buffered:
 * then it is withheld until enough were consumed.
 */
final class ConnectionCredit {

	/** What an item costs in addition to its bytes, so that empty items are not free. */
	static final int ITEM_OVERHEAD = 64;

	/**
	 * What a request costs that waits for its handler, in addition to what it brought.
	 */
	static final int REQUEST_OVERHEAD = 512;

	private final int window;

	private final long budget;

	private long available;

	private long pending;

	private long buffered;

	private boolean withheld;

	private long withheldSinceNanos;

	ConnectionCredit(int window, long budget) {
		this.window = window;
		this.budget = budget;
		this.available = window;
	}

	void receive(int bytes) {
		if (bytes > this.available) {
			throw ExtViolation
				.flowControl("frame of " + bytes + " bytes, credit for " + this.available + " on the connection");
		}
		this.available -= bytes;
		this.pending += bytes;
	}

	void buffer(long bytes) {
		this.buffered += bytes;
	}

	void unbuffer(long bytes) {
		this.buffered -= bytes;
	}

	long buffered() {
		return this.buffered;
	}

	boolean isDue() {
		return wants() && this.buffered < this.budget;
	}

	int take() {
		int bytes = (int) this.pending;
		this.pending = 0;
		this.available += bytes;
		return bytes;
	}

	/** Whether credit has been withheld for so long that something has to end. */
	boolean isStuck(long nowNanos, long patienceNanos) {
		boolean now = wants() && this.buffered >= this.budget;
		if (now && !this.withheld) {
			this.withheldSinceNanos = nowNanos;
		}
		this.withheld = now;
		return now && nowNanos - this.withheldSinceNanos >= patienceNanos;
	}

	/** Something ended: the next has as long again. */
	void beginAgain(long nowNanos) {
		this.withheldSinceNanos = nowNanos;
	}

	/** More than any peer can send that keeps to its credit, but for empty items. */
	boolean isOverflowing() {
		return this.buffered > 2 * (this.budget + this.window);
	}

	boolean isWithheld() {
		return this.withheld;
	}

	private boolean wants() {
		return this.pending >= Math.max(1, this.window / 2);
	}

	long available() {
		return this.available;
	}

	boolean isBalanced() {
		return this.available + this.pending == this.window;
	}

}
