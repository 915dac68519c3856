package io.genserver.protocol.ext;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.ext.MetadataCodec.Decoded;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/**
 * Decodes the metadata of one OPEN after the other. A peer describes most of its requests
 * by the same bytes as the one before, and most of its answers, so what the last bytes
 * were decoded to serves as long as the same ones come.
 */
final class MetadataReader {

	private final int start;

	private ByteBuf last = Unpooled.EMPTY_BUFFER;

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
			this.last = Unpooled.wrappedBuffer(bytes);
			this.decoded = read;
		}
		return read;
	}

	private boolean isLast(ByteBuf payload, int length) {
		return this.last.readableBytes() == length
				&& ByteBufUtil.equals(this.last, 0, payload, payload.readerIndex(), length);
	}

}
