package io.genserver.rpc.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import io.genserver.protocol.MethodId;
import io.genserver.protocol.WireMode;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;

/**
 * The ways of the threat model (docs/security.md) to make an application hold or do as
 * much as possible.
 */
final class Attacks {

	private static final int END = 2;

	private static final int CANCEL = 3;

	private static final int WINDOW = 6;

	private static final int SETTINGS = 8;

	/** Flag of a frame in ext mode. */
	private static final int FIN = 0x80;

	/** Calls of one connection that are neither refused nor more than ext mode allows. */
	private static final int CALLS = 1000;

	private static final byte[] NOTHING = {};

	/** Distinguishes keys, origins and what else must be new each time. */
	private static final AtomicLong NEXT = new AtomicLong();

	private Attacks() {
	}

	static List<Kind> all() {
		byte[] large = new byte[60_000];
		byte[] halfFrame = Arrays.copyOf(RawWebSocket.encode(true, RawWebSocket.BINARY, new byte[120_000]), 110_000);
		return List.of(
				// Anybody.
				holding("connections without a request", 1000, (port) -> socket(port, "")),
				holding("handshakes that never end", 1000, (port) -> socket(port, "GET /ws HTTP/1.1\r\nHost: ")),
				holding("requests that are no handshakes", 200,
						(port) -> socket(port,
								"POST /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
										+ "Content-Length: 1000\r\n\r\n")),
				holding("requests that are no HTTP", 50,
						(port) -> socket(port, "\u0001 " + "x".repeat(3000) + "\r\n\r\n")),
				holding("made-up origins", 50, Attacks::foreignOrigin),
				// Connected, not much more than bytes.
				holding("half a frame of the WebSocket", 1000, (port) -> connect(port).send(halfFrame)),
				base("half messages", 70, (i) -> halfMessage(i, large)), base("messages without an end", 4, (i) -> {
					byte[] next = MuxioClient.frame(1, 1, i - 1, large);
					return (i == 1) ? MuxioClient.open(0, 1, "math.echo", NOTHING) : next;
				}), base("metadata without an end", 4, (i) -> MuxioClient.open(0, i, "math.echo", large)),
				once("many small entries of metadata", WireMode.EXT, 200,
						(i) -> ext(i, "busy.wait", entries(60), json("\"x\""))),
				once("more entries of metadata than are allowed", WireMode.EXT, 200,
						(i) -> ext(i, "busy.wait", entries(2000), json("\"x\""))),
				base("uploads without items", 4, (i) -> MuxioClient.open(0, i, "big.upload", NOTHING)),
				once("uploads without items", WireMode.EXT, 50,
						(i) -> extFrame(0, i, header(0, i, "big.upload", deadline(600_000)))),
				once("streams without items", WireMode.BASE, 50, (i) -> call(i, "live.watch", NOTHING)),
				once("streams without items", WireMode.EXT, 50, (i) -> ext(i, "live.watch", NOTHING, NOTHING)),
				once("channels without items", WireMode.BASE, 50, (i) -> MuxioClient.open(0, i, "live.talk", NOTHING)),
				once("channels without items", WireMode.EXT, 50,
						(i) -> extFrame(0, i, header(0, i, "live.talk", NOTHING))),
				once("calls that run at once", WireMode.EXT, 50, (i) -> ext(i, "live.later", NOTHING, NOTHING)),
				// Connected, requests.
				base("small calls", 4, (i) -> call(i, "math.echo", json("a"))),
				base("calls of 60 kB whose replies are not read", 8, (i) -> call(i, "math.echo", large)),
				base("calls whose replies of 4 MB are not read", 4, (i) -> call(i, "big.page", json("4000000"))),
				once("calls whose replies of 4 MB are not read", WireMode.EXT, 8,
						(i) -> ext(i, "big.page", NOTHING, json("4000000"))),
				base("long replies that may change", 4, (i) -> call(i, "big.lines", json("4000000"))),
				base("short replies, then long ones", 4,
						(i) -> call(i, "big.page", json((i % 1000 < 400) ? "1" : "4000000"))),
				base("long replies of calls that run at once", 4, (i) -> call(i, "big.later", json("4000000"))),
				base("streams that are not read", 4, (i) -> call(i, "big.stream", json("50000"))),
				once("streams that are not read", WireMode.EXT, 50,
						(i) -> ext(i, "big.stream", NOTHING, json("50000"))),
				base("casts to a server that others use", 1, (i) -> cast(i, "board.post", json("1"))),
				base("casts that fill a mailbox", 4, (i) -> cast(i, "busy.note", json("\"x\""))),
				base("casts that fill a mailbox that others use", 1, (i) -> cast(i, "slow.note", json("\"x\""))),
				base("long casts that fill a mailbox", 8,
						(i) -> cast(i, "busy.note", json('"' + "x".repeat(50_000) + '"'))),
				once("calls with a deadline far away", WireMode.EXT, 50,
						(i) -> ext(i, "busy.wait", deadline(600_000), json("\"x\""))),
				base("new keys", 4, (i) -> cast(i, "room.enter", json("[\"key " + NEXT.incrementAndGet() + "\", 1]"))),
				base("keys of a thousand bytes", 4,
						(i) -> cast(i, "room.enter",
								json("[\"" + NEXT.incrementAndGet() + "k".repeat(980) + "\", 1]"))),
				new Kind("one call each, then a dead socket", 8, 0, Attacks::oneCall),
				// Connected, what is worth nothing.
				base("unknown methods", 4, (i) -> call(i, "kv.unknown", NOTHING)),
				base("bad arguments", 1, (i) -> cast(i, "board.post", json("{"))),
				base("casts that fail and fill the log", 1,
						(i) -> cast(i, "board.fail", json("\"" + NEXT.incrementAndGet() + "\\n\\u001b[31m\\u0085x\""))),
				base("OPEN and CANCEL", 4,
						(i) -> join(MuxioClient.open(0, i, "math.echo", NOTHING),
								MuxioClient.frame(CANCEL, i, 1, NOTHING))),
				ext("OPEN and CANCEL", 4,
						(i) -> join(ext(i, "math.echo", NOTHING, NOTHING), MuxioClient.frame(CANCEL, i, 0, NOTHING))),
				base("frames for nothing", 4, (i) -> MuxioClient.frame(CANCEL, i, 1, NOTHING)),
				ext("WINDOW for nothing", 4, (i) -> MuxioClient.frame(WINDOW, 0, 0, new byte[8])),
				new Kind("pings", 4, 0, (port) -> new Flooding(connect(port), 1,
						(i) -> RawWebSocket.encode(true, RawWebSocket.PING, NOTHING))));
	}

