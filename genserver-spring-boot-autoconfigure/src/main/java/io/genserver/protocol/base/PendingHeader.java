package io.genserver.protocol.base;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.RpcHeader;
import io.netty.buffer.ByteBuf;

/** A stream whose RPC header is not complete, so that it is not known what it carries. */
final class PendingHeader extends StreamState {

	private final byte[] fixed = new byte[RpcHeader.BYTES];

	private int fixedBytes;

	private int metadataLength;

	/** When the stream's first frame came; a header must not take for ever. */
	final long openedNanos;

	PendingHeader(long openedNanos) {
		this.openedNanos = openedNanos;
	}

	/**
	 * Takes what the header still needs and leaves the rest, which is body.
	 * @return how many bytes were taken
	 */
	int append(ByteBuf source, int length) {
		int taken = Math.min(length, RpcHeader.BYTES - this.fixedBytes);
		source.readBytes(this.fixed, this.fixedBytes, taken);
		this.fixedBytes += taken;
		if (!isFixedComplete()) {
			return taken;
		}
		if (this.body == null) {
			this.metadataLength = LittleEndian.getUnsignedShort(this.fixed, RpcHeader.METADATA_LENGTH);
			this.body = new ByteAssembler(this.metadataLength);
		}
		int metadata = Math.min(length - taken, this.metadataLength - this.body.size());
		this.body.append(source, metadata);
		return taken + metadata;
	}

	boolean hasType() {
		return this.fixedBytes > 0;
	}

	boolean isFixedComplete() {
		return this.fixedBytes == RpcHeader.BYTES;
	}

	boolean isComplete() {
		return this.body != null && this.body.size() == this.metadataLength;
	}

	int type() {
		return this.fixed[0] & 0xff;
	}

	int requestId() {
		return LittleEndian.getInt(this.fixed, RpcHeader.REQUEST_ID);
	}

	long methodId() {
		return LittleEndian.getLong(this.fixed, RpcHeader.METHOD_ID);
	}

	byte[] metadata() {
		return (this.body != null) ? this.body.toArray() : ByteAssembler.EMPTY;
	}

	@Override
	int heldBytes() {
		return super.heldBytes() + RpcHeader.BYTES;
	}

}
