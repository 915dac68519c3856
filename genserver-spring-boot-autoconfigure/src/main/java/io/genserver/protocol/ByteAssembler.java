package io.genserver.protocol;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;

/**
 * Joins the pieces of one message. The first piece is stored at its exact size, so a
 * message that came in one piece is copied once and never again.
 */
public final class ByteAssembler {

	public static final byte[] EMPTY = new byte[0];

	/**
	 * Fewer bytes than these are read without a view of the buffer, which is an object.
	 */
	private static final int FEW = 128;

	private final int limit;

	private byte[] bytes = EMPTY;

	private int size;

	public ByteAssembler(int limit) {
		this.limit = limit;
	}

	/** Copies bytes out of a buffer and moves its reader index past them. */
	public static byte[] copy(ByteBuf source, int length) {
		if (length == 0) {
			return EMPTY;
		}
		byte[] bytes = new byte[length];
		read(source, bytes, 0, length);
		return bytes;
	}

	/** Buffers outside the heap make a view of themselves to copy bytes into an array. */
	private static void read(ByteBuf source, byte[] target, int offset, int length) {
		if (length >= FEW) {
			source.readBytes(target, offset, length);
			return;
		}
		int next = offset;
		int end = offset + length;
		for (; end - next >= Long.BYTES; next += Long.BYTES) {
			LittleEndian.setLong(target, next, source.readLongLE());
		}
		for (; next < end; next++) {
			target[next] = source.readByte();
		}
	}

	/**
	 * Appends bytes of a buffer and moves its reader index past them.
	 * @return how much the capacity grew, or -1 if the limit would be exceeded and
	 * nothing was read
	 */
	public int append(ByteBuf source, int length) {
		if (length > this.limit - this.size) {
			return -1;
		}
		int before = this.bytes.length;
		int needed = this.size + length;
		if (needed > before) {
			int capacity = (before == 0) ? needed : Math.min(this.limit, Math.max(needed, before * 2));
			this.bytes = Arrays.copyOf(this.bytes, capacity);
		}
		read(source, this.bytes, this.size, length);
		this.size = needed;
		return this.bytes.length - before;
	}

	public int size() {
		return this.size;
	}

	public int capacity() {
		return this.bytes.length;
	}

	public byte[] toArray() {
		return (this.size == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.size);
	}

}
