package io.genserver.protocol.base;

import io.genserver.protocol.ByteAssembler;
import io.genserver.protocol.FrameKind;
import io.genserver.protocol.LittleEndian;
import io.genserver.protocol.MessageBatcher;
import io.genserver.protocol.RpcHeader;
import io.netty.buffer.ByteBuf;

/**
 * Writes RPC messages as frames, knowing nothing of what is open: ids and sequence
 * numbers are the caller's.
 */
final class BaseEncoder {

	private final MessageBatcher out;

	private final int frameBytes;

	BaseEncoder(MessageBatcher out, int frameBytes) {
		this.out = out;
		this.frameBytes = frameBytes;
	}

	/** Writes a complete message: header, metadata and payload in full frames, an END. */
	void message(int type, int streamId, int requestId, long methodId, byte[] metadata, byte[] payload) {
		long total = (long) RpcHeader.BYTES + metadata.length + payload.length;
		int seq;
		if (total <= this.frameBytes) {
			open(type, streamId, requestId, methodId, metadata, payload);
			seq = 1;
		}
		else {
			seq = split(type, streamId, requestId, methodId, metadata, payload);
		}
		end(streamId, seq);
	}

	/**
	 * Writes the header of a stream with its first item, in one frame if both fit in one.
	 * @return the stream's next sequence number
	 */
	int openWithItem(int type, int streamId, int requestId, long methodId, byte[] metadata, byte[] item) {
		if (item.length > 0 && RpcHeader.BYTES + metadata.length + item.length <= this.frameBytes) {
			open(type, streamId, requestId, methodId, metadata, item);
			return 1;
		}
		int seq = open(type, streamId, requestId, methodId, metadata);
		item(streamId, seq, item);
		return seq + 1;
	}

	/**
	 * Writes the header of a stream alone.
	 * @return the stream's next sequence number
	 */
	int open(int type, int streamId, int requestId, long methodId, byte[] metadata) {
		if (RpcHeader.BYTES + metadata.length > this.frameBytes) {
			return split(type, streamId, requestId, methodId, metadata, ByteAssembler.EMPTY);
		}
		open(type, streamId, requestId, methodId, metadata, ByteAssembler.EMPTY);
		return 1;
	}

	void item(int streamId, int seq, byte[] item) {
		this.out.frame(streamId, seq, FrameKind.DATA, item.length).writeBytes(item);
		this.out.endFrame(FrameKind.DATA);
	}

	void end(int streamId, int seq) {
		this.out.frame(streamId, seq, FrameKind.END, 0);
		this.out.endFrame(FrameKind.END);
	}

	void cancel(int streamId, int seq) {
		this.out.frame(streamId, seq, FrameKind.CANCEL, 0);
		this.out.endFrame(FrameKind.CANCEL);
	}

	boolean fits(byte[] item) {
		return item.length <= this.frameBytes;
	}

	private void open(int type, int streamId, int requestId, long methodId, byte[] metadata, byte[] payload) {
		int length = RpcHeader.BYTES + metadata.length + payload.length;
		ByteBuf frame = this.out.frame(streamId, 0, FrameKind.OPEN, length);
		frame.writeByte(type);
		frame.writeIntLE(requestId);
		frame.writeLongLE(methodId);
		frame.writeShortLE(metadata.length);
		frame.writeBytes(metadata);
		frame.writeBytes(payload);
		this.out.endFrame(FrameKind.OPEN);
	}

	/**
	 * Writes a message longer than a frame: frames filled to the last byte, wherever that
	 * cuts header, metadata and payload.
	 * @return the stream's next sequence number
	 */
	private int split(int type, int streamId, int requestId, long methodId, byte[] metadata, byte[] payload) {
		byte[] header = new byte[RpcHeader.BYTES];
		header[0] = (byte) type;
		LittleEndian.setInt(header, RpcHeader.REQUEST_ID, requestId);
		LittleEndian.setLong(header, RpcHeader.METHOD_ID, methodId);
		LittleEndian.setShort(header, RpcHeader.METADATA_LENGTH, metadata.length);
		byte[][] parts = { header, metadata, payload };
		int left = header.length + metadata.length + payload.length;
		int part = 0;
		int offset = 0;
		int seq = 0;
		while (left > 0) {
			int length = Math.min(left, this.frameBytes);
			int kind = (seq == 0) ? FrameKind.OPEN : FrameKind.DATA;
			ByteBuf frame = this.out.frame(streamId, seq, kind, length);
			left -= length;
			while (length > 0) {
				int taken = Math.min(length, parts[part].length - offset);
				frame.writeBytes(parts[part], offset, taken);
				length -= taken;
				offset += taken;
				if (offset == parts[part].length) {
					part++;
					offset = 0;
				}
			}
			this.out.endFrame(kind);
			seq++;
		}
		return seq;
	}

}
