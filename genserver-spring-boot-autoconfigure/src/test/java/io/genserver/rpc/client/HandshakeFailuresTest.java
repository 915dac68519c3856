package io.genserver.rpc.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.ForeignMuxioServer;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.genserver.testsupport.Traffic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Every way in which a handshake can go: what the client says about it, what it sends,
 * and that no library underneath logs it too.
 */
@ExtendWith({ BufferLeaks.class, OutputCaptureExtension.class })
@RealThreads
class HandshakeFailuresTest {

	private final TestServers servers = new TestServers().start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	@AfterEach
	void stop() {
		this.endpoint.close();
		this.servers.close();
	}

	/** What a server does with a connection, and what its client says then. */
	enum Server {

		REFUSED("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "401 Unauthorized. The endpoint needs cred"),

		REFUSED_AT_LENGTH("HTTP/1.1 403 Forbidden\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000),
				"403 Forbidden. These credentials"),

		REFUSED_WITHOUT_END("HTTP/1.1 503 Service Unavailable\r\n\r\nin a moment", "503 Service Unavailable. The end"),

		REDIRECTED("HTTP/1.1 302 Found\r\nLocation: http://localhost:1/\r\nContent-Length: 0\r\n\r\n", "302 Found."),

		NO_WEB_SOCKET("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 OK. This is not an RPC endpoint"),

		NO_HTTP("SSH-2.0-OpenSSH_9.6\r\n\r\n\r\n", "the answer is not HTTP"),

		WRONG_KEY(
				"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
						+ "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
				"does not upgrade to a WebSocket"),

		OTHER_UPGRADE("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
				"does not upgrade to a WebSocket"),

		CLOSED("", "the connection closed during the handshake"),

		BROKEN_OFF("HTTP/1.1 101 Switch", "the connection closed during the handshake"),

		RESET(null, "");

		private final @Nullable String answer;

		private final String reason;

		Server(@Nullable String answer, String reason) {
			this.answer = answer;
			this.reason = reason;
		}

	}

	@ParameterizedTest
	@EnumSource
	void aHandshakeThatFailsIsToldAndLoggedByNothingUnderneath(Server server, CapturedOutput output) throws Exception {
		try (ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread serving = Thread.ofPlatform().daemon().start(() -> serve(socket, server));
			URI uri = URI.create("ws://localhost:" + socket.getLocalPort() + "/ws");
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> GenServerClient.builder().noReconnect().connect(uri))
				.withMessageStartingWith("Cannot connect to ws://localhost:" + socket.getLocalPort() + "/ws: ")
				.withMessageContaining(server.reason)
				.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
			socket.close();
			serving.join(HangGuard.DURATION);
		}
		assertSilent(output);
	}

	private static void serve(ServerSocket server, Server how) {
		try (Socket socket = server.accept()) {
			InputStream in = socket.getInputStream();
			if (how.answer == null) {
				socket.setSoLinger(true, 0);
				return;
			}
			while (in.read() != '\r' || in.read() != '\n' || in.read() != '\r' || in.read() != '\n') {
				// To the end of the request.
			}
			socket.getOutputStream().write(how.answer.getBytes(StandardCharsets.ISO_8859_1));
			if (!how.answer.contains("\r\n\r\n")) {
				return;
			}
			in.readAllBytes();
		}
		catch (IOException ex) {
			// The client has closed first.
		}
	}

	@Test
	void anAttemptThatTakesTooLongIsToldAndLoggedByNothingUnderneath(CapturedOutput output) {
		assertThatExceptionOfType(GenServerUnavailableException.class)
			.isThrownBy(() -> GenServerClient.builder()
				.connectTimeout(Duration.ofMillis(50))
				.connect(this.endpoint.uri("/never")))
			.withMessageContaining("no answer within 50 ms");
		awaitNoConnections();
		assertSilent(output);
	}

	@Test
	void aConnectionWithoutTlsIsToldAndLoggedByNothingUnderneath(CapturedOutput output) {
		URI uri = URI.create("wss://localhost:" + this.endpoint.port() + "/ws");
		assertThatExceptionOfType(GenServerUnavailableException.class)
			.isThrownBy(() -> GenServerClient.builder().connect(uri))
			.withMessageContaining("not an SSL/TLS record");
		awaitNoConnections();
		assertThat(output.toString().lines().filter((line) -> line.contains("reactor.netty.http.client"))).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void aStockMuxioServerIsSpokenToInBaseModeOverItsFirstConnection(WireMode preferred, CapturedOutput output) {
		try (ForeignMuxioServer server = new ForeignMuxioServer();
				GenServerClient client = builder(preferred).connect(server.uri())) {
			assertThat(client.call("any.echo", String.class, "hello")).isEqualTo("hello");
			assertThat(client.link().transports().getFirst().mode()).isEqualTo(WireMode.BASE);
			assertThat(server.handshakes()).hasSize(1);
			assertThat(server.handshakes().getFirst().contains("sec-websocket-protocol: genserver.v1,muxio"))
				.isEqualTo(preferred == WireMode.EXT);
		}
		assertSilent(output);
	}

	@ParameterizedTest
	@EnumSource
	void theClientSaysNoOriginUnlessItsApplicationDoes(WireMode mode) {
		try (GenServerClient client = builder(mode).connect(this.endpoint.uri("/ws"));
				GenServerClient withHeader = builder(mode).header("Origin", "https://app.example")
					.connect(this.endpoint.uri("/ws"));
				GenServerClient withHttp = builder(mode)
					.httpClient((http) -> http.headers((headers) -> headers.add("origin", "http://localhost")))
					.connect(this.endpoint.uri("/ws"))) {
			assertThat(Stream.of(client, withHeader, withHttp).map(GenServerClient::isOpen)).containsOnly(true);
			assertThat(this.endpoint.handshakes.stream().map((headers) -> headers.getAll("Origin")))
				.containsExactly(List.of(), List.of("https://app.example"), List.of("http://localhost"));
		}
	}

	private static GenServerClientBuilder builder(WireMode mode) {
		GenServerClientBuilder builder = GenServerClient.builder().callTimeout(HangGuard.DURATION);
		return (mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	private void awaitNoConnections() {
		CompletableFuture
			.allOf(this.endpoint.traffic.stream().map(Traffic::closed).toArray(CompletableFuture<?>[]::new))
			.orTimeout(HangGuard.SECONDS, TimeUnit.SECONDS)
			.join();
	}

	private static void assertSilent(CapturedOutput output) {
		assertThat(output.toString().lines()).noneMatch((line) -> line.contains("WARN") || line.contains("ERROR")
				|| line.stripLeading().startsWith("at ") || line.contains("Exception"));
	}

}
