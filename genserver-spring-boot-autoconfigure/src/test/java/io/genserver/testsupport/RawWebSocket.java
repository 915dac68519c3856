package io.genserver.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A WebSocket client that does what it is told and nothing of its own accord: no pong, no
 * answer to a close, no masking of mistakes. Blocks, for at most thirty seconds a read.
 */
public final class RawWebSocket implements AutoCloseable {

	public static final int CONTINUATION = 0;

	public static final int TEXT = 1;

	public static final int BINARY = 2;

	public static final int CLOSE = 8;

	public static final int PING = 9;

	public static final int PONG = 10;

	private static final int GUARD_MILLIS = HangGuard.SECONDS * 1000;

	private final Socket socket;

	private final DataInputStream in;

	private final OutputStream out;

	private final String status;

	private final List<String> headers = new ArrayList<>();

	private RawWebSocket(Socket socket, List<String> request) throws IOException {
		this.socket = socket;
		socket.setSoTimeout(GUARD_MILLIS);
		socket.setTcpNoDelay(true);
		this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
		this.out = socket.getOutputStream();
		this.out.write((String.join("\r\n", request) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
		this.status = readLine();
		for (String line = readLine(); !line.isEmpty(); line = readLine()) {
			this.headers.add(line);
		}
	}

	/**
	 * Ask for an upgrade as a stock muxio client does, with more headers.
	 */
	public static RawWebSocket handshake(int port, String path, String... headers) {
		return handshake(port, path, 0, List.of("Sec-WebSocket-Version: 13"), headers);
	}

	/** Ask for an upgrade with a small receive buffer. */
	public static RawWebSocket narrow(int port, String path) {
		return handshake(port, path, 4096, List.of("Sec-WebSocket-Version: 13"));
	}

	public static RawWebSocket handshake(int port, String path, int receiveBuffer, List<String> version,
			String... headers) {
		Socket socket = new Socket();
		try {
			if (receiveBuffer > 0) {
				socket.setReceiveBufferSize(receiveBuffer);
			}
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), GUARD_MILLIS);
			List<String> request = new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: localhost:" + port,
					"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
			request.addAll(version);
			request.addAll(List.of(headers));
			return new RawWebSocket(socket, request);
		}
		catch (IOException ex) {
			closeQuietly(socket);
			throw new UncheckedIOException(ex);
		}
	}

	private static void closeQuietly(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is of no use any more.
		}
	}

	/** Connect, which must succeed. */
	public static RawWebSocket connect(int port, String... headers) {
		RawWebSocket webSocket = handshake(port, "/ws", headers);
		if (webSocket.status() != 101) {
			throw new IllegalStateException("Not upgraded: " + webSocket.status);
		}
		return webSocket;
	}

	/** The HTTP status of the handshake. */
	public int status() {
		return Integer.parseInt(this.status.split(" ")[1]);
	}

	/** The value of a header of the handshake's answer, or an empty text. */
	public String header(String name) {
		return this.headers.stream()
			.filter((line) -> line.toLowerCase().startsWith(name.toLowerCase() + ":"))
			.map((line) -> line.substring(name.length() + 1).trim())
			.findFirst()
			.orElse("");
	}

	/** The body of an answer that is no upgrade. */
	public String body() {
		try {
			String length = header("Content-Length");
			int bytes = length.isEmpty() ? Integer.parseInt(readLine(), 16) : Integer.parseInt(length);
			return new String(this.in.readNBytes(bytes), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** All header lines of the handshake's answer. */
	public List<String> headers() {
		return this.headers;
	}

	public void binary(byte[] payload) {
		frame(true, BINARY, payload);
	}

	public void text(String text) {
		frame(true, TEXT, text.getBytes(StandardCharsets.UTF_8));
	}

	public void ping(String text) {
		frame(true, PING, text.getBytes(StandardCharsets.UTF_8));
	}

	public void close(int code) {
		frame(true, CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
	}

	/** Send a frame, masked with zeros. */
	public void frame(boolean last, int opcode, byte[] payload) {
		bytes(encode(last, opcode, payload));
	}

	/** The bytes of a frame. */
	public static byte[] encode(boolean last, int opcode, byte[] payload) {
		ByteBuffer frame = ByteBuffer.allocate(14 + payload.length);
		frame.put((byte) ((last ? 0x80 : 0) | opcode));
		if (payload.length < 126) {
			frame.put((byte) (0x80 | payload.length));
		}
		else if (payload.length < 65_536) {
			frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
		}
		else {
			frame.put((byte) (0x80 | 127)).putLong(payload.length);
		}
		frame.putInt(0).put(payload);
		byte[] bytes = new byte[frame.position()];
		frame.flip().get(bytes);
		return bytes;
	}

	/** Send bytes as they are. */
	public void bytes(byte[] bytes) {
		try {
			this.out.write(bytes);
			this.out.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Read the next frame, whatever it is. */
	public Frame read() {
		try {
			int first = this.in.readUnsignedByte();
			int second = this.in.readUnsignedByte();
			long length = second & 0x7F;
			if (length == 126) {
				length = this.in.readUnsignedShort();
			}
			else if (length == 127) {
				length = this.in.readLong();
			}
			byte[] payload = this.in.readNBytes((int) length);
			return new Frame(first & 0x0F, payload);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Read on to the next frame of a kind. */
	public Frame read(int opcode) {
		Frame frame = read();
		while (frame.opcode() != opcode) {
			if (frame.opcode() == CLOSE) {
				throw new IllegalStateException("Closed: " + frame.closed());
			}
			frame = read();
		}
		return frame;
	}

	/**
	 * Read on to the close frame, and to the end of the stream behind it.
	 * @return code and reason
	 */
	public String closed() {
		Frame frame = read();
		while (frame.opcode() != CLOSE) {
			frame = read();
		}
		if (!ended()) {
			throw new IllegalStateException("More follows the close frame");
		}
		return frame.closed();
	}

	/** Whether the server ends the stream here. */
	public boolean ended() {
		try {
			return this.in.read() == -1;
		}
		catch (EOFException ex) {
			return true;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Let the connection be reset instead of ended. */
	public void reset() {
		try {
			this.socket.setSoLinger(true, 0);
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private String readLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int c = this.in.readUnsignedByte(); c != '\n'; c = this.in.readUnsignedByte()) {
			line.write(c);
		}
		return line.toString(StandardCharsets.ISO_8859_1).trim();
	}

	/**
	 * A frame received.
	 *
	 * @param opcode its kind
	 * @param payload its payload
	 */
	public record Frame(int opcode, byte[] payload) {

		/** Code and reason of a close frame. */
		public String closed() {
			ByteBuffer content = ByteBuffer.wrap(this.payload);
			return (content.getShort() & 0xFFFF) + " "
					+ StandardCharsets.UTF_8.decode(content.slice(2, content.capacity() - 2));
		}

	}

}
