package io.genserver.protocol.ext;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

import io.genserver.protocol.FrameDecoder;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.WireListeners;
import io.genserver.protocol.ext.SendQueue.Piece;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;

/**
 * Decides what an ext session writes next, whenever the connection takes more: control
 * frames first, then the streams in turns of 16 KiB.
 * <p>
 * A stream that can write is in one of two rings: {@code free} if its next frame is
 * empty, {@code paid} if it needs credit of the connection. When the first of the paid
 * ring needs more than there is, no stream behind it gets any, or an OPEN, which cannot
 * be cut, might wait for ever; empty frames go on. A stream whose own credit is used up
 * is in neither, and comes back with credit.
 * <p>
 * Streams of ours wait in line until the peer's limit lets them open, and get their id
 * when their OPEN is written.
 */
final class ExtSender implements MessageBatcher.Source {

	/** Bytes a stream writes in one turn, frame headers included. */
	static final int TURN_BYTES = 16 * 1024;

	private final MessageBatcher out;

	private final ExtStreams streams;

	private final ConnectionCredit received;

	private final ArrayDeque<Control> control = new ArrayDeque<>();

	private final ArrayDeque<ExtStream> windows = new ArrayDeque<>();

	private final ArrayDeque<ExtStream> free = new ArrayDeque<>();

	private final ArrayDeque<ExtStream> paid = new ArrayDeque<>();

	private final ArrayDeque<ExtStream> waiting = new ArrayDeque<>();

	/** Casts that were written. */
	final WrittenCasts casts = new WrittenCasts();

	/** Frames with which the peer gives back credit of the connection. */
	final SendQueue.Returned returned = new SendQueue.Returned();

	/** Our streams that will never be opened, for the method that reports them. */
	private final List<ExtStream> left = new ArrayList<>();

	/** Methods whose name was sent. */
	private final LongObjectMap<Boolean> named = new LongObjectHashMap<>();

	private final WireListeners listeners;

	private ExtSettings peer;

	private boolean settled;

	private long credit;

	private int admitted;

	private long nowNanos;

	private boolean leaving;

	/** Only what is in {@link #control} is written any more. */
	private boolean finished;

	ExtSender(MessageBatcher out, ExtStreams streams, ConnectionCredit received, ExtSettings assumed,
			WireListeners listeners) {
		this.out = out;
		this.streams = streams;
		this.received = received;
		this.listeners = listeners;
		this.peer = assumed;
		this.credit = assumed.connectionWindow();
	}

	void now(long nowNanos) {
		this.nowNanos = nowNanos;
	}

	ExtSettings peer() {
		return this.peer;
	}

	/** Whether the peer has sent its settings. */
	boolean isSettled() {
		return this.settled;
	}

	/** The peer sent its settings, which are never lower than was assumed. */
	void settings(ExtSettings received) {
		int raised = received.streamWindow() - this.peer.streamWindow();
		this.credit += received.connectionWindow() - this.peer.connectionWindow();
		this.peer = received;
		this.settled = true;
		if (raised > 0) {
			List<ExtStream> ours = new ArrayList<>(this.streams.snapshot());
			ours.addAll(unopened());
			for (ExtStream stream : ours) {
				if (stream.ours) {
					stream.send.raise(raised);
					schedule(stream);
				}
			}
		}
		admit();
	}

	void credited(long bytes) {
		this.credit += bytes;
		if (this.credit > Integer.MAX_VALUE) {
			throw ExtViolation.flowControl("credit of the connection overflows");
		}
	}

	long credit() {
		return this.credit;
	}

	void control(int kind, int streamId, byte[] payload) {
		this.control.add(new Control(kind, streamId, payload));
	}

	/** Forgets all there is to send but for this. */
	void only(int kind, byte[] payload) {
		this.left.addAll(unopened());
		this.control.clear();
		this.windows.clear();
		this.free.clear();
		this.paid.clear();
		this.waiting.clear();
		this.leaving = true;
		this.finished = true;
		control(kind, 0, payload);
	}

	/** Opens a stream of ours as soon as the peer lets us. */
	void open(ExtStream stream) {
		this.waiting.add(stream);
		admit();
	}

	private void admit() {
		while (this.admitted < this.peer.maxStreams() && !this.leaving) {
			ExtStream stream = this.waiting.poll();
			if (stream == null) {
				return;
			}
			stream.admitted = true;
			this.admitted++;
			schedule(stream);
		}
	}

	int waiting() {
		return this.waiting.size();
	}

	/** No more streams are opened. */
	void leave() {
		this.leaving = true;
	}

	boolean isLeaving() {
		return this.leaving;
	}

