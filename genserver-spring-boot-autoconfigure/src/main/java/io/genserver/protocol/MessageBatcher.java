package io.genserver.protocol;

import java.util.ArrayDeque;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Gathers frames into WebSocket messages. A message grows to at most
 * {@value #MAX_MESSAGE_BYTES} bytes or {@value #MAX_MESSAGE_FRAMES} frames; a longer
 * frame travels alone; a CANCEL is the last frame of its message, since a muxio peer
 * drops what follows it in the same read.
 * <p>
 * A connection's writer drains it without ever waiting: it takes complete messages with
 * {@link #poll()} while there are any, lets its next piece of work write frames, and when
 * it has no more work takes the unfinished message with {@link #flush()}. Order is kept.
 * Confined to the connection's thread.
 */
public final class MessageBatcher {

	/** Bytes after which a message is complete. */
	public static final int MAX_MESSAGE_BYTES = 16 * 1024;

	/** Frames after which a message is complete. */
	public static final int MAX_MESSAGE_FRAMES = 256;

	private static final int SMALLEST_MESSAGE_BYTES = 256;

	private final ByteBufAllocator allocator;

	private final Source source;

	private final ArrayDeque<ByteBuf> complete = new ArrayDeque<>();

	private @Nullable ByteBuf open;

	private int openFrames;

	/** Capacity for the next message, following the length of the last ones. */
	private int nextCapacity = SMALLEST_MESSAGE_BYTES;

	private long pendingBytes;

	private boolean released;

	/**
	 * Creates an empty batcher.
	 * @param allocator where messages come from
	 */
	public MessageBatcher(ByteBufAllocator allocator) {
		this(allocator, () -> false);
	}

	/**
	 * Creates a batcher whose frames are written when messages are taken, so that what is
	 * written last may still go first.
	 */
	public MessageBatcher(ByteBufAllocator allocator, Source source) {
		this.allocator = allocator;
		this.source = source;
	}

	/**
	 * Writes a frame header and makes room for the payload, which the caller writes right
	 * after it, exactly as long as announced.
	 * @param streamId the stream
	 * @param seq the frame's number within the stream
	 * @param kind see {@link FrameKind}
	 * @param length payload bytes
	 * @return where to write the payload; not the caller's to release
	 */
	public ByteBuf frame(int streamId, int seq, int kind, int length) {
		int frameBytes = FrameDecoder.HEADER_BYTES + length;
		ByteBuf message = roomFor(frameBytes);
		message.writeIntLE(length);
		message.writeIntLE(streamId);
		message.writeIntLE(seq);
		message.writeByte(kind);
		this.pendingBytes += frameBytes;
		return message;
	}

	/** Ends the frame begun last. */
	public void endFrame(int kind) {
		ByteBuf message = this.open;
		this.openFrames++;
		if (message != null && (kind == FrameKind.CANCEL || this.openFrames == MAX_MESSAGE_FRAMES
				|| message.readableBytes() >= MAX_MESSAGE_BYTES)) {
			complete(message);
		}
	}

	/**
	 * Takes the oldest complete message.
	 * @return a message, now the caller's to release; null if none is complete
	 */
	public @Nullable ByteBuf poll() {
		askSource();
		return take();
	}

	private void askSource() {
		while (this.complete.isEmpty() && !this.released && this.source.write()) {
			// until a message is complete or there is nothing to write
		}
	}

	private @Nullable ByteBuf take() {
		ByteBuf message = this.complete.poll();
		if (message != null) {
			this.pendingBytes -= message.readableBytes();
		}
		return message;
	}

	/**
	 * Takes the oldest message, complete or not.
	 * @return a message, now the caller's to release; null if there are no frames
	 */
	public @Nullable ByteBuf flush() {
		askSource();
		ByteBuf message = this.open;
		if (this.complete.isEmpty() && message != null) {
			complete(message);
		}
		return take();
	}

	/**
	 * Bytes written and not yet taken.
	 * @return bytes
	 */
	public long pendingBytes() {
		return this.pendingBytes;
	}

	/** Releases what was not taken, and whatever may still be written. Idempotent. */
	public void release() {
		this.released = true;
		for (ByteBuf message = flush(); message != null; message = flush()) {
			message.release();
		}
	}

	private ByteBuf roomFor(int frameBytes) {
		if (this.released) {
			throw new IllegalStateException("The connection is closed");
		}
		ByteBuf message = this.open;
		if (message != null && message.readableBytes() + frameBytes > MAX_MESSAGE_BYTES) {
			complete(message);
			message = null;
		}
		if (message == null) {
			message = this.allocator.buffer(Math.max(frameBytes, this.nextCapacity));
			this.open = message;
		}
		return message;
	}

	private void complete(ByteBuf message) {
		int length = message.readableBytes();
		if (length <= MAX_MESSAGE_BYTES) {
			int capacity = Math.max(SMALLEST_MESSAGE_BYTES, Integer.highestOneBit(Math.max(1, length - 1)) * 2);
			// Up at once, down by halves: one short message does not make the next grow.
			this.nextCapacity = Math.max(capacity, this.nextCapacity / 2);
		}
		this.complete.add(message);
		this.open = null;
		this.openFrames = 0;
	}

	/** Writes frames when there is room for them. */
	public interface Source {

		/**
		 * Writes some frames with {@link MessageBatcher#frame}.
		 * @return false if there was nothing to write
		 */
		boolean write();

	}

}
