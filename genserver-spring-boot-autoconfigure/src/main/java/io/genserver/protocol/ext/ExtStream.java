package io.genserver.protocol.ext;

import io.genserver.protocol.BodyDelivery;
import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import org.jspecify.annotations.Nullable;

/** One stream of an ext session, both directions; a request of the peer, or ours. */
final class ExtStream {

	/** 0 until its OPEN is written. */
	int id;

	final @Nullable ExtRequest request;

	/** Null for a cast of ours too. */
	final @Nullable ExtCall call;

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

	/** What the listener is given if this is a cast that is not begun. */
	@Nullable Object cast;

	/** Bytes of the arguments of a cast. */
	int castBytes;

	/**
	 * What the request takes in addition to its items, until those that open it were
	 * consumed.
	 */
	int weight;

	private ExtStream(boolean ours, @Nullable ExtRequest request, @Nullable ExtCall call, SendQueue send,
			ReceiveCredit credit) {
		this.ours = ours;
		this.request = request;
		this.call = call;
		this.send = send;
		this.credit = credit;
	}

	static ExtStream of(ExtRequest request, SendQueue send, ReceiveCredit credit) {
		ExtStream stream = new ExtStream(false, request, null, send, credit);
		stream.id = request.requestId();
		stream.openReceived = true;
		stream.receiveSeq = 1;
		request.stream = stream;
		return stream;
	}

	static ExtStream of(ExtCall call, SendQueue send, ReceiveCredit credit) {
		ExtStream stream = new ExtStream(true, null, call, send, credit);
		call.stream = stream;
		return stream;
	}

	static ExtStream ofCast(SendQueue send, @Nullable Object cast, int bytes) {
		ExtStream stream = new ExtStream(true, null, null, send, new ReceiveCredit(0, CallMetadata.UNLIMITED_ITEMS, 0));
		stream.cast = cast;
		stream.castBytes = bytes;
		return stream;
	}

	/** Whether its OPEN is written, or came. */
	boolean isOpen() {
		return this.id != 0;
	}

	/** Whether all items of the message being received make one. */
	boolean isWhole() {
		return (this.request != null) ? this.request.intake == BodyDelivery.WHOLE
				: this.call != null && !this.call.deliversItems();
	}

	/** Whether what is received is no longer wanted. */
	boolean isUnwanted() {
		return !this.receiving || (this.request != null && this.request.intake == BodyDelivery.NOTHING);
	}

	/** Bytes here or with the listener, and what its items cost in addition. */
	long buffered() {
		return this.weight + this.credit.bytes() + (long) ConnectionCredit.ITEM_OVERHEAD * this.credit.heldItems();
	}

}
