package io.genserver.protocol.ext;

import io.genserver.protocol.RpcHeader;
import io.netty.buffer.ByteBuf;

/**
 * Reads the fixed part of the RPC header at the beginning of an OPEN, which holds all of
 * the header in ext mode. Nothing is read before {@link #require} has found the header to
 * be complete.
 */
final class ExtHeader {

	private ExtHeader() {
	}

	/**
	 * Check that an OPEN holds its header, and that the header is that of its stream.
	 * @param streamId the stream
	 * @param payload the frame, from where the header begins
	 * @param length of the frame
	 */
	static void require(int streamId, ByteBuf payload, int length) {
		if (length < RpcHeader.BYTES || length < RpcHeader.BYTES + metadataBytes(payload)) {
			throw ExtViolation.protocol("OPEN of " + length + " bytes does not hold its header");
		}
		if (payload.getIntLE(payload.readerIndex() + RpcHeader.REQUEST_ID) != streamId) {
			throw ExtViolation.protocol("request id differs from stream id");
		}
	}

	static int type(ByteBuf payload) {
		return payload.getUnsignedByte(payload.readerIndex());
	}

	static long methodId(ByteBuf payload) {
		return payload.getLongLE(payload.readerIndex() + RpcHeader.METHOD_ID);
	}

	private static int metadataBytes(ByteBuf payload) {
		return payload.getUnsignedShortLE(payload.readerIndex() + RpcHeader.METADATA_LENGTH);
	}

	/** Move on to the metadata. Returns how long it is. */
	static int skip(ByteBuf payload) {
		int metadataBytes = metadataBytes(payload);
		payload.skipBytes(RpcHeader.BYTES);
		return metadataBytes;
	}

}