	/** Connections that are kept as they are, so many of them at once. */
	private static Kind holding(String what, int most, Attack attack) {
		return new Kind(what, 4, most, attack);
	}

	/** Sends in base mode for as long as it can. */
	private static Kind base(String what, int parallel, IntFunction<byte[]> messages) {
		return new Kind(what, parallel, 0, (port) -> new Flooding(connect(port), 1, binary(messages)));
	}

	/** Sends in ext mode for as long as it can. */
	private static Kind ext(String what, int parallel, IntFunction<byte[]> messages) {
		return new Kind(what + " (ext)", parallel, 0, (port) -> new Flooding(connectExt(port), 1, binary(messages)));
	}

	/** Sends as many calls as may be in flight, and stays. */
	private static Kind once(String what, WireMode mode, int most, IntFunction<byte[]> messages) {
		return holding(what + ((mode == WireMode.EXT) ? " (ext)" : ""), most, (port) -> {
			Connection connection = (mode == WireMode.EXT) ? connectExt(port) : connect(port);
			try {
				new Flooding(connection, 20, binary(messages)).run(CALLS);
			}
			catch (java.io.UncheckedIOException ex) {
				// It was closed before it had sent everything.
			}
			return connection;
		});
	}

	private static IntFunction<byte[]> binary(IntFunction<byte[]> messages) {
		return (i) -> RawWebSocket.encode(true, RawWebSocket.BINARY, messages.apply(i));
	}

