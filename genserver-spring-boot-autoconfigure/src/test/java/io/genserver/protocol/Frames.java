package io.genserver.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Frames and messages written by hand, independently of the code under test. */
public final class Frames {

	public static final long ECHO = 0x9158a853f4693f47L;

	private Frames() {
	}

	public static byte[] frame(int kind, int streamId, int seq, byte[] payload) {
		return ByteBuffer.allocate(13 + payload.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt(payload.length)
			.putInt(streamId)
			.putInt(seq)
			.put((byte) kind)
			.put(payload)
			.array();
	}

	public static byte[] frame(int kind, int streamId, int seq) {
		return frame(kind, streamId, seq, new byte[0]);
	}

	public static byte[] header(int type, int requestId, long methodId, byte[] metadata) {
		return ByteBuffer.allocate(15 + metadata.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.put((byte) type)
			.putInt(requestId)
			.putLong(methodId)
			.putShort((short) metadata.length)
			.put(metadata)
			.array();
	}

	/** OPEN with header and payload. */
	public static byte[] open(int type, int streamId, int requestId, byte[] metadata, byte[] payload) {
		return frame(FrameKind.OPEN, streamId, 0, join(header(type, requestId, ECHO, metadata), payload));
	}

	/** A complete unary call as a muxio client sends it. */
	public static byte[] call(int streamId, int requestId, String arguments) {
		return join(open(MessageType.CALL, streamId, requestId, utf8(arguments), new byte[0]),
				frame(FrameKind.END, streamId, 1));
	}

	/** A complete response as a muxio server sends it. */
	public static byte[] response(int streamId, int requestId, int status, String payload) {
		return join(open(MessageType.RESPONSE, streamId, requestId, new byte[] { (byte) status }, utf8(payload)),
				frame(FrameKind.END, streamId, 1));
	}

	public static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	public static byte[] join(byte[]... parts) {
		ByteArrayOutputStream joined = new ByteArrayOutputStream();
		for (byte[] part : parts) {
			joined.writeBytes(part);
		}
		return joined.toByteArray();
	}

	/** Cuts well-formed bytes into their frames. */
	public static List<byte[]> cut(byte[] wire) {
		List<byte[]> frames = new ArrayList<>();
		ByteBuffer buffer = ByteBuffer.wrap(wire).order(ByteOrder.LITTLE_ENDIAN);
		while (buffer.hasRemaining()) {
			byte[] frame = new byte[13 + buffer.getInt(buffer.position())];
			buffer.get(frame);
			frames.add(frame);
		}
		return frames;
	}

	public static int streamOf(byte[] frame) {
		return ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
	}

}
