package io.genserver.rpc.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

import io.genserver.protocol.MethodId;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.HangGuard;
import io.netty.channel.Channel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How fast a client calls that sends OPEN and END of a call in two writes and leaves
 * Nagle's algorithm on, as stock muxio clients do: with an endpoint that acknowledges at
 * once, and with one that does not. Prints the figures; time is not asserted.
 * {@code -Dreactor.netty.native=false} measures the transport of the JDK.
 */
@Tag("stress")
class QuickAckStressTests {

	private static final int CALLS = Integer.getInteger("genserver.rpc.quickack-calls", 2000);

	/** Enough at 40 ms each. */
	private static final int SLOW_CALLS = 50;

	@Test
	void howFastAStockMuxioClientCalls() throws IOException {
		try (TestServers servers = new TestServers().add("echo", new EchoServer()).start();
				TestEndpoint endpoint = new TestEndpoint(servers)) {
			double without = callsPerSecond(endpoint, false);
			double with = callsPerSecond(endpoint, true);
			System.out.printf(
					"Calls per second of a client that sends OPEN and END in two writes without TCP_NODELAY,"
							+ " over %s: %.0f; acknowledged at once %.0f, %.0f times as many%n",
					endpoint.channel().getClass().getSimpleName(), without, with, with / without);
		}
	}

	private static double callsPerSecond(TestEndpoint endpoint, boolean quick) throws IOException {
		int before = endpoint.channels.size();
		try (Socket socket = new Socket("localhost", endpoint.port())) {
			socket.setTcpNoDelay(false);
			socket.setSoTimeout((int) HangGuard.DURATION.toMillis());
			DataInputStream in = new DataInputStream(socket.getInputStream());
			OutputStream out = socket.getOutputStream();
			handshake(in, out);
			HangGuard.await("the endpoint has the connection", () -> endpoint.channels.size() > before
					&& endpoint.channels.getLast().pipeline().get("genserver.transport") != null);
			Channel channel = endpoint.channels.getLast();
			if (!quick && channel.pipeline().get("genserver.quickack") != null) {
				channel.pipeline().remove("genserver.quickack");
			}
			int calls = quick ? CALLS : SLOW_CALLS;
			call(in, out, calls / 10, 1);
			long start = System.nanoTime();
			call(in, out, calls, 1_000_000);
			return calls * 1e9 / (System.nanoTime() - start);
		}
	}

	private static void handshake(DataInputStream in, OutputStream out) throws IOException {
		out.write(("GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
				+ "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII));
		out.flush();
		int newlines = 0;
		while (newlines < 4) {
			int next = in.readByte();
			newlines = (next == '\r' || next == '\n') ? newlines + 1 : 0;
		}
	}

	private static void call(DataInputStream in, OutputStream out, int calls, int firstId) throws IOException {
		byte[] arguments = "\"hi\"".getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i < calls; i++) {
			int id = firstId + i;
			out.write(message(frame(id, 0, 0, 15 + arguments.length).put((byte) 0)
				.putInt(id)
				.putLong(MethodId.of("echo.say"))
				.putShort((short) arguments.length)
				.put(arguments)
				.array()));
			out.write(message(frame(id, 1, 2, 0).array()));
			byte[] answer = read(in);
			assertThat(new String(answer, StandardCharsets.ISO_8859_1)).contains("\"hi\"");
		}
	}

	private static ByteBuffer frame(int stream, int seq, int kind, int length) {
		return ByteBuffer.allocate(13 + length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt(length)
			.putInt(stream)
			.putInt(seq)
			.put((byte) kind);
	}

	/** A binary message of a client, masked with zeros. */
	private static byte[] message(byte[] content) {
		return ByteBuffer.allocate(6 + content.length)
			.put((byte) 0x82)
			.put((byte) (0x80 | content.length))
			.putInt(0)
			.put(content)
			.array();
	}

	/** The next message that is not a ping. */
	private static byte[] read(DataInputStream in) throws IOException {
		while (true) {
			int opcode = in.readByte() & 0x0f;
			byte[] content = new byte[in.readByte() & 0x7f];
			in.readFully(content);
			if (opcode == 2) {
				return content;
			}
		}
	}

	interface Echo {

		String say(String text);

	}

	static final class EchoServer implements Echo {

		@Override
		public String say(String text) {
			return text;
		}

	}

}