	private static AutoCloseable socket(int port, String text) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
		socket.setSoLinger(true, 0);
		socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		return socket;
	}

	private static AutoCloseable foreignOrigin(int port) {
		RawWebSocket socket = RawWebSocket.handshake(port, "/ws",
				"Origin: https://evil-" + NEXT.incrementAndGet() + ".example");
		if (socket.status() != 403) {
			throw new IllegalStateException("Status " + socket.status());
		}
		return socket::reset;
	}

	private static AutoCloseable oneCall(int port) {
		Connection connection = connect(port);
		MuxioClient client = new MuxioClient(connection.socket());
		String key = "visitor " + (NEXT.incrementAndGet() % 2000);
		String answer = client.call("room.sit", "[\"" + key + "\", 7]");
		if (!answer.equals("0 7")) {
			throw new IllegalStateException(answer);
		}
		return connection;
	}

	private static Connection connect(int port, String... headers) {
		RawWebSocket socket = RawWebSocket.handshake(port, "/ws", headers);
		if (socket.status() != 101) {
			socket.reset();
			throw new NotLetInException();
		}
		return new Connection(socket);
	}

	private static Connection connectExt(int port) {
		Connection connection = connect(port, "Sec-WebSocket-Protocol: " + WireMode.EXT.subprotocol());
		connection.socket().binary(MuxioClient.frame(SETTINGS, 0, 0, NOTHING));
		return connection;
	}

	private static byte[] halfMessage(int i, byte[] large) {
		int part = (i - 1) % 40;
		int stream = 1 + (i - 1) / 40;
		return (part == 0) ? MuxioClient.open(0, stream, "math.echo", NOTHING)
				: MuxioClient.frame(1, stream, part, large);
	}

	private static byte[] call(int i, String method, byte[] arguments) {
		return join(MuxioClient.open(0, i, method, arguments), MuxioClient.frame(END, i, 1, NOTHING));
	}

	private static byte[] cast(int i, String method, byte[] arguments) {
		return join(MuxioClient.open(2, i, method, arguments), MuxioClient.frame(END, i, 1, NOTHING));
	}

	/** A whole call in ext mode. */
	private static byte[] ext(int i, String method, byte[] metadata, byte[] arguments) {
		return extFrame(FIN, i, join(header(0, i, method, metadata), arguments));
	}

	private static byte[] extFrame(int kind, int stream, byte[] payload) {
		return MuxioClient.frame(kind, stream, 0, payload);
	}

	private static byte[] header(int type, int id, String method, byte[] metadata) {
		return ByteBuffer.allocate(15 + metadata.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.put((byte) type)
			.putInt(id)
			.putLong(MethodId.of(method))
			.putShort((short) metadata.length)
			.put(metadata)
			.array();
	}

	/** Headers with a name of one letter and no value. */
	private static byte[] entries(int count) {
		ByteArrayOutputStream entries = new ByteArrayOutputStream();
		for (int i = 0; i < count; i++) {
			entries.writeBytes(new byte[] { 0x10, 2, 1, 'h' });
		}
		return entries.toByteArray();
	}

	private static byte[] deadline(int millis) {
		return ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1).put((byte) 4).putInt(millis).array();
	}

	private static byte[] json(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] join(byte[] first, byte[] second) {
		return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
	}

	/**
	 * One way to attack.
	 *
	 * @param what is sent
	 * @param parallel how many attackers there are at once
	 * @param most connections that they keep beside those they send on
	 * @param attack what each does again and again
	 */
	record Kind(String what, int parallel, int most, Attack attack) {

		/** Whether many handlers make long replies at once, which count when they end. */
		boolean handlersHold() {
			return this.what.contains("that run at once");
		}

		@Override
		public String toString() {
			return this.what;
		}

	}

	/** Connects, and does what is to be done before or while it is connected. */
	interface Attack {

		AutoCloseable on(int port) throws IOException;

	}

	/** The endpoint, or the web server, did not upgrade the connection. */
	static final class NotLetInException extends RuntimeException {

	}

	/**
	 * A connection that ends with a reset.
	 *
	 * @param socket the connection
	 */
	record Connection(RawWebSocket socket) implements AutoCloseable {

		Connection send(byte[] bytes) {
			this.socket.bytes(bytes);
			return this;
		}

		@Override
		public void close() {
			this.socket.reset();
		}

	}

	/**
	 * Sends frames, the first of which is number 1.
	 *
	 * @param connection where to
	 * @param atOnce how many in one write
	 * @param frames of the WebSocket
	 */
	record Flooding(Connection connection, int atOnce, IntFunction<byte[]> frames) implements AutoCloseable {

		void run() {
			run(Integer.MAX_VALUE);
		}

		void run(int most) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			for (int i = 1; i <= most && i > 0; i++) {
				bytes.writeBytes(this.frames.apply(i));
				if (i % this.atOnce == 0 || i == most) {
					this.connection.send(bytes.toByteArray());
					bytes.reset();
				}
			}
		}

		@Override
		public void close() {
			this.connection.close();
		}

	}

}
