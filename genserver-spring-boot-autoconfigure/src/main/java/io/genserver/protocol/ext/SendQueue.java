package io.genserver.protocol.ext;

import java.util.ArrayDeque;

import io.genserver.protocol.ByteAssembler;
import org.jspecify.annotations.Nullable;

/**
 * What one stream has still to send, and how much of it the peer takes. Says what can be
 * written next; {@link ExtSender} writes it.
 */
final class SendQueue {

	/** Nothing can be written. */
	static final int NOTHING = -1;

	/** Credit of a stream whose items are not counted. */
	private static final int UNLIMITED = Integer.MAX_VALUE;

	/** The next item to send; most streams have no other. */
	private byte @Nullable [] next;

	/** The items that follow it, if there have been any. */
	private @Nullable ArrayDeque<byte[]> rest;

	@Nullable PendingOpen open;

	/** The window and item credit it began with, or -1 if items are not counted. */
	int window;

	final int itemWindow;

	long credit;

	private int itemCredit;

	private int offset;

	private boolean itemBegun;

	private boolean ending;

	private byte @Nullable [] error;

	/** Whether the first item is none, but the arguments. */
	private boolean argumentsFirst;

	private long queuedBytes;

	/** Whether the items are those of a stream, which are pulled one by one. */
	private boolean pulled;

	private final Total total;

	/** How many frames may still come with which the peer gives back credit. */
	private int returns;

	int seq;

	/** FIN, END, ERROR or CANCEL is written: nothing follows. */
	boolean done;

	SendQueue(@Nullable PendingOpen open, int window, int itemWindow, Total total) {
		this.total = total;
		this.open = open;
		this.window = window;
		this.itemWindow = itemWindow;
		this.credit = window;
		this.itemCredit = (itemWindow < 0) ? UNLIMITED : itemWindow;
	}

	void add(byte[] item) {
		if (this.next == null) {
			this.next = item;
		}
		else {
			ArrayDeque<byte[]> following = this.rest;
			if (following == null) {
				following = new ArrayDeque<>();
				this.rest = following;
			}
			following.add(item);
		}
		count(item.length);
	}

	/** Add an item of a stream, whose publisher is asked for no more than a few. */
	void addItem(byte[] item) {
		if (!this.pulled) {
			this.total.items += this.queuedBytes;
			this.pulled = true;
		}
		add(item);
	}

	private void count(long bytes) {
		this.queuedBytes += bytes;
		this.total.bytes += bytes;
		if (this.pulled) {
			this.total.items += bytes;
		}
	}

	void addArguments(byte[] arguments) {
		this.argumentsFirst = true;
		add(arguments);
	}

	/** Whether what was written last were arguments, not an item. Asked once for each. */
	boolean completesArguments() {
		boolean arguments = this.argumentsFirst;
		this.argumentsFirst = false;
		return arguments;
	}

	void end() {
		this.ending = true;
	}

	/** Ends with an ERROR after what is queued. */
	void fail(byte[] error) {
		this.error = error;
	}

	boolean isEnding() {
		return this.ending || this.error != null;
	}

	boolean hasItems() {
		return this.next != null;
	}

	long queuedBytes() {
		return this.queuedBytes;
	}

	/** Whether items are counted, and fewer may be sent than to begin with. */
	boolean lacksItemCredit() {
		return this.itemWindow >= 0 && this.itemCredit < Math.max(1, this.itemWindow);
	}

	void credit(long bytes, long moreItems, int streamId) {
		this.credit += bytes;
		long items = (this.itemWindow >= 0) ? this.itemCredit + moreItems : UNLIMITED;
		if (this.credit > Integer.MAX_VALUE || items > Integer.MAX_VALUE) {
			throw ExtViolation.flowControl("stream " + Integer.toUnsignedString(streamId) + ": credit overflows");
		}
		this.itemCredit = (int) items;
	}

	/**
	 * How many bytes of credit on the connection the next frame needs at least: 0 if it
	 * is empty, {@link #NOTHING} if there is none or the stream's own credit is used up.
	 */
	int need(boolean withName) {
		if (this.done) {
			return NOTHING;
		}
		if (this.open != null) {
			return needOfOpen(this.open, withName);
		}
		byte[] item = this.next;
		if (item == null) {
			return isEnding() ? 0 : NOTHING;
		}
		if (!this.itemBegun && this.itemCredit == 0) {
			return NOTHING;
		}
		if (item.length == this.offset) {
			return 0;
		}
		return (this.credit > 0) ? 1 : NOTHING;
	}

