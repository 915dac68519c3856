package io.genserver.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into frames, whatever pieces they come in. A frame that lies within one
 * chunk is handed on in place; only one that straddles chunks is stored, and its store
 * grows with the bytes that have arrived, not with those that were announced.
 */
public final class FrameDecoder {

	/** Length, stream, sequence, kind. */
	public static final int HEADER_BYTES = 13;

	private static final int FIRST_STORE_BYTES = 512;

	private final ByteBufAllocator allocator;

	private final FrameHandler handler;

	private final byte[] partialHeader = new byte[HEADER_BYTES];

	private int partialHeaderBytes;

	private boolean inPayload;

	private int length;

	private int streamId;

	private int seq;

	private int kind;

	private @Nullable ByteBuf partialPayload;

	private boolean stopped;

	/**
	 * Creates a decoder at the beginning of a connection's bytes.
	 * @param allocator where the store of a straddling frame comes from
	 * @param handler who takes the frames
	 */
	public FrameDecoder(ByteBufAllocator allocator, FrameHandler handler) {
		this.allocator = allocator;
		this.handler = handler;
	}

	/**
	 * Reads all of a chunk, unless the handler stops the decoder; what comes after that
	 * is ignored.
	 * @param chunk the bytes; stays the caller's, who releases it
	 */
	public void decode(ByteBuf chunk) {
		while (!this.stopped) {
			if (!this.inPayload && !readHeader(chunk)) {
				return;
			}
			if (!this.stopped && !readPayload(chunk)) {
				return;
			}
		}
	}

	/**
	 * Bytes of an incomplete frame.
	 * @return the bytes stored, 0 between frames
	 */
	public int bufferedBytes() {
		ByteBuf stored = this.partialPayload;
		return this.partialHeaderBytes + ((stored != null) ? stored.capacity() : 0);
	}

	/**
	 * Tells whether a frame has begun and is not complete.
	 * @return whether more bytes are needed
	 */
	public boolean isMidFrame() {
		return this.inPayload || this.partialHeaderBytes > 0;
	}

	/**
	 * Tells whether the payload of a frame of this stream is just coming in.
	 * @param streamId a stream
	 * @return whether its frame is incomplete
	 */
	public boolean isReceiving(int streamId) {
		return this.inPayload && this.streamId == streamId;
	}

	/** Releases what is stored and ignores all further bytes. Idempotent. */
	public void release() {
		this.stopped = true;
		this.partialHeaderBytes = 0;
		this.inPayload = false;
		ByteBuf stored = this.partialPayload;
		if (stored != null) {
			this.partialPayload = null;
			stored.release();
		}
	}

	private boolean readHeader(ByteBuf chunk) {
		int available = chunk.readableBytes();
		if (this.partialHeaderBytes == 0 && available >= HEADER_BYTES) {
			this.length = chunk.readIntLE();
			this.streamId = chunk.readIntLE();
			this.seq = chunk.readIntLE();
			this.kind = chunk.readUnsignedByte();
		}
		else {
			int taken = Math.min(available, HEADER_BYTES - this.partialHeaderBytes);
			chunk.readBytes(this.partialHeader, this.partialHeaderBytes, taken);
			this.partialHeaderBytes += taken;
			if (this.partialHeaderBytes < HEADER_BYTES) {
				return false;
			}
			this.partialHeaderBytes = 0;
			this.length = LittleEndian.getInt(this.partialHeader, 0);
			this.streamId = LittleEndian.getInt(this.partialHeader, 4);
			this.seq = LittleEndian.getInt(this.partialHeader, 8);
			this.kind = this.partialHeader[12] & 0xff;
		}
		this.inPayload = true;
		if (!this.handler.frameHeader(this.streamId, this.seq, this.kind, this.length)) {
			release();
		}
		return true;
	}

	private boolean readPayload(ByteBuf chunk) {
		ByteBuf stored = this.partialPayload;
		if (stored == null && chunk.readableBytes() >= this.length) {
			int end = chunk.readerIndex() + this.length;
			try {
				handOn(chunk);
			}
			finally {
				chunk.readerIndex(end);
			}
			return true;
		}
		if (stored == null) {
			int first = Math.max(chunk.readableBytes(), FIRST_STORE_BYTES);
			stored = this.allocator.buffer(Math.min(first, this.length), this.length);
			this.partialPayload = stored;
		}
		stored.writeBytes(chunk, Math.min(chunk.readableBytes(), this.length - stored.readableBytes()));
		if (stored.readableBytes() < this.length) {
			return false;
		}
		this.partialPayload = null;
		try {
			handOn(stored);
		}
		finally {
			stored.release();
		}
		return true;
	}

	private void handOn(ByteBuf payload) {
		this.inPayload = false;
		if (!this.handler.frame(this.streamId, this.seq, this.kind, payload, this.length)) {
			release();
		}
	}

}
