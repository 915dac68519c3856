package io.genserver.testsupport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server that puts on the wire what a stock muxio 0.15 server does: it answers the
 * handshake without choosing a subprotocol, each call with the bytes it came with, each
 * ping with a pong, and does nothing of its own accord. Written by hand, independently of
 * the code under test. Every connection has a thread.
 */
public final class ForeignMuxioServer implements AutoCloseable {

	private static final int OPEN = 0;

	private static final int END = 2;

	private final ServerSocket server;

	private final List<Connection> connections = new CopyOnWriteArrayList<>();

	private final List<List<String>> handshakes = new CopyOnWriteArrayList<>();

	public ForeignMuxioServer() {
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Thread.ofPlatform().daemon().name("foreign-muxio").start(this::accept);
	}

	public URI uri() {
		return URI.create("ws://localhost:" + this.server.getLocalPort() + "/ws");
	}

	/** The connections that were upgraded. */
	public List<Connection> connections() {
		return this.connections;
	}

	/** The header lines of all handshakes. */
	public List<List<String>> handshakes() {
		return this.handshakes;
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket socket = this.server.accept();
				Thread.ofPlatform().daemon().name("foreign-muxio-connection").start(() -> serve(socket));
			}
			catch (IOException ex) {
				return;
			}
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			socket.setTcpNoDelay(true);
			Connection connection = new Connection(socket);
			this.handshakes.add(connection.upgrade());
			this.connections.add(connection);
			while (connection.serveFrame()) {
				// Until the client leaves.
			}
		}
		catch (IOException ex) {
			// The client is gone, or the test is over.
		}
	}

	@Override
	public void close() {
		try {
			this.server.close();
			for (Connection connection : this.connections) {
				connection.socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** One client. */
	public static final class Connection {

		private final Socket socket;

		private final DataInputStream in;

		private final OutputStream out;

		private final ByteArrayOutputStream frames = new ByteArrayOutputStream();

		/** Requests that are not complete, by stream. */
		private final Map<Integer, ByteArrayOutputStream> requests = new HashMap<>();

		private int nextStream = 0x8000_0001;

		private volatile long read;

		private volatile long written;

		private volatile boolean deaf;

		private volatile int pings;

		private volatile int casts;

		private Connection(Socket socket) throws IOException {
			this.socket = socket;
			this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
			this.out = socket.getOutputStream();
		}

		/** Bytes that came and were handled. */
		public long read() {
			return this.read;
		}

		/** Bytes that were sent. */
		public long written() {
			return this.written;
		}

		/** How many pings came. */
		public int pings() {
			return this.pings;
		}

		/** How many messages came that have no answer. */
		public int casts() {
			return this.casts;
		}

		/** Answer nothing any more, not even pings. */
		public void deaf() {
			this.deaf = true;
		}

		/** Send a ping of the WebSocket. */
		public void ping() {
			try {
				send(RawWebSocket.PING, new byte[0]);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private List<String> upgrade() throws IOException {
			List<String> headers = new ArrayList<>();
			String key = "";
			for (String line = line(); !line.isEmpty(); line = line()) {
				headers.add(line);
				if (line.toLowerCase().startsWith("sec-websocket-key:")) {
					key = line.substring("sec-websocket-key:".length()).trim();
				}
			}
			byte[] answer = ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
					+ "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n")
				.getBytes(StandardCharsets.ISO_8859_1);
			this.written = answer.length;
			this.out.write(answer);
			this.out.flush();
			return headers;
		}

		private static String accept(String key) {
			try {
				byte[] digest = MessageDigest.getInstance("SHA-1")
					.digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.ISO_8859_1));
				return Base64.getEncoder().encodeToString(digest);
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		private String line() throws IOException {
			ByteArrayOutputStream line = new ByteArrayOutputStream();
			for (int c = this.in.readUnsignedByte(); c != '\n'; c = this.in.readUnsignedByte()) {
				line.write(c);
			}
			this.read += line.size() + 1;
			return line.toString(StandardCharsets.ISO_8859_1).trim();
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		private boolean serveFrame() throws IOException {
			int opcode = this.in.readUnsignedByte() & 0x0F;
			int length = this.in.readUnsignedByte() & 0x7F;
			int header = 6;
			if (length == 126) {
				length = this.in.readUnsignedShort();
				header = 8;
			}
			else if (length == 127) {
				length = (int) this.in.readLong();
				header = 14;
			}
			byte[] mask = this.in.readNBytes(4);
			byte[] payload = this.in.readNBytes(length);
			for (int i = 0; i < payload.length; i++) {
				payload[i] ^= mask[i % 4];
			}
			if (!this.deaf) {
				handle(opcode, payload);
			}
			this.read += header + length;
			return opcode != RawWebSocket.CLOSE;
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		private void handle(int opcode, byte[] payload) throws IOException {
			switch (opcode) {
				case RawWebSocket.PING -> {
					this.pings++;
					send(RawWebSocket.PONG, payload);
				}
				case RawWebSocket.CLOSE -> send(RawWebSocket.CLOSE, payload);
				case RawWebSocket.BINARY, RawWebSocket.CONTINUATION -> {
					this.frames.writeBytes(payload);
					handleFrames();
				}
				default -> {
				}
			}
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		private void handleFrames() throws IOException {
			ByteBuffer all = ByteBuffer.wrap(this.frames.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
			while (all.remaining() >= 13 && all.remaining() >= 13 + all.getInt(all.position())) {
				byte[] payload = new byte[all.getInt()];
				int stream = all.getInt();
				all.getInt();
				int kind = all.get();
				all.get(payload);
				ByteArrayOutputStream request = this.requests.computeIfAbsent(stream,
						(id) -> new ByteArrayOutputStream());
				request.writeBytes(payload);
				if (kind == END) {
					answer(this.requests.remove(stream).toByteArray());
				}
			}
			this.frames.reset();
			this.frames.write(all.array(), all.position(), all.remaining());
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		private void answer(byte[] request) throws IOException {
			ByteBuffer message = ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN);
			if (message.get() != 0) {
				this.casts++;
				return;
			}
			int requestId = message.getInt();
			message.getLong();
			byte[] arguments = new byte[message.getShort() & 0xFFFF];
			message.get(arguments);
			byte[] header = ByteBuffer.allocate(16 + arguments.length)
				.order(ByteOrder.LITTLE_ENDIAN)
				.put((byte) 1)
				.putInt(requestId)
				.putLong(0)
				.putShort((short) 1)
				.put((byte) 0)
				.put(arguments)
				.array();
			int stream = this.nextStream++;
			send(RawWebSocket.BINARY, MuxioClient.frame(OPEN, stream, 0, header));
			send(RawWebSocket.BINARY, MuxioClient.frame(END, stream, 1, new byte[0]));
		}

		@SuppressWarnings("NonAtomicOperationOnVolatileField")
		private synchronized void send(int opcode, byte[] payload) throws IOException {
			ByteBuffer frame = ByteBuffer.allocate(10 + payload.length).put((byte) (0x80 | opcode));
			if (payload.length < 126) {
				frame.put((byte) payload.length);
			}
			else if (payload.length < 65_536) {
				frame.put((byte) 126).putShort((short) payload.length);
			}
			else {
				frame.put((byte) 127).putLong(payload.length);
			}
			frame.put(payload);
			this.written += frame.position();
			this.out.write(frame.array(), 0, frame.position());
			this.out.flush();
		}

	}

}
