package io.genserver.protocol.ext;

import java.util.Arrays;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.OversizedItemException;
import io.genserver.protocol.ProtocolLimits;

/**
 * The entries of ext metadata: a type byte, a length of one byte, or 255 and two more,
 * and a value.
 */
final class Tlv {

	static final int DEADLINE = 0x01;

	static final int TRACEPARENT = 0x02;

	static final int TRACESTATE = 0x03;

	static final int CONTENT_TYPE = 0x04;

	static final int ACCEPT = 0x05;

	static final int STREAM_WINDOW = 0x06;

	static final int ITEM_CREDIT = 0x07;

	static final int METHOD_NAME = 0x08;

	static final int KEY = 0x09;

	static final int HEADER = 0x10;

	/** Who does not know the type must not serve the request. */
	static final int CRITICAL = 0x80;

	private static final int LONG_LENGTH = 0xff;

	/** Buffers that grew longer are not kept. */
	private static final int KEPT = 1024;

	private Tlv() {
	}

	/**
	 * Collects entries. As for a connection's thread: nothing is synchronized, and the
	 * buffer serves for one message after the other.
	 */
	static final class Writer {

		private byte[] bytes = new byte[64];

		private int size;

		/** Forgets what was collected for a message that was given up. */
		void begin() {
			this.size = 0;
		}

		void entry(int type, byte[] value) {
			if (value.length > ProtocolLimits.MAX_METADATA_BYTES) {
				throw new OversizedItemException("Metadata", value.length, ProtocolLimits.MAX_METADATA_BYTES);
			}
			require(4 + value.length);
			this.bytes[this.size++] = (byte) type;
			if (value.length < LONG_LENGTH) {
				this.bytes[this.size++] = (byte) value.length;
			}
			else {
				this.bytes[this.size++] = (byte) LONG_LENGTH;
				LittleEndian.setShort(this.bytes, this.size, value.length);
				this.size += 2;
			}
			System.arraycopy(value, 0, this.bytes, this.size, value.length);
			this.size += value.length;
		}

		void u8(int type, int value) {
			require(3);
			this.bytes[this.size++] = (byte) type;
			this.bytes[this.size++] = 1;
			this.bytes[this.size++] = (byte) value;
		}

		void u32(int type, long value) {
			require(6);
			this.bytes[this.size++] = (byte) type;
			this.bytes[this.size++] = 4;
			LittleEndian.setInt(this.bytes, this.size, (int) Math.min(value, 0xffff_ffffL));
			this.size += 4;
		}

		/** Takes what was collected. */
		byte[] take() {
			byte[] taken = (this.size == 0) ? ByteAssembler.EMPTY : Arrays.copyOf(this.bytes, this.size);
			this.size = 0;
			if (this.bytes.length > KEPT) {
				this.bytes = new byte[KEPT];
			}
			return taken;
		}

		private void require(int more) {
			if (this.bytes.length - this.size < more) {
				this.bytes = Arrays.copyOf(this.bytes, Math.max(this.size + more, 2 * this.bytes.length));
			}
		}

	}

	/** Walks over entries. */
	static final class Reader {

		private final byte[] bytes;

		private int next;

		int type;

		int offset;

		int length;

		Reader(byte[] bytes, int start) {
			this.bytes = bytes;
			this.next = start;
		}

		/** Moves to the next entry, if there is one. */
		boolean next() {
			if (this.next == this.bytes.length) {
				return false;
			}
			require(2);
			this.type = this.bytes[this.next] & 0xff;
			this.length = this.bytes[this.next + 1] & 0xff;
			this.next += 2;
			if (this.length == LONG_LENGTH) {
				require(2);
				this.length = LittleEndian.getUnsignedShort(this.bytes, this.next);
				this.next += 2;
			}
			require(this.length);
			this.offset = this.next;
			this.next += this.length;
			return true;
		}

		private void require(int count) {
			if (this.bytes.length - this.next < count) {
				throw ExtViolation.protocol("metadata ends within an entry");
			}
		}

	}

}