	/** Our streams whose OPEN is not written, in the order they would be. */
	List<ExtStream> unopened() {
		List<ExtStream> unopened = new ArrayList<>(this.left);
		for (ExtStream stream : this.paid) {
			if (!stream.isOpen() && !stream.closed) {
				unopened.add(stream);
			}
		}
		unopened.addAll(this.waiting);
		return unopened;
	}

	/** Gives the stream its turns if it has something to write and may. */
	void schedule(ExtStream stream) {
		if (stream.closed || (stream.ours && !stream.admitted)) {
			return;
		}
		int need = need(stream);
		if (need == 0 && !stream.inFree) {
			stream.inFree = true;
			this.free.add(stream);
		}
		else if (need > 0 && !stream.inPaid) {
			stream.inPaid = true;
			this.paid.add(stream);
		}
	}

	/** Gives the peer credit for the stream if enough is due. */
	void credit(ExtStream stream) {
		if (!stream.inWindows && isWindowDue(stream)) {
			stream.inWindows = true;
			this.windows.add(stream);
		}
	}

	private static boolean isWindowDue(ExtStream stream) {
		return !stream.closed && !stream.finReceived && stream.isOpen() && stream.credit.isDue();
	}

	/** Nothing comes or goes on the stream any more. */
	void close(ExtStream stream) {
		if (stream.closed) {
			return;
		}
		stream.closed = true;
		stream.receiving = false;
		stream.assembler = null;
		stream.send.drop();
		this.received.unbuffer(stream.credit.dropStored());
		if (stream.credit.heldItems() == 0) {
			this.received.unbuffer(stream.weight);
			stream.weight = 0;
		}
		if (stream.isOpen()) {
			this.streams.remove(stream);
		}
		if (stream.admitted) {
			stream.admitted = false;
			this.admitted--;
			admit();
		}
		else if (stream.ours) {
			this.waiting.remove(stream);
		}
	}

	boolean hasOutput() {
		if (this.out.pendingBytes() > 0 || !this.control.isEmpty()) {
			return true;
		}
		return !this.finished && (this.received.isDue() || hasWindow() || hasFree() || paysFirst());
	}

	private boolean hasWindow() {
		for (ExtStream stream : this.windows) {
			if (isWindowDue(stream)) {
				return true;
			}
		}
		return false;
	}

