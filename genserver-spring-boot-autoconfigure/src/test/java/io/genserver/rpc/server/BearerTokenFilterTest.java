package io.genserver.rpc.server;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/** What filters after it see of a token among the protocols. */
class BearerTokenFilterTest {

	private static final String OFFER = "genserver.v1, bearer."
			+ Base64.getUrlEncoder().encodeToString("a-token".getBytes(StandardCharsets.UTF_8)) + ", muxio";

	private final BearerTokenFilter filter = new BearerTokenFilter(new RpcServerSettings("/ws", List.of(), false, true,
			1, 0, 0, 1, Duration.ofSeconds(1), Duration.ofSeconds(1)));

	private HttpHeaders seen(MockServerHttpRequest.BaseBuilder<?> request) {
		AtomicReference<HttpHeaders> seen = new AtomicReference<>();
		this.filter.filter(MockServerWebExchange.from(request), (exchange) -> {
			seen.set(exchange.getRequest().getHeaders());
			return Mono.empty();
		}).block();
		return seen.get();
	}

	private static MockServerHttpRequest.BaseBuilder<?> handshake(HttpMethod method, String path) {
		return MockServerHttpRequest.method(method, path)
			.header("Upgrade", "websocket")
			.header("Sec-WebSocket-Protocol", OFFER);
	}

	@Test
	void itIsAnAuthorizationHeaderAndNoLongerAmongTheProtocols() {
		HttpHeaders headers = seen(handshake(HttpMethod.GET, "/ws"));
		assertThat(headers.getFirst(HttpHeaders.AUTHORIZATION)).isEqualTo("Bearer a-token");
		assertThat(headers.get("Sec-WebSocket-Protocol")).isEqualTo(List.of("genserver.v1, muxio"));
	}

	@Test
	void anOfferOfNothingElseIsNone() {
		HttpHeaders headers = seen(MockServerHttpRequest.get("/ws")
			.header("Upgrade", "WebSocket")
			.header("Sec-WebSocket-Protocol", OFFER.split(", ")[1]));
		assertThat(headers.getFirst(HttpHeaders.AUTHORIZATION)).isEqualTo("Bearer a-token");
		assertThat(headers.containsHeader("Sec-WebSocket-Protocol")).isFalse();
	}

	@Test
	void aHeaderThatIsThereStays() {
		HttpHeaders headers = seen(handshake(HttpMethod.GET, "/ws").header(HttpHeaders.AUTHORIZATION, "Basic x"));
		assertThat(headers.get(HttpHeaders.AUTHORIZATION)).isEqualTo(List.of("Basic x"));
		assertThat(headers.getFirst("Sec-WebSocket-Protocol")).isEqualTo("genserver.v1, muxio");
	}

	@Test
	void whatIsNoHandshakeOfTheEndpointIsLeftAlone() {
		for (MockServerHttpRequest.BaseBuilder<?> other : List.of(handshake(HttpMethod.POST, "/ws"),
				handshake(HttpMethod.GET, "/elsewhere"),
				MockServerHttpRequest.get("/ws").header("Sec-WebSocket-Protocol", OFFER))) {
			HttpHeaders headers = seen(other);
			assertThat(headers.containsHeader(HttpHeaders.AUTHORIZATION)).isFalse();
			assertThat(headers.getFirst("Sec-WebSocket-Protocol")).isEqualTo(OFFER);
		}
	}

	@Test
	void noFilterComesBefore() {
		assertThat(this.filter.getOrder()).isEqualTo(Ordered.HIGHEST_PRECEDENCE);
	}

}
