package io.genserver.protocol.ext;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.CallMetadata;
import io.genserver.protocol.MessageType;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.RpcHeader;
import io.genserver.protocol.StatusCode;
import io.netty.buffer.ByteBuf;

/** The RPC header of a stream, until its OPEN is written. */
final class PendingOpen {

	/** Of an answer that nothing describes. */
	static final PendingOpen ANSWER = answer(new byte[] { StatusCode.OK });

	private final int type;

	final long methodId;

	/** Not to be changed: others may have the same. */
	private final byte[] metadata;

	/** The method's name as metadata; empty if there is none. */
	final byte[] name;

	private final long deadlineMillis;

	private final long createdNanos;

	/** Whether the first item may travel with the header. */
	final boolean takesItem;

	PendingOpen(int type, long methodId, byte[] metadata, byte[] name, long deadlineMillis, long createdNanos,
			boolean takesItem) {
		this.type = type;
		this.methodId = methodId;
		this.metadata = metadata;
		this.name = name;
		this.deadlineMillis = deadlineMillis;
		this.createdNanos = createdNanos;
		this.takesItem = takesItem;
	}

	/**
	 * The header of a good answer. It has no deadline, so it never changes and serves for
	 * any number of them.
	 * @param metadata the status and what describes the answer
	 * @return the header
	 */
	static PendingOpen answer(byte[] metadata) {
		return new PendingOpen(MessageType.RESPONSE, MethodId.NONE, metadata, ByteAssembler.EMPTY,
				CallMetadata.NO_DEADLINE, 0, true);
	}

	boolean isResponse() {
		return this.type == MessageType.RESPONSE;
	}

	int bytes(boolean withName) {
		return RpcHeader.BYTES + this.metadata.length + (withName ? this.name.length : 0);
	}

	void write(ByteBuf frame, int streamId, boolean withName, long nowNanos) {
		frame.writeByte(this.type);
		frame.writeIntLE(streamId);
		frame.writeLongLE(this.methodId);
		frame.writeShortLE(bytes(withName) - RpcHeader.BYTES);
		int start = frame.writerIndex();
		frame.writeBytes(this.metadata);
		if (this.deadlineMillis >= 0) {
			long left = this.deadlineMillis - (nowNanos - this.createdNanos) / 1_000_000;
			MetadataCodec.setDeadline(frame, start, Math.max(0, left));
		}
		if (withName) {
			frame.writeBytes(this.name);
		}
	}

}
