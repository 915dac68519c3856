package io.genserver.rpc.server;

import java.security.Principal;
import java.util.List;

import io.genserver.protocol.WireMode;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is let in, and what is then spoken. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class HandshakeTest {

	private RpcApplication application;

	private void start(Object... propertiesAndBeans) {
		this.application = RpcApplication.start(propertiesAndBeans);
	}

	@AfterEach
	void stop() {
		this.application.close();
	}

	private RawWebSocket ask(String... headers) {
		return RawWebSocket.handshake(this.application.port(), "/ws", headers);
	}

	private int status(String... headers) {
		try (RawWebSocket webSocket = ask(headers)) {
			return webSocket.status();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "muxio", "genserver.v9, muxio", "other , muxio ,bearer.c2VjcmV0" })
	void baseModeIsSelectedWhereverItStandsInTheOffer(String offer) {
		start();
		try (RawWebSocket webSocket = ask("Sec-WebSocket-Protocol: " + offer)) {
			assertThat(webSocket.status()).isEqualTo(101);
			assertThat(webSocket.header("Sec-WebSocket-Protocol")).isEqualTo("muxio");
			assertThat(webSocket.headers()).noneMatch((line) -> line.contains("bearer"));
			assertThat(new MuxioClient(webSocket).call("kv.get", "\"a\"")).isEqualTo("0 null");
		}
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "genserver.v1", "genserver.v1, muxio", "muxio,genserver.v1", "bearer.c2VjcmV0 ,genserver.v1" })
	void extModeIsPreferredWhereverItStandsInTheOffer(String offer) {
		start();
		try (RawWebSocket webSocket = ask("Sec-WebSocket-Protocol: " + offer)) {
			assertThat(webSocket.status()).isEqualTo(101);
			assertThat(webSocket.header("Sec-WebSocket-Protocol")).isEqualTo("genserver.v1");
			assertThat(webSocket.headers()).noneMatch((line) -> line.contains("bearer"));
		}
	}

	@Test
	void extModeIsNotSpokenWhereItIsSwitchedOff() {
		start("genserver.rpc.ext.enabled=false");
		try (RawWebSocket webSocket = ask("Sec-WebSocket-Protocol: genserver.v1, muxio")) {
			assertThat(webSocket.header("Sec-WebSocket-Protocol")).isEqualTo("muxio");
		}
	}

	@Test
	void baseModeIsSelectedAlsoInASecondHeader() {
		start();
		try (RawWebSocket webSocket = ask("Sec-WebSocket-Protocol: bearer.c2VjcmV0", "Sec-WebSocket-Protocol: muxio")) {
			assertThat(webSocket.status()).isEqualTo(101);
			assertThat(webSocket.header("Sec-WebSocket-Protocol")).isEqualTo("muxio");
		}
	}

	@Test
	void whoOffersNothingKnownIsAnsweredWithoutAProtocol() {
		start();
		try (RawWebSocket webSocket = ask("Sec-WebSocket-Protocol: genserver.v9, bearer.c2VjcmV0")) {
			assertThat(webSocket.status()).isEqualTo(101);
			assertThat(webSocket.header("Sec-WebSocket-Protocol")).isEmpty();
		}
	}

	@Test
	void anotherVersionOfWebSocketIsRefusedWithTheOneExpected() {
		start();
		for (List<String> version : List.of(List.of("Sec-WebSocket-Version: 12"), List.<String>of())) {
			try (RawWebSocket webSocket = RawWebSocket.handshake(this.application.port(), "/ws", 0, version)) {
				assertThat(webSocket.status()).isEqualTo(426);
				assertThat(webSocket.header("Sec-WebSocket-Version")).isEqualTo("13");
			}
		}
	}

	@Test
	void aBrowserMayConnectFromTheSameOriginOnly() {
		start();
		assertThat(status("Origin: http://localhost:" + this.application.port())).isEqualTo(101);
		assertThat(status("Origin: http://evil.example")).isEqualTo(403);
		assertThat(status("Origin: https://localhost:" + this.application.port())).isEqualTo(403);
		assertThat(status("Origin: null")).isEqualTo(403);
		assertThat(status()).isEqualTo(101);
	}

	@Test
	void originsCanBeAllowed() {
		start("genserver.rpc.allowed-origins=https://good.example,https://*.better.example");
		assertThat(status("Origin: https://good.example")).isEqualTo(101);
		assertThat(status("Origin: https://much.better.example")).isEqualTo(101);
		assertThat(status("Origin: https://better.example")).isEqualTo(403);
		assertThat(status("Origin: http://good.example")).isEqualTo(403);
		assertThat(status("Origin: http://localhost:" + this.application.port())).isEqualTo(101);
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aRefusedOriginIsToldWhyAndLoggedOnce(CapturedOutput output) {
		start("genserver.rpc.allowed-origins=https://good.example");
		for (int i = 0; i < 3; i++) {
			try (RawWebSocket refused = ask("Origin: https://evil.example")) {
				assertThat(refused.status()).isEqualTo(403);
				assertThat(refused.header("Content-Type")).isEqualTo("text/plain");
				assertThat(refused.body()).contains("https://evil.example").contains("genserver.rpc.allowed-origins");
			}
		}
		assertThat(output.toString().lines().filter((line) -> line.contains("https://evil.example"))).hasSize(1)
			.allMatch((line) -> line.contains("WARN") && line.contains("genserver.rpc.allowed-origins"));
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void madeUpOriginsDoNotFillTheLog(CapturedOutput output) {
		start();
		for (int i = 0; i < 50; i++) {
			assertThat(status("Origin: https://made-up-" + i + ".example")).isEqualTo(403);
		}
		assertThat(status("Origin: http://[")).isEqualTo(403);
		assertThat(status("Origin: nonsense")).isEqualTo(403);
		assertThat(output.toString().lines().filter((line) -> line.contains("https://made-up"))).hasSizeBetween(1, 16);
	}

	@Test
	void anOriginCanBeRequired() {
		start("genserver.rpc.require-origin=true");
		assertThat(status()).isEqualTo(403);
		assertThat(status("Origin: http://localhost:" + this.application.port())).isEqualTo(101);
	}

	@Test
	void moreConnectionsThanAllowedAreRefusedUntilOneCloses() {
		start("genserver.rpc.max-connections=2");
		MuxioClient first = this.application.client();
		try (MuxioClient second = this.application.client()) {
			assertThat(status()).isEqualTo(503);
			assertThat(status()).isEqualTo(503);
			first.close();
			RpcApplication.await(() -> this.application.connections().size() == 1);
			try (MuxioClient third = this.application.client()) {
				assertThat(third.call("kv.get", "\"a\"")).isEqualTo("0 null");
			}
			assertThat(second.call("kv.get", "\"a\"")).isEqualTo("0 null");
		}
	}

	@Test
	void moreConnectionsFromAnAddressThanAllowedAreRefusedUntilOneCloses() {
		start("genserver.rpc.max-connections-per-address=1");
		try (MuxioClient first = this.application.client()) {
			assertThat(status()).isEqualTo(503);
			assertThat(first.call("kv.get", "\"a\"")).isEqualTo("0 null");
		}
		RpcApplication.await(() -> this.application.connections().size() == 0);
		this.application.client().close();
	}

	@Test
	void moreConnectionsOfAPrincipalThanAllowedAreRefusedUntilOneCloses() {
		start("genserver.rpc.max-connections-per-principal=1", Users.class);
		try (RawWebSocket first = ask("User: alice")) {
			assertThat(first.status()).isEqualTo(101);
			assertThat(status("User: alice")).isEqualTo(503);
			assertThat(status("User: bob")).isEqualTo(101);
			assertThat(status()).isEqualTo(101);
			assertThat(status()).isEqualTo(101);
		}
		RpcApplication.await(() -> this.application.connections().size() == 0);
		assertThat(status("User: alice")).isEqualTo(101);
	}

	@Test
	void nothingListensUntilAsked() {
		start("genserver.rpc.enabled=false");
		assertThat(status()).isEqualTo(404);
	}

	@Test
	void thePathIsConfigurable() {
		start("genserver.rpc.path=/rpc/socket");
		assertThat(status()).isEqualTo(404);
		try (RawWebSocket webSocket = RawWebSocket.handshake(this.application.port(), "/rpc/socket")) {
			assertThat(webSocket.status()).isEqualTo(101);
		}
	}

	@Test
	void filtersOfTheApplicationComeFirst() {
		start(Filters.class);
		assertThat(status()).isEqualTo(401);
		try (RawWebSocket webSocket = ask("Authorization: let me in")) {
			assertThat(webSocket.status()).isEqualTo(101);
			assertThat(webSocket.header("X-Filtered")).isEqualTo("yes");
		}
		assertThat(this.application.connections().size()).isLessThanOrEqualTo(1);
	}

	@Test
	void whatIsSentRightBehindTheHandshakeIsNotLostWhereAFilterChangesTheThread() {
		start(Elsewhere.class);
		for (int i = 0; i < 50; i++) {
			try (MuxioClient client = this.application.client()) {
				assertThat(client.call("kv.get", "\"a\"")).isEqualTo("0 null");
			}
		}
	}

	@Test
	void aConnectionIsListedUntilItIsClosed() {
		start();
		try (MuxioClient client = this.application.client()) {
			client.call("kv.get", "\"a\"");
			assertThat(this.application.connections().list()).singleElement().satisfies((connection) -> {
				assertThat(connection.peer().address()).startsWith("127.0.0.1:");
				assertThat(connection.peer().principal()).isNull();
				assertThat(connection.mode()).isEqualTo(WireMode.BASE);
				assertThat(connection.bytesReceived()).isGreaterThan(50);
				assertThat(connection.bytesSent()).isGreaterThan(40);
			});
		}
		RpcApplication.await(() -> this.application.connections().list().isEmpty());
	}

	@Configuration(proxyBeanMethods = false)
	static class Filters {

		@Bean
		WebFilter filter() {
			return (exchange, chain) -> {
				exchange.getResponse().getHeaders().set("X-Filtered", "yes");
				if (exchange.getRequest().getHeaders().getFirst("Authorization") != null) {
					return chain.filter(exchange);
				}
				exchange.getResponse().setStatusCode(HttpStatus.UNAUTHORIZED);
				return Mono.empty();
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Elsewhere {

		@Bean
		WebFilter changesTheThread() {
			return (exchange, chain) -> chain.filter(exchange).subscribeOn(Schedulers.parallel());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Users {

		@Bean
		WebFilter users() {
			return (exchange, chain) -> {
				String user = exchange.getRequest().getHeaders().getFirst("User");
				return chain.filter((user != null)
						? exchange.mutate().principal(Mono.just((Principal) () -> user)).build() : exchange);
			};
		}

	}

}
