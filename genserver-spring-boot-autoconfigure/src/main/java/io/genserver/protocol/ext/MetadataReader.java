package io.genserver.protocol.ext;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.ext.MetadataCodec.Decoded;
import io.netty.buffer.ByteBuf;

/**
 * Decodes the metadata of one OPEN after the other. A peer describes most of its requests
 * by the same bytes as the one before, and most of its answers, so what the last bytes
 * were decoded to serves as long as the same ones come.
 */
final class MetadataReader {

	private final int start;

	private byte[] last = ByteAssembler.EMPTY;

	private Decoded decoded = Decoded.NOTHING;

	/**
	 * Create.
	 * @param start bytes of the metadata that come before its entries
	 */
	MetadataReader(int start) {
		this.start = start;
	}

	/**
	 * Read metadata out of a frame, at least as many bytes as come before its entries.
	 * @param payload the frame, from where the metadata begins
	 * @param length of the metadata
	 */
	Decoded read(ByteBuf payload, int length) {
		if (isLast(payload, length)) {
			payload.skipBytes(length);
			return this.decoded;
		}
		byte[] bytes = ByteAssembler.copy(payload, length);
		Decoded read = MetadataCodec.decode(bytes, this.start);
		if (length <= MetadataCodec.KEPT_BYTES) {
			this.last = bytes;
			this.decoded = read;
		}
		return read;
	}

	private boolean isLast(ByteBuf payload, int length) {
		byte[] known = this.last;
		if (known.length != length) {
			return false;
		}
		int first = payload.readerIndex();
		int next = 0;
		for (; length - next >= Long.BYTES; next += Long.BYTES) {
			if (payload.getLongLE(first + next) != LittleEndian.getLong(known, next)) {
				return false;
			}
		}
		for (; next < length; next++) {
			if (payload.getByte(first + next) != known[next]) {
				return false;
			}
		}
		return true;
	}

}
