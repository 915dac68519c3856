package io.genserver.rpc.server;

import java.util.List;

import io.genserver.log.SafeLogger;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Turns the bearer token that a browser offers among the WebSocket protocols into an
 * {@code Authorization} header, for Spring Security, or whatever else reads one, to find
 * where tokens are. Before all other filters, so that none of them sees, or logs, the
 * token among the protocols.
 * <p>
 * Only WebSocket handshakes at the endpoint's path are touched. A request that has an
 * {@code Authorization} header keeps that and loses the token; one with several tokens,
 * or a malformed one, loses them, and goes on without being authenticated by them.
 */
public final class BearerTokenFilter implements WebFilter, Ordered {

	private static final SafeLogger logger = SafeLogger.of(BearerTokenFilter.class);

	private static final String PROTOCOL = "Sec-WebSocket-Protocol";

	private final PathPattern path;

	/**
	 * Create the filter.
	 * @param settings the endpoint's path
	 */
	public BearerTokenFilter(RpcServerSettings settings) {
		this.path = PathPatternParser.defaultInstance.parse(settings.path());
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		HttpHeaders headers = request.getHeaders();
		if (!headers.containsHeader(PROTOCOL) || !isHandshake(request)) {
			return chain.filter(exchange);
		}
		BearerOffer offer = BearerOffer.of(headers.getOrEmpty(PROTOCOL));
		if (offer.tokens() == 0) {
			return chain.filter(exchange);
		}
		ServerHttpRequest changed = request.mutate().headers((target) -> apply(offer, target)).build();
		return chain.filter(exchange.mutate().request(changed).build());
	}

	private boolean isHandshake(ServerHttpRequest request) {
		return HttpMethod.GET.equals(request.getMethod())
				&& "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade())
				&& this.path.matches(request.getPath().pathWithinApplication());
	}

	private static void apply(BearerOffer offer, HttpHeaders headers) {
		if (offer.protocols().isEmpty()) {
			headers.remove(PROTOCOL);
		}
		else {
			headers.put(PROTOCOL, List.of(String.join(", ", offer.protocols())));
		}
		String token = offer.token();
		if (token == null) {
			logger.debug("A bearer token among the WebSocket protocols is malformed, or one of several: it is ignored");
		}
		else if (!headers.containsHeader(HttpHeaders.AUTHORIZATION)) {
			headers.setBearerAuth(token);
		}
	}

}