	private boolean hasFree() {
		for (ExtStream stream : this.free) {
			if (need(stream) == 0) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether there is credit for the first of the paid ring that has something to say.
	 */
	private boolean paysFirst() {
		ExtStream first = this.paid.peek();
		while (first != null && need(first) < 0) {
			this.paid.remove();
			first.inPaid = false;
			first = this.paid.peek();
		}
		return first != null && need(first) <= this.credit;
	}

	private int need(ExtStream stream) {
		return stream.send.need(needsName(stream));
	}

	@Override
	public boolean write() {
		if (writeControl()) {
			return true;
		}
		ExtStream first = this.free.poll();
		if (first != null) {
			first.inFree = false;
			turn(first, 0);
		}
		if (paysFirst()) {
			ExtStream paying = this.paid.remove();
			paying.inPaid = false;
			turn(paying, Integer.MAX_VALUE);
			return true;
		}
		return first != null;
	}

	private boolean writeControl() {
		boolean written = false;
		for (Control next = this.control.poll(); next != null; next = this.control.poll()) {
			frame(next.kind, next.streamId, 0, next.payload.length).writeBytes(next.payload);
			endFrame(next.kind);
			written = true;
		}
		if (!this.finished && this.received.isDue()) {
			window(0, this.received.take(), 0);
			written = true;
		}
		for (ExtStream next = this.windows.poll(); next != null; next = this.windows.poll()) {
			next.inWindows = false;
			if (isWindowDue(next)) {
				window(next.id, next.credit.takeBytes(), next.credit.takeItems());
				written = true;
			}
		}
		return written;
	}

	private void window(int streamId, int bytes, int items) {
		ByteBuf frame = frame(ExtFrame.WINDOW, streamId, 0, 8);
		frame.writeIntLE(bytes);
		frame.writeIntLE(items);
		endFrame(ExtFrame.WINDOW);
	}

	/** Writes frames of a stream that need at most so much credit each. */
	private void turn(ExtStream stream, int limit) {
		int left = TURN_BYTES;
		while (!stream.send.done) {
			int need = need(stream);
			boolean fits = left == TURN_BYTES || FrameDecoder.HEADER_BYTES + need <= left;
			if (need < 0 || need > limit || need > this.credit || !fits) {
				break;
			}
			left -= FrameDecoder.HEADER_BYTES
					+ next(stream, Math.min(left - FrameDecoder.HEADER_BYTES, this.peer.maxFrame()));
		}
		schedule(stream);
	}

	/** Writes a stream's next frame. Returns its payload bytes. */
	private int next(ExtStream stream, int room) {
		SendQueue send = stream.send;
		byte[] error = send.error();
		if (send.open != null) {
			return open(stream, send.open, room);
		}
		if (send.hasItems()) {
			Piece piece = send.nextPiece(Math.min(room, this.credit), false);
			piece(stream, piece);
			return piece.length();
		}
		if (error != null) {
			frame(ExtFrame.ERROR, stream.id, 0, error.length).writeBytes(error);
			endFrame(ExtFrame.ERROR);
			done(stream);
			return error.length;
		}
		frame(FrameKind.END, stream.id, send.seq++, 0);
		endFrame(FrameKind.END);
		done(stream);
		return 0;
	}

	private void piece(ExtStream stream, Piece piece) {
		SendQueue send = stream.send;
		frame(FrameKind.DATA | piece.flags(), stream.id, send.seq++, piece.length()).writeBytes(piece.item(),
				piece.start(), piece.length());
		endFrame(FrameKind.DATA);
		spend(send, piece.length());
		takesCredit(send);
		written(stream, piece);
		if ((piece.flags() & ExtFrame.FIN) != 0) {
			done(stream);
		}
	}

	private void written(ExtStream stream, Piece piece) {
		if (!piece.completes()) {
			return;
		}
		if (stream instanceof ExtRequest request && request.responding) {
			this.listeners.inbound().responseItemSent(request);
		}
		else if (stream instanceof ExtCall call && !call.send.completesArguments()) {
			this.listeners.outbound().requestItemSent(call);
		}
	}

	private int open(ExtStream stream, PendingOpen open, int room) {
		SendQueue send = stream.send;
		boolean withName = needsName(stream);
		int header = open.bytes(withName);
		if (stream.ours) {
			stream.id = this.streams.takeId();
			this.streams.add(stream);
			if (stream instanceof ExtCast cast && cast.cast != null) {
				this.casts.add(cast);
			}
			if (withName) {
				this.named.put(open.methodId, Boolean.TRUE);
			}
			if (!this.streams.hasIds()) {
				retire();
			}
		}
		spend(send, header);
		Piece piece = send.nextPiece(Math.min(room - header, this.credit), true);
		int length = header + piece.length();
		ByteBuf frame = frame(FrameKind.OPEN | piece.flags(), stream.id, send.seq++, length);
		open.write(frame, stream.id, withName, this.nowNanos);
		frame.writeBytes(piece.item(), piece.start(), piece.length());
		endFrame(FrameKind.OPEN);
		spend(send, piece.length());
		takesCredit(send);
		send.open = null;
		written(stream, piece);
		if ((piece.flags() & ExtFrame.FIN) != 0) {
			done(stream);
		}
		return length;
	}

	/** That was the last id: calls without one wait until the session reports it. */
	private void retire() {
		this.leaving = true;
		for (ExtStream stream : unopened()) {
			if (stream.admitted) {
				stream.admitted = false;
				this.admitted--;
				stream.inPaid = false;
				this.paid.remove(stream);
				this.waiting.add(stream);
			}
		}
	}

	/** A frame is written that the peer may give credit back for. */
	private void takesCredit(SendQueue send) {
		send.takesCredit();
		this.returned.sent();
	}

	private void spend(SendQueue send, int bytes) {
		send.credit -= bytes;
		this.credit -= bytes;
	}

	/**
	 * The answer of a request, or a cast, ends its stream; a call waits for its answer.
	 */
	private void done(ExtStream stream) {
		stream.send.done = true;
		if (!(stream instanceof ExtCall)) {
			close(stream);
		}
		if (stream instanceof ExtRequest request) {
			this.streams.freePlace(request);
		}
	}

	private boolean needsName(ExtStream stream) {
		PendingOpen open = stream.send.open;
		return open != null && open.name.length > 0 && !isNamed(open.methodId);
	}

	/** Whether the peer knows the method's name. */
	boolean isNamed(long methodId) {
		return this.named.containsKey(methodId);
	}

	private ByteBuf frame(int kind, int streamId, int seq, int length) {
		return this.out.frame(streamId, seq, kind, length);
	}

	private void endFrame(int kind) {
		this.out.endFrame(kind);
	}

	/** A frame that needs no credit and waits for nothing. */
	private record Control(int kind, int streamId, byte[] payload) {
	}

}
