package io.genserver.protocol;

import java.io.ByteArrayOutputStream;

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

	private Tlv() {
	}

	static void write(ByteArrayOutputStream out, int type, byte[] value) {
		if (value.length > ProtocolLimits.MAX_METADATA_BYTES) {
			throw new OversizedItemException("Metadata", value.length, ProtocolLimits.MAX_METADATA_BYTES);
		}
		out.write(type);
		if (value.length < LONG_LENGTH) {
			out.write(value.length);
		}
		else {
			out.write(LONG_LENGTH);
			out.write(value.length);
			out.write(value.length >> 8);
		}
		out.writeBytes(value);
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
