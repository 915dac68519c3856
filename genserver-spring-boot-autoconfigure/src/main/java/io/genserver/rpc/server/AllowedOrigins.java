package io.genserver.rpc.server;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;

/**
 * Which pages may connect, and load the client from here: those of the endpoint's own
 * origin, and those of the origins that are allowed. Safe for use by many threads.
 */
final class AllowedOrigins {

	private static final SafeLogger logger = SafeLogger.of(AllowedOrigins.class);

	/** Most origins that are logged; a client can make up any number of them. */
	private static final int MOST_LOGGED = 16;

	private final CorsConfiguration allowed = new CorsConfiguration();

	private final boolean any;

	private final Set<String> logged = ConcurrentHashMap.newKeySet();

	/**
	 * Create.
	 * @param origins origins, or patterns of them, that are allowed in addition to the
	 * endpoint's own
	 */
	AllowedOrigins(List<String> origins) {
		this.any = !origins.isEmpty();
		if (this.any) {
			this.allowed.setAllowedOriginPatterns(origins);
		}
	}

	/**
	 * Return why a page may not connect, and log each origin that may not once.
	 * @param request the handshake
	 * @return why not, or {@code null} if it may, or does not come from a page
	 */
	@Nullable String refusal(ServerHttpRequest request) {
		String origin = request.getHeaders().getOrigin();
		if (origin == null || isOwn(request) || isAllowed(origin)) {
			return null;
		}
		if (this.logged.size() < MOST_LOGGED && this.logged.add(origin)) {
			logger.warn(
					"A page of origin {} may not connect to the RPC endpoint, whose own origin is {}://{}. Add it to"
							+ " genserver.rpc.allowed-origins; or, behind a proxy, set server.forward-headers-strategy."
							+ " Its next attempts are not logged",
					origin, request.getURI().getScheme(), request.getURI().getRawAuthority());
		}
		return "Pages of the origin " + origin + " may not connect: it is neither the endpoint's own nor one of"
				+ " genserver.rpc.allowed-origins";
	}

	/**
	 * Let pages of other origins that are allowed read a response.
	 * @param request what they ask for
	 * @param response the response, of which nothing is sent yet
	 */
	void share(ServerHttpRequest request, ServerHttpResponse response) {
		if (!this.any) {
			return;
		}
		HttpHeaders headers = response.getHeaders();
		headers.add(HttpHeaders.VARY, HttpHeaders.ORIGIN);
		String origin = request.getHeaders().getOrigin();
		if (origin != null && !isOwn(request) && isAllowed(origin)) {
			headers.setAccessControlAllowOrigin(origin);
		}
	}

	private static boolean isOwn(ServerHttpRequest request) {
		try {
			return !CorsUtils.isCorsRequest(request);
		}
		catch (IllegalArgumentException ex) {
			// It is no origin at all.
			return false;
		}
	}

	private boolean isAllowed(String origin) {
		return this.any && this.allowed.checkOrigin(origin) != null;
	}

}
