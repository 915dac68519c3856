package io.genserver.protocol.ext;

/**
 * What the peer may still send on one stream.
 * <p>
 * Every byte of the window is in exactly one place: {@code available} to the peer,
 * {@code stored} of an incomplete item or {@code held} by the listener, or
 * {@code pending}, free and not yet given back. It is given back in halves of the window.
 * <p>
 * An item may be longer than the window. So while an item is incomplete and the peer is
 * running out, credit is given for what is stored of it: {@code advanced} bytes, at most
 * the longest item. What is consumed pays that back first, so that a peer which sends
 * nothing but long items is slowed down all the same, and a stream never holds more than
 * its window and one item. If the listener has nothing left to consume, everything stored
 * is advanced, and the peer has at least half a window: the two never both wait.
 */
final class ReceiveCredit {

	private final int window;

	private final int itemWindow;

	private final int longestItem;

	private long available;

	private int availableItems;

	private long pending;

	private int pendingItems;

	private int stored;

	private long held;

	private int heldItems;

	/** No more than {@link #longestItem}. */
	private int advanced;

	/** How much of {@code stored} is advanced. */
	private int storedAdvanced;

	ReceiveCredit(int window, int itemWindow, int longestItem) {
		this.window = window;
		this.itemWindow = itemWindow;
		this.longestItem = longestItem;
		this.available = window;
		this.availableItems = itemWindow;
	}

	/** A frame came; the methods that follow say what becomes of its bytes. */
	void receive(int bytes, int streamId) {
		if (bytes > this.available) {
			throw ExtViolation.flowControl("stream " + Integer.toUnsignedString(streamId) + ": frame of " + bytes
					+ " bytes, credit for " + this.available);
		}
		this.available -= bytes;
	}

	/** What the peer may send, or have sent, that has not come. */
	long available() {
		return this.available;
	}

	/** The same in items, 0 if they are not counted. */
	int availableItems() {
		return Math.max(0, this.availableItems);
	}

	void beginItem(int streamId) {
		if (this.itemWindow >= 0 && --this.availableItems < 0) {
			throw ExtViolation.flowControl("stream " + Integer.toUnsignedString(streamId) + ": item without credit");
		}
	}

	/** Received bytes that need not be consumed. */
	void free(int bytes) {
		this.pending += bytes;
	}

	/** Received bytes of an item. */
	void store(int bytes, boolean incomplete) {
		this.stored += bytes;
		if (incomplete) {
			advance();
		}
	}

	/** The item is complete and goes to the listener. */
	void hold() {
		this.held += this.stored;
		this.heldItems++;
		this.stored = 0;
		this.storedAdvanced = 0;
	}

	/**
	 * The listener consumed so many of the items held. Returns how many bytes of them
	 * were.
	 */
	long consume(int items, long bytes) {
		long consumed = Math.min(bytes, this.held);
		this.heldItems -= items;
		this.held -= consumed;
		int paidBack = (int) Math.min(consumed, this.advanced);
		this.advanced -= paidBack;
		this.storedAdvanced = Math.min(this.storedAdvanced, this.advanced);
		this.pending += consumed - paidBack;
		this.pendingItems += items;
		if (this.stored > 0) {
			advance();
		}
		return consumed;
	}

	private void advance() {
		if (2 * this.available < this.window) {
			int more = Math.min(this.stored - this.storedAdvanced, this.longestItem - this.advanced);
			more = (int) Math.min(more, this.held + this.stored - this.advanced);
			if (more > 0) {
				this.advanced += more;
				this.storedAdvanced += more;
				this.pending += more;
			}
		}
	}

	/** Lets go of all bytes, as if they had been consumed. */
	void drop() {
		this.pending += this.held + this.stored - this.advanced;
		this.stored = 0;
		this.storedAdvanced = 0;
		this.advanced = 0;
		this.held = 0;
		this.heldItems = 0;
	}

	/** Lets go of the incomplete item. Returns its bytes. */
	int dropStored() {
		int dropped = this.stored;
		int paidBack = Math.min(dropped, this.advanced);
		this.advanced -= paidBack;
		this.pending += dropped - paidBack;
		this.stored = 0;
		this.storedAdvanced = 0;
		return dropped;
	}

	boolean isDue() {
		return this.pending >= Math.max(1, this.window / 2)
				|| (this.itemWindow >= 0 && this.pendingItems >= Math.max(1, this.itemWindow / 2));
	}

	int takeBytes() {
		int bytes = (int) this.pending;
		this.pending = 0;
		this.available += bytes;
		return bytes;
	}

	int takeItems() {
		int items = (this.itemWindow >= 0) ? this.pendingItems : 0;
		this.pendingItems = 0;
		this.availableItems += items;
		return items;
	}

	long bytes() {
		return this.held + this.stored;
	}

	int heldItems() {
		return this.heldItems;
	}

	/** Whether every byte of the window is accounted for. */
	boolean isBalanced() {
		return this.available + this.pending + this.held + this.stored - this.advanced == this.window;
	}

}
