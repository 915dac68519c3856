package io.genserver.protocol.ext;

import io.genserver.protocol.ByteAssembler;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an ext session, both directions. Its subclasses say what it is: a request
 * of the peer with our answer, or a call of ours with its answer, or a cast of ours.
 */
abstract sealed class ExtStream permits ExtRequest, ExtCall, ExtCast {

	/** 0 until its OPEN is written. */
	int id;

	final boolean ours;

	final SendQueue send;

	final ReceiveCredit credit;

	/** Where the sender looks for it. */
	boolean inPaid;

	boolean inFree;

	boolean inWindows;

	/** Whether it counts among the streams that the peer lets us open. */
	boolean admitted;

	/** Whether the peer's OPEN came, and its FIN. */
	boolean openReceived;

	boolean finReceived;

	/** Items are taken; otherwise their bytes are only counted. */
	boolean receiving = true;

	int receiveSeq;

	/**
	 * Whether the frame before brought something: one without bytes may follow, as of a
	 * writer that ends each item with an empty piece.
	 */
	boolean mayBeEmpty = true;

	boolean itemOpen;

	/** Whether the item being received began in the OPEN. */
	boolean itemInOpen;

	/** Items begun, of a message that may have one only. */
	int itemsBegun;

	@Nullable ByteAssembler assembler;

	/** No frames in either direction any more. */
	boolean closed;

	/** Refused before anything was done for it. */
	boolean notExecuted;

	long lastFrameNanos;

	/**
	 * What the request takes in addition to its items, until those that open it were
	 * consumed.
	 */
	int weight;

	ExtStream(boolean ours, SendQueue send, ReceiveCredit credit) {
		this.ours = ours;
		this.send = send;
		this.credit = credit;
	}

	/** Whether its OPEN is written, or came. */
	boolean isOpen() {
		return this.id != 0;
	}

	/** Whether all items of the message being received make one. */
	abstract boolean isWhole();

	/** Whether what is received is no longer wanted. */
	boolean isUnwanted() {
		return !this.receiving;
	}

	/** Bytes here or with the listener, and what its items cost in addition. */
	long buffered() {
		return this.weight + this.credit.bytes() + (long) ConnectionCredit.ITEM_OVERHEAD * this.credit.heldItems();
	}

}
