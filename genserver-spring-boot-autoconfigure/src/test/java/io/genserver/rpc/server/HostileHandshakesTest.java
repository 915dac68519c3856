package io.genserver.rpc.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.genserver.actuate.RpcMeters;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

/** Handshakes that are none, do not end, or lie about where they come from. */
@ExtendWith({ BufferLeaks.class, OutputCaptureExtension.class })
@RealThreads
class HostileHandshakesTest {

	private static final String UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
			+ "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

	/** The first frame of HTTP/2, without any. */
	private static final String SETTINGS = "\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000";

	private final List<AutoCloseable> open = new ArrayList<>();

	private RpcApplication application;

	private void start(Object... propertiesAndBeans) {
		this.application = RpcApplication.start(propertiesAndBeans);
	}

	@AfterEach
	void stop() throws Exception {
		for (AutoCloseable each : this.open) {
			each.close();
		}
		this.application.close();
	}

	private Socket socket(String text) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.application.port());
		this.open.add(socket);
		socket.setSoTimeout(HangGuard.SECONDS * 1000);
		send(socket, text);
		return socket;
	}

	private static void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
	}

	/** The status of the answer to a request, which is read to the end of its headers. */
	private static int status(Socket socket) throws IOException {
		StringBuilder head = new StringBuilder();
		InputStream in = socket.getInputStream();
		while (head.indexOf("\r\n\r\n") < 0) {
			int next = in.read();
			assertThat(next).as("after %s", head).isNotNegative();
			head.append((char) next);
		}
		return Integer.parseInt(head.substring(9, 12));
	}

	private int ask(String method, String headers) throws IOException {
		return status(socket(method + " /ws HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n"));
	}

	private RawWebSocket from(String forwarded) {
		RawWebSocket webSocket = RawWebSocket.handshake(this.application.port(), "/ws", forwarded);
		this.open.add(webSocket);
		return webSocket;
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void whatIsNoHandshakeIsRefusedWithoutAStackTrace(boolean http2, CapturedOutput output) throws IOException {
		start("server.http2.enabled=" + http2);
		for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND")) {
			assertThat(ask(method, UPGRADE + "Content-Length: 0\r\n")).as(method).isEqualTo(405);
		}
		assertThat(status(socket("POST /ws HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE
				+ "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")))
			.isEqualTo(http2 ? 413 : 405);
		assertThat(ask("POST", "Content-Length: 0\r\n")).isEqualTo(405);
		for (String protocol : List.of("h2c", "TLS/1.0", "websocket, h2c", "h2c, websocket", "WebSocket/13", "\"\"")) {
			if (!http2 || !protocol.contains("h2c")) {
				assertThat(ask("GET", UPGRADE.replace("Upgrade: websocket", "Upgrade: " + protocol))).as(protocol)
					.isEqualTo(400);
				assertThat(ask("POST",
						UPGRADE.replace("Upgrade: websocket", "Upgrade: " + protocol) + "Content-Length: 0\r\n"))
					.as(protocol)
					.isEqualTo(405);
			}
		}
		String h2c = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n";
		assertThat(ask("GET", h2c)).isEqualTo(http2 ? 101 : 400);
		assertThat(ask("GET", UPGRADE.replace("Upgrade: websocket\r\n", ""))).isEqualTo(400);
		assertThat(ask("GET", UPGRADE.replace("Connection: Upgrade\r\n", ""))).isEqualTo(400);
		assertThat(ask("GET", UPGRADE.replaceAll("Sec-WebSocket-Key: .*\r\n", ""))).isEqualTo(400);
		assertThat(ask("GET", UPGRADE.replaceAll("Upgrade: websocket\r\n", "Upgrade: websocket\r\nUpgrade: h2c\r\n")))
			.isIn(400, 101);
		assertThat(ask("GET", UPGRADE.replace("websocket", "WebSocket"))).isEqualTo(101);
		assertThat(this.application.client().call("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(output.toString()).doesNotContain("\tat ").doesNotContain("Exception").doesNotContain(" ERROR ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework" })
	void addressesThatAreNoneCountAsOne(String strategy) {
		start("genserver.rpc.max-connections-per-address=2", "server.forward-headers-strategy=" + strategy);
		assertThat(from("X-Forwarded-For: unknown").status()).isEqualTo(101);
		assertThat(from("X-Forwarded-For: _hidden").status()).isEqualTo(101);
		for (String name : List.of("unknown", "x.invalid", "300.1.1.1", "1.2.3", "localhost", "a b", "1.2.3.4.5")) {
			assertThat(from("X-Forwarded-For: " + name).status()).as(name).isEqualTo(503);
		}
		assertThat(from("Forwarded: for=unknown").status()).isEqualTo(503);
		assertThat(from("X-Forwarded-For: 192.0.2.1").status()).isEqualTo(101);
		assertThat(from("Forwarded: for=\"[2001:db8::1]:4711\"").status()).isEqualTo(101);
	}

	@ParameterizedTest
	@ValueSource(strings = { "native", "framework" })
	void theFirstEntryOfAForwardedHeaderIsTheClientsAddress(String strategy) {
		start("genserver.rpc.max-connections-per-address=1", "server.forward-headers-strategy=" + strategy);
		assertThat(from("X-Forwarded-For: 192.0.2.1, 192.0.2.9").status()).isEqualTo(101);
		assertThat(from("X-Forwarded-For: 192.0.2.1, 192.0.2.8").status()).isEqualTo(503);
		assertThat(from("X-Forwarded-For: 192.0.2.1:4711").status()).isEqualTo(503);
		assertThat(from("X-Forwarded-For: [2001:db8::9]:4711").status()).isEqualTo(101);
		assertThat(from("X-Forwarded-For: 2001:db8::9").status()).isEqualTo(503);
		assertThat(from("X-Forwarded-For: 192.0.2.2, 192.0.2.1").status()).isEqualTo(101);
		assertThat(from("Forwarded: for=192.0.2.1;proto=http, for=192.0.2.7").status()).isEqualTo(503);
		assertThat(from("Forwarded: for=192.0.2.7, for=192.0.2.1").status()).isEqualTo(101);
		assertThat(from("X-Forwarded-For: 2001:db8::1").status()).isEqualTo(101);
		assertThat(from("X-Forwarded-For: [2001:db8:0:0::1]").status()).isEqualTo(503);
		assertThat(from("X-Forwarded-For: 192.0.2.3\r\nForwarded: for=192.0.2.2").status()).isEqualTo(503);
	}

	@Test
	void withoutAStrategyForwardedHeadersAreNotRead() {
		start("genserver.rpc.max-connections-per-address=1");
		assertThat(from("X-Forwarded-For: 192.0.2.1").status()).isEqualTo(101);
		assertThat(from("X-Forwarded-For: 192.0.2.2").status()).isEqualTo(503);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void aConnectionWhoseFirstRequestDoesNotComeIsClosedAndCounted(boolean http2) throws IOException {
		start("genserver.rpc.limits.handshake-timeout=300ms", "server.http2.enabled=" + http2);
		MuxioClient good = this.application.client();
		this.open.add(good);
		Socket[] sockets = { socket(""), socket("G"), socket("GET /ws HTTP/1.1\r\n"),
				socket("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE), socket("\r\n\r\n"),
				socket("PRI * HTTP/2.0\r\n\r\n"), socket("\0\0\0") };
		for (Socket each : sockets) {
			assertThat(readToTheEnd(each)).isNotNegative();
		}
		assertThat(expired()).isBetween(4.0, (double) sockets.length);
		assertThat(good.call("kv.get", "\"a\"")).isEqualTo("0 null");
	}

	@Test
	void headersThatComeByteByByteEndInTimeToo() throws IOException {
		start("genserver.rpc.limits.handshake-timeout=300ms");
		MuxioClient good = this.application.client();
		this.open.add(good);
		Socket slow = socket("GET /ws HTTP/1.1\r\nX: ");
		for (int sent = 0; expired() == 0; sent++) {
			assertThat(good.call("kv.get", "\"a\"")).isEqualTo("0 null");
			// More would be too long for a header, and refused for that.
			if (sent < 2000) {
				try {
					send(slow, "x");
				}
				catch (SocketException ex) {
					RpcApplication.await(() -> expired() == 1);
				}
			}
		}
		assertThat(readToTheEnd(slow)).isZero();
		assertThat(expired()).isEqualTo(1);
	}

	@Test
	void requestsThatBreakOffWithinTheirHeadersAreNotLogged(CapturedOutput output) throws IOException {
		start("genserver.rpc.limits.handshake-timeout=300ms");
		String[] halves = { "G", "GET /ws", "GET /ws HTTP/1.1\r\n",
				"GET /ws HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE };
		for (String half : halves) {
			Socket leaves = socket(half);
			leaves.shutdownOutput();
			assertThat(readToTheEnd(leaves)).isNotNegative();
			assertThat(readToTheEnd(socket(half))).isNotNegative();
		}
		assertThat(this.application.client().call("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(expired()).isEqualTo(halves.length);
		assertThat(output.toString()).doesNotContain(" WARN ");
	}

	@ParameterizedTest
	@CsvSource({ "400, 1, false", "414, 5000, false", "431, 1, false", "400, 1, true" })
	void requestsThatAreNoHttpCannotFillTheLog(int status, int length, boolean http2, CapturedOutput output)
			throws IOException {
		start("server.http2.enabled=" + http2);
		String line = (status == 400) ? "\u0001 / HTTP/1.1\r\n\r\n" : "GET /" + "x".repeat(length) + " HTTP/1.1\r\nX: "
				+ "x".repeat((status == 431) ? 10_000 : 1) + "\r\n\r\n";
		// Until so many have come within one second.
		for (int i = 0; !output.toString().contains("cannot be read"); i++) {
			Socket socket = socket(line);
			assertThat(status(socket)).isEqualTo(status);
			assertThat(readToTheEnd(socket)).isZero();
			assertThat(i).isLessThan(10_000);
		}
		String before = output.toString();
		Socket socket = socket("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assertThat(status(socket)).isEqualTo(404);
		assertThat(this.application.client().call("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(before).contains("Decoding failed")
			.contains("More than 3 requests in a second cannot be read; others are answered with " + status);
	}

	/** After the preface of a client that knows that the server speaks HTTP/2. */
	@ParameterizedTest
	@ValueSource(strings = { "garbage, no frame at all", "\u00ff\u00ff\u00ff\u0000\u0000\u0000\u0000\u0000\u0001",
			SETTINGS + "\u00ff\u00ff\u00ff\u0000\u0000\u0000\u0000\u0000\u0001",
			SETTINGS + "\u0000\u0000\u0001\u0001\u0004\u0000\u0000\u0000\u0001\u00ff",
			SETTINGS + "\u0000\u0000\u0004\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
			SETTINGS + "\u0000\u0000\u0000\u0009\u0000\u0000\u0000\u0000\u0001" })
	void framesThatAreNoHttp2CannotFillTheLog(String frames, CapturedOutput output) throws IOException {
		start("server.http2.enabled=true");
		for (int i = 0; i < 20; i++) {
			Socket socket = socket("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frames);
			assertThat(readToTheEnd(socket)).isNotNegative();
		}
		assertThat(this.application.client().call("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(output.toString()).doesNotContain("\tat ").doesNotContain("exceptionCaught()");
		assertThat(output.toString().split("A connection in HTTP/2 is ended", -1)).hasSize(2);
	}

	@Test
	void whatAnApplicationTakesForItsResponseIsItsOwn() throws IOException {
		start("genserver.rpc.limits.handshake-timeout=300ms", SlowPages.class);
		SlowPages pages = this.application.bean(SlowPages.class);
		Socket slow = socket("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
		RpcApplication.await(pages.asked);
		Socket body = socket("POST /slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n");
		Socket kept = socket("GET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assertThat(status(kept)).isEqualTo(200);
		MuxioClient good = this.application.client();
		this.open.add(good);
		// All of them began before this one, which ends.
		assertThat(readToTheEnd(socket("GET"))).isZero();
		pages.answer.countDown();
		send(body, "ab");
		assertThat(status(slow)).isEqualTo(200);
		assertThat(status(body)).isEqualTo(200);
		send(kept, "GET /fast HTTP/1.1\r\nHost: localhost\r\n\r\n");
		assertThat(status(kept)).isEqualTo(200);
		assertThat(good.call("kv.get", "\"a\"")).isEqualTo("0 null");
		assertThat(expired()).isEqualTo(1);
	}

	private static int readToTheEnd(Socket socket) throws IOException {
		try {
			return socket.getInputStream().readAllBytes().length;
		}
		catch (SocketException ex) {
			return 0;
		}
	}

	private double expired() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		new RpcMeters(this.application.connections(), this.application.bean(RpcWebHandler.class),
				this.application.bean(HandshakeTimeout.class))
			.bindTo(registry);
		return registry.get("genserver.rpc.handshakes.expired").functionCounter().count();
	}

	@Configuration(proxyBeanMethods = false)
	static class SlowPages {

		final CountDownLatch asked = new CountDownLatch(1);

		final CountDownLatch answer = new CountDownLatch(1);

		@Bean
		RouterFunction<ServerResponse> pages() {
			return RouterFunctions.route()
				.GET("/fast", (request) -> ServerResponse.ok().bodyValue(""))
				.GET("/slow",
						(request) -> Mono.fromRunnable(this::await)
							.subscribeOn(Schedulers.boundedElastic())
							.then(Mono.defer(() -> ServerResponse.ok().bodyValue(""))))
				.POST("/slow", (request) -> request.bodyToMono(String.class).then(ServerResponse.ok().bodyValue("")))
				.build();
		}

		private void await() {
			this.asked.countDown();
			RpcApplication.await(this.answer);
		}

	}

}
