package io.genserver.protocol.ext;

import io.genserver.protocol.MessageType;
import io.genserver.protocol.RpcHeader;
import io.netty.buffer.ByteBuf;

/**
 * The fixed part of the RPC header at the beginning of an OPEN, which holds all of the
 * header in ext mode.
 *
 * @param type see {@link MessageType}
 * @param methodId the method
 * @param metadataBytes length of the metadata, which comes next
 */
record ExtHeader(int type, long methodId, int metadataBytes) {

	static ExtHeader read(int streamId, ByteBuf payload, int length) {
		int start = payload.readerIndex();
		if (length < RpcHeader.BYTES
				|| length < RpcHeader.BYTES + payload.getUnsignedShortLE(start + RpcHeader.METADATA_LENGTH)) {
			throw ExtViolation.protocol("OPEN of " + length + " bytes does not hold its header");
		}
		int type = payload.readUnsignedByte();
		if (payload.readIntLE() != streamId) {
			throw ExtViolation.protocol("request id differs from stream id");
		}
		long methodId = payload.readLongLE();
		return new ExtHeader(type, methodId, payload.readUnsignedShortLE());
	}

	int bytes() {
		return RpcHeader.BYTES + this.metadataBytes;
	}

}
