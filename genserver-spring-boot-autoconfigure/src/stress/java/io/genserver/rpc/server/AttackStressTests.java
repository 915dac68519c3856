package io.genserver.rpc.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * A client that makes the application hold as much as it can, in one of the ways of the
 * threat model, and comes back whenever it is closed: all calls of another client succeed
 * meanwhile, and when the attacker has left nothing is held any more. Prints how often it
 * came and how many calls the other made.
 */
@Tag("stress")
class AttackStressTests {

	private static final int SECONDS = Integer.getInteger("genserver.rpc.attack-seconds", 2);

	/** Connections of the attacker at once. */
	private static final int MOST = 50;

	static List<Arguments> attacks() {
		byte[] large = new byte[60_000];
		byte[] halfFrame = Arrays.copyOf(RawWebSocket.encode(true, RawWebSocket.BINARY, new byte[120_000]), 100_000);
		return List.of(attack("connections without a request", (port) -> socket(port, "")),
				attack("half a request", (port) -> socket(port, "GET /ws HTTP/1.1\r\nHost: ")),
				attack("requests that are no handshakes",
						(port) -> socket(port,
								"POST /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
										+ "Content-Length: 1000\r\n\r\n")),
				attack("half a frame of the WebSocket", (port) -> {
					RawWebSocket socket = RawWebSocket.connect(port);
					socket.bytes(halfFrame);
					return socket;
				}), flood("half a request of the protocol", (client, i) -> {
					client.webSocket().binary(MuxioClient.open(0, i, "math.echo", new byte[0]));
					for (int part = 1; part < 30; part++) {
						client.webSocket().binary(MuxioClient.frame(1, i, part, large));
					}
				}),
				flood("metadata of requests without an end",
						(client, i) -> client.webSocket().binary(MuxioClient.open(0, i, "math.echo", large))),
				flood("calls whose replies are not read", (client, i) -> client.send("math.echo", large)),
				flood("small calls", (client, i) -> client.send("kv.get", "\"a\"")),
				flood("unknown methods", (client, i) -> client.send("kv.unknown", "")),
				flood("casts to a server that others use", (client, i) -> client.cast("board.post", json("1"))),
				flood("bad arguments", (client, i) -> client.cast("board.post", json("{"))),
				flood("new keys", (client, i) -> client.cast("room.enter", json("[\"key " + i + "\", 1]"))));
	}

	private static byte[] json(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static Arguments attack(String what, Attack attack) {
		return arguments(what, attack);
	}

	private static Arguments flood(String what, Flood flood) {
		return arguments(what, (Attack) (port) -> new Flooding(RawWebSocket.connect(port), flood));
	}

	private static Socket socket(int port, String text) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
		socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
		return socket;
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("attacks")
	void othersNoticeNothingAndNothingIsHeldAfterwards(String what, Attack attack) throws Exception {
		try (RpcApplication application = RpcApplication.start("genserver.rpc.limits.handshake-timeout=500ms",
				"genserver.rpc.limits.outbound-stall=500ms", "genserver.rpc.limits.read-pause=500ms",
				"genserver.rpc.limits.half-open-idle=500ms", "genserver.rpc.limits.total-buffer=16MB", Boards.class);
				MuxioClient good = application.client()) {
			assertThat(good.call("board.post", "1")).isEqualTo("0 ");
			Attacker attacker = new Attacker(application.port(), attack);
			Thread thread = Thread.ofPlatform().name("attacker").start(attacker);
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
			long calls = 0;
			while (System.nanoTime() < end) {
				assertThat(good.call("kv.get", "\"a\"")).isEqualTo("0 null");
				assertThat(good.call("board.post", "1")).isEqualTo("0 ");
				calls += 2;
			}
			attacker.end();
			assertThat(thread.join(HangGuard.DURATION)).isTrue();
			HangGuard.await("nothing is held", () -> isQuiet(application.connections()));
			assertThat(attacker.failure).isNull();
			assertThat(attacker.connections.get()).isPositive();
			System.out.printf("%s: the attacker came %d times; %d calls of another client in %d s%n", what,
					attacker.connections.get(), calls, SECONDS);
		}
	}

	private static boolean isQuiet(RpcConnections connections) {
		return connections.size() == 1 && connections.list()
			.stream()
			.allMatch((each) -> each.bytesUnhandled() == 0 && each.bytesUnsent() == 0 && each.callsInFlight() == 0);
	}

	/** Connects, and does what is to be done before or while it is connected. */
	private interface Attack {

		AutoCloseable on(int port) throws IOException;

	}

	/** Sends something for the nth time. */
	private interface Flood {

		void send(MuxioClient client, int number);

	}

	private record Flooding(RawWebSocket socket, Flood flood) implements AutoCloseable {

		void run() {
			MuxioClient client = new MuxioClient(this.socket);
			for (int i = 1; true; i++) {
				this.flood.send(client, i);
			}
		}

		@Override
		public void close() {
			this.socket.close();
		}

	}

	private static final class Attacker implements Runnable {

		private final int port;

		private final Attack attack;

		final AtomicLong connections = new AtomicLong();

		volatile @Nullable Throwable failure;

		private final AtomicBoolean over = new AtomicBoolean();

		private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();

		Attacker(int port, Attack attack) {
			this.port = port;
			this.attack = attack;
		}

		@Override
		public void run() {
			try {
				while (!this.over.get()) {
					once();
				}
				closeAll(0);
			}
			catch (Exception ex) {
				this.failure = ex;
			}
		}

		private void once() throws Exception {
			try {
				AutoCloseable connection = this.attack.on(this.port);
				this.open.add(connection);
				this.connections.incrementAndGet();
				if (connection instanceof Flooding flooding && !this.over.get()) {
					flooding.run();
				}
			}
			catch (IOException | UncheckedIOException ex) {
				// Closed, as it should be, or closed by the end.
			}
			closeAll(MOST);
		}

		private void closeAll(int but) throws Exception {
			while (this.open.size() > but) {
				this.open.remove().close();
			}
		}

		/** Also ends a connection that waits for the endpoint to read. */
		void end() {
			this.over.set(true);
			for (AutoCloseable each : this.open) {
				try {
					each.close();
				}
				catch (Exception ex) {
					this.failure = ex;
				}
			}
		}

	}

	interface Board {

		@Cast
		void post(int number);

	}

	interface Room {

		@Cast
		void enter(int number);

	}

	@Configuration(proxyBeanMethods = false)
	@Import(RoomServer.class)
	static class Boards {

		@Bean
		@GenServer
		BoardServer board() {
			return new BoardServer();
		}

	}

	@GenServer(name = "room", keyed = true)
	static class RoomServer implements Room {

		@Override
		public void enter(int number) {
		}

	}

	static class BoardServer implements Board {

		@Override
		public void post(int number) {
		}

	}

}