	private int needOfOpen(PendingOpen pending, boolean withName) {
		if (pending.isResponse() && this.next == null && !this.ending) {
			return NOTHING;
		}
		int bytes = pending.bytes(withName);
		return (bytes <= this.credit) ? bytes : NOTHING;
	}

	/** The peer's settings gave every stream a longer window. */
	void raise(int bytes) {
		this.window += bytes;
		this.credit += bytes;
	}

	/** How much of the next item goes into the frame, and what that makes of it. */
	Piece nextPiece(long room, boolean inOpen) {
		byte[] item = this.next;
		if (item == null || (inOpen && (item.length == 0 || !takesItem()))
				|| (!this.itemBegun && this.itemCredit == 0)) {
			return new Piece(ByteAssembler.EMPTY, 0, 0, flags(false), false);
		}
		if (!this.itemBegun && this.itemWindow >= 0) {
			this.itemCredit--;
		}
		int start = this.offset;
		int length = (int) Math.min(item.length - start, Math.min(Math.max(room, 0), this.credit));
		count(-length);
		boolean more = length < item.length - start;
		this.itemBegun = more;
		this.offset = more ? start + length : 0;
		if (!more) {
			this.next = (this.rest != null) ? this.rest.poll() : null;
		}
		return new Piece(item, start, length, flags(more), !more);
	}

	private boolean takesItem() {
		return this.open != null && this.open.takesItem;
	}

	private int flags(boolean more) {
		if (more) {
			return ExtFrame.MORE;
		}
		return (this.next == null && this.ending && this.error == null) ? ExtFrame.FIN : 0;
	}

	byte @Nullable [] error() {
		return this.error;
	}

	/** Nothing more is sent; what is queued is let go of. */
	void drop() {
		this.next = null;
		this.rest = null;
		count(-this.queuedBytes);
		this.open = null;
		this.done = true;
	}

	/**
	 * A frame was sent that takes credit. The peer may give back its bytes with one frame
	 * and its item with another.
	 */
	void takesCredit() {
		this.returns = Math.min(this.returns, Integer.MAX_VALUE - 2) + 2;
	}

	/**
	 * A frame came that gives credit.
	 * @param bytes how much
	 * @param items how much
	 * @return whether it is the answer to what was sent
	 */
	boolean redeem(long bytes, long items) {
		boolean answers = Returned.answers(this.returns, bytes, items);
		if (answers) {
			this.returns--;
		}
		return answers;
	}

	/** How many frames may still come with which the peer gives back credit. */
	int returns() {
		return this.returns;
	}

	/** The bytes in all queues of a session. */
	static final class Total {

		long bytes;

		/** Those of streams. */
		long items;

	}

	/**
	 * How many frames that give credit a peer may send for what was sent to it, however
	 * little each gives: a peer that gives back what it consumed, item by item, does
	 * nothing wrong, and each such frame was paid by one of ours.
	 */
	static final class Returned {

		private long left;

		/** A frame was sent that takes credit. */
		void sent() {
			this.left++;
		}

		/** So many more may come, but no more than a limit in all. */
		void add(long frames, int limit) {
			this.left = Math.max(this.left, Math.min(limit, this.left + frames));
		}

		/**
		 * A frame came that gives credit.
		 * @param bytes how much
		 * @param items how much
		 * @return whether it is the answer to what was sent; one that gives nothing never
		 * is
		 */
		boolean redeem(long bytes, long items) {
			boolean answers = answers(this.left, bytes, items);
			if (answers) {
				this.left--;
			}
			return answers;
		}

		static boolean answers(long left, long bytes, long items) {
			return left > 0 && (bytes != 0 || items != 0);
		}

	}

	/**
	 * A part of an item.
	 *
	 * @param item the item, or empty
	 * @param start where the part begins
	 * @param length how long it is
	 * @param flags of its frame
	 * @param completes whether it is the last part of an item
	 */
	record Piece(byte[] item, int start, int length, int flags, boolean completes) {
	}

}
