package io.genserver.rpc.client;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

import io.genserver.protocol.CloseCode;
import io.genserver.protocol.MethodId;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RawWebSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * A client that sends what costs it nothing as fast as it can, and connects again
 * whenever it is closed: it is closed each time for that, and the calls of another client
 * go on without an error. Prints how many connections it took it and how many calls the
 * other made.
 */
@Tag("stress")
class IdleFloodStressTests {

	private static final int SECONDS = Integer.getInteger("genserver.rpc.flood-seconds", 2);

	private static final int FIN = 0x80;

	static List<Arguments> floods() {
		return List.of(flood("CANCEL of nothing", WireMode.BASE, (i) -> frame(i, 1, 3)),
				flood("DATA of nothing", WireMode.BASE, (i) -> frame(1, 1, 1, (byte) 'x')),
				flood("END of nothing", WireMode.BASE, (i) -> frame(i, 0, 2)),
				flood("OPEN and CANCEL", WireMode.BASE, (i) -> join(open(i, 0), frame(i, 1, 3))),
				flood("half a header and CANCEL", WireMode.BASE, (i) -> join(frame(i, 0, 0, (byte) 0), frame(i, 1, 3))),
				flood("OPEN and CANCEL", WireMode.EXT, (i) -> join(open(i, FIN), frame(i, 0, 3))),
				flood("CANCEL of a past stream", WireMode.EXT,
						(i) -> (i == 1) ? join(open(1, FIN), frame(1, 0, 3)) : frame(1, 0, 3)),
				flood("DATA without bytes of a past stream", WireMode.EXT,
						(i) -> (i == 1) ? join(open(1, FIN), frame(1, 0, 3)) : frame(1, 1, 1)),
				flood("WINDOW for a past stream", WireMode.EXT,
						(i) -> (i == 1) ? join(open(1, FIN), frame(1, 0, 3))
								: frame(1, 0, 6, new byte[] { 0, 0, 16, 0, 9, 0, 0, 0 })),
				flood("WINDOW of nothing", WireMode.EXT, (i) -> frame(0, 0, 6, new byte[8])));
	}

	private static Arguments flood(String what, WireMode mode, IntFunction<byte[]> frames) {
		return arguments(what, mode, frames);
	}

	@ParameterizedTest(name = "{0}, {1}")
	@MethodSource("floods")
	void othersNoticeNothing(String what, WireMode mode, IntFunction<byte[]> frames) throws Exception {
		attack(what, mode, (socket) -> {
			int next = 1;
			while (true) {
				ByteArrayOutputStream message = new ByteArrayOutputStream();
				while (message.size() < 16_000) {
					message.writeBytes(frames.apply(next++));
				}
				socket.binary(message.toByteArray());
			}
		});
	}

	@ParameterizedTest
	@MethodSource("opcodes")
	void othersNoticeNothingOfFramesOfTheWebSocket(String what, WireMode mode, int opcode, boolean last)
			throws Exception {
		byte[] frame = RawWebSocket.encode(last, opcode, new byte[0]);
		ByteBuffer many = ByteBuffer.allocate(1000 * frame.length);
		for (int i = 0; i < 1000; i++) {
			many.put(frame);
		}
		attack(what, mode, (socket) -> {
			if (!last) {
				socket.frame(false, RawWebSocket.BINARY, new byte[0]);
			}
			while (true) {
				socket.bytes(many.array());
			}
		});
	}

	static List<Arguments> opcodes() {
		return List.of(arguments("ping", WireMode.BASE, RawWebSocket.PING, true),
				arguments("ping", WireMode.EXT, RawWebSocket.PING, true),
				arguments("empty continuation", WireMode.BASE, RawWebSocket.CONTINUATION, false));
	}

	private static void attack(String what, WireMode mode, Attack attack) throws Exception {
		try (TestServers servers = new TestServers().add("echo", new EchoServer()).start();
				TestEndpoint endpoint = new TestEndpoint(servers);
				GenServerClient good = builder(mode).connect(endpoint.uri("/ws"))) {
			AtomicBoolean over = new AtomicBoolean();
			AtomicLong connections = new AtomicLong();
			Thread attacker = Thread.ofPlatform().name("attacker").start(() -> {
				while (!over.get()) {
					connections.incrementAndGet();
					once(endpoint.port(), mode, attack);
				}
			});
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
			long calls = 0;
			while (System.nanoTime() < end) {
				assertThat(good.call("echo.say", String.class, "call " + calls)).isEqualTo("call " + calls);
				calls++;
			}
			over.set(true);
			attacker.join(HangGuard.DURATION);
			assertThat(attacker.isAlive()).isFalse();
			HangGuard.await("only the good client is left", () -> open(endpoint) == 1);
			assertThat(endpoint.connections.stream().skip(1).map((each) -> each.closeCode()).distinct())
				.containsOnly(CloseCode.RATE);
			System.out.printf(
					"%s, %s: %d connections of the attacker, all closed; %d calls of another client in %d s%n", what,
					mode, connections.get(), calls, SECONDS);
		}
	}

	private static long open(TestEndpoint endpoint) {
		return endpoint.channels.stream().filter((channel) -> channel.isActive()).count();
	}

	private static void once(int port, WireMode mode, Attack attack) {
		RawWebSocket socket = (mode == WireMode.BASE) ? RawWebSocket.connect(port)
				: RawWebSocket.connect(port, "Sec-WebSocket-Protocol: " + mode.subprotocol());
		try {
			if (mode == WireMode.EXT) {
				socket.binary(frame(0, 0, 8));
			}
			attack.on(socket);
		}
		catch (UncheckedIOException ex) {
			// Closed, as it should be.
		}
		finally {
			socket.close();
		}
	}

	private static GenServerClientBuilder builder(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder();
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	private static byte[] open(int id, int flags) {
		return frame(id, 0, flags,
				ByteBuffer.allocate(15)
					.order(ByteOrder.LITTLE_ENDIAN)
					.put((byte) 0)
					.putInt(id)
					.putLong(MethodId.of("echo.say"))
					.putShort((short) 0)
					.array());
	}

	private static byte[] frame(int stream, int seq, int kind, byte... payload) {
		return ByteBuffer.allocate(13 + payload.length)
			.order(ByteOrder.LITTLE_ENDIAN)
			.putInt(payload.length)
			.putInt(stream)
			.putInt(seq)
			.put((byte) kind)
			.put(payload)
			.array();
	}

	private static byte[] join(byte[] first, byte[] second) {
		return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
	}

	/** Sends until it is closed. */
	private interface Attack {

		void on(RawWebSocket socket);

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
