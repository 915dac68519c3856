package io.genserver.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

import com.dynatrace.hash4j.hashing.Hashing;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client that puts on the wire what a stock muxio 0.15 client does: no header of its
 * own in the handshake, each frame in a message of its own, arguments in the metadata.
 * Written by hand, independently of the code under test.
 */
public final class MuxioClient implements AutoCloseable {

	private static final JsonNode VECTORS = vectors();

	private static final int OPEN = 0;

	private static final int END = 2;

	private static final int CANCEL = 3;

	private final RawWebSocket webSocket;

	private final ByteArrayOutputStream received = new ByteArrayOutputStream();

	private final Map<Integer, ByteArrayOutputStream> streams = new LinkedHashMap<>();

	private int nextId = 1;

	public MuxioClient(RawWebSocket webSocket) {
		this.webSocket = webSocket;
	}

	public static MuxioClient connect(int port) {
		return new MuxioClient(RawWebSocket.connect(port));
	}

	public RawWebSocket webSocket() {
		return this.webSocket;
	}

	/** The frames the Rust implementation makes in a case of the golden bytes. */
	public static byte[][] goldenFrames(String name) {
		for (JsonNode entry : VECTORS.required("cases")) {
			if (entry.required("name").asString().equals(name)) {
				return entry.required("frames")
					.valueStream()
					.map((frame) -> HexFormat.of().parseHex(frame.asString()))
					.toArray(byte[][]::new);
			}
		}
		throw new IllegalArgumentException("No case is called " + name);
	}

	/**
	 * Send a call.
	 * @return its id, of its stream as of the request
	 */
	public int send(String method, String arguments) {
		return send(method, arguments.getBytes(StandardCharsets.UTF_8));
	}

	public int send(String method, byte[] arguments) {
		int id = this.nextId++;
		this.webSocket.binary(open(0, id, method, arguments));
		this.webSocket.binary(frame(END, id, 1, new byte[0]));
		return id;
	}

	/** Send a message that is not answered, in one WebSocket message. */
	public void cast(String method, byte[] arguments) {
		int id = this.nextId++;
		this.webSocket.binary(join(open(2, id, method, arguments), frame(END, id, 1, new byte[0])));
	}

	/** Give a call up before or after its end. */
	public void cancel(int id) {
		this.webSocket.binary(frame(CANCEL, id, 2, new byte[0]));
	}

	/** Send a call and await its answer, status and text. */
	public String call(String method, String arguments) {
		int id = send(method, arguments);
		Response response = read();
		if (response.requestId() != id) {
			throw new IllegalStateException("Answer to " + response.requestId() + " instead of " + id);
		}
		return response.toString();
	}

	/** Await the next answer that is complete. */
	public Response read() {
		while (true) {
			byte[] frame = nextFrame();
			ByteBuffer buffer = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
			int stream = buffer.getInt(4);
			int kind = buffer.get(12);
			this.streams.computeIfAbsent(stream, (id) -> new ByteArrayOutputStream())
				.write(frame, 13, frame.length - 13);
			if (kind >= END) {
				return Response.of(kind == CANCEL, this.streams.remove(stream).toByteArray());
			}
		}
	}

	/** Await the next frame, complete with its header. */
	public byte[] nextFrame() {
		while (true) {
			ByteBuffer bytes = ByteBuffer.wrap(this.received.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
			if (bytes.remaining() >= 13 && bytes.remaining() >= 13 + bytes.getInt(0)) {
				byte[] frame = new byte[13 + bytes.getInt(0)];
				bytes.get(frame);
				this.received.reset();
				this.received.write(bytes.array(), bytes.position(), bytes.remaining());
				return frame;
			}
			this.received.writeBytes(this.webSocket.read(RawWebSocket.BINARY).payload());
		}
	}

	/** An OPEN frame with all of a header. */
	public static byte[] open(int type, int id, String method, byte[] metadata) {
		byte[] header = ByteBuffer.allocate(15 + metadata.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.put((byte) type)
			.putInt(id)
			.putLong(Hashing.xxh3_64().hashBytesToLong(method.getBytes(StandardCharsets.UTF_8)))
			.putShort((short) metadata.length)
			.put(metadata)
			.array();
		return frame(OPEN, id, 0, header);
	}

	public static byte[] frame(int kind, int stream, int seq, byte[] payload) {
		return ByteBuffer.allocate(13 + payload.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt(payload.length)
			.putInt(stream)
			.putInt(seq)
			.put((byte) kind)
			.put(payload)
			.array();
	}

	private static byte[] join(byte[] one, byte[] other) {
		return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
	}

	@Override
	public void close() {
		this.webSocket.close();
	}

	private static JsonNode vectors() {
		try (InputStream in = MuxioClient.class.getResourceAsStream("/io/genserver/protocol/muxio-0.15.json")) {
			return JsonMapper.shared().readTree(Objects.requireNonNull(in));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * An answer.
	 *
	 * @param requestId the call it answers
	 * @param status its status
	 * @param cancelled whether it broke off
	 * @param payload its bytes, of all items if it is a stream
	 */
	public record Response(int requestId, int status, boolean cancelled, byte[] payload) {

		private static Response of(boolean cancelled, byte[] bytes) {
			ByteBuffer message = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
			if (message.get() != 1) {
				throw new IllegalStateException("Not a response");
			}
			int requestId = message.getInt();
			message.getLong();
			byte[] metadata = new byte[message.getShort() & 0xFFFF];
			message.get(metadata);
			byte[] payload = new byte[message.remaining()];
			message.get(payload);
			return new Response(requestId, metadata[0], cancelled, payload);
		}

		public String text() {
			return new String(this.payload, StandardCharsets.UTF_8);
		}

		@Override
		public String toString() {
			return this.status + " " + text();
		}

	}

}
