package io.genserver.protocol;

/**
 * How many frames that give credit a peer may send for what was sent to it, however
 * little each gives: a peer that gives back what it consumed, item by item, does nothing
 * wrong, and each such frame was paid by one of ours. Of a stream there may be two for
 * each frame, one that gives bytes and one that gives an item.
 */
final class ReturnedCredit {

	private final int each;

	private long left;

	/**
	 * Create.
	 * @param each frames that may come back for one of ours
	 */
	ReturnedCredit(int each) {
		this.each = each;
	}

	/** A frame was sent that takes credit. */
	void sent() {
		this.left += this.each;
	}

	/** So many more may come, but no more than a limit in all. */
	void add(long frames, int limit) {
		this.left = Math.max(this.left, Math.min(limit, this.left + frames));
	}

	/**
	 * A frame came that gives credit.
	 * @param bytes how much
	 * @param items how much
	 * @return whether it is the answer to what was sent; one that gives nothing never is
	 */
	boolean redeem(long bytes, long items) {
		if (this.left == 0 || (bytes == 0 && items == 0)) {
			return false;
		}
		this.left--;
		return true;
	}

	/** How many may still come. */
	long left() {
		return this.left;
	}

}
