package io.genserver.rpc.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import reactor.core.publisher.Mono;

import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.util.DigestUtils;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.springframework.web.reactive.function.server.RequestPredicates.methods;
import static org.springframework.web.reactive.function.server.RequestPredicates.path;

/**
 * The client for browsers, as files that never change while the application runs: a page
 * imports {@value #SCRIPT_PATH} and knows that it fits the endpoint. Browsers may keep
 * them, and ask each time whether they are still the same. Pages of other origins that
 * may connect may load them, too.
 */
public final class BrowserClient {

	/** Where the client is served, an ES module. */
	public static final String SCRIPT_PATH = "/genserver/genserver-client.js";

	/** Where developer tools find the sources that the client was bundled from. */
	public static final String SOURCE_MAP_PATH = SCRIPT_PATH + ".map";

	/** Where its TypeScript declarations are served. */
	public static final String TYPES_PATH = "/genserver/genserver-client.d.ts";

	static final MediaType JAVASCRIPT = new MediaType("text", "javascript", StandardCharsets.UTF_8);

	static final MediaType TYPESCRIPT = new MediaType("text", "x-typescript", StandardCharsets.UTF_8);

	static final MediaType SOURCE_MAP = MediaType.APPLICATION_JSON;

	private BrowserClient() {
	}

	/**
	 * Return the routes of the client, its source map and its declarations.
	 * @param settings with the origins whose pages may load them
	 * @return the routes
	 */
	public static RouterFunction<ServerResponse> routes(RpcServerSettings settings) {
		AllowedOrigins origins = new AllowedOrigins(settings.allowedOrigins());
		return file(SCRIPT_PATH, JAVASCRIPT, read("genserver-client.js"))
			.and(file(SOURCE_MAP_PATH, SOURCE_MAP, read("genserver-client.js.map")))
			.and(file(TYPES_PATH, TYPESCRIPT, read("genserver-client.d.ts")))
			.filter((request, next) -> {
				origins.share(request.exchange().getRequest(), request.exchange().getResponse());
				return next.handle(request);
			});
	}

	/**
	 * Return the route of a file.
	 * @param path where it is served
	 * @param type what it is
	 * @param content its bytes, which do not change
	 * @return the route
	 */
	static RouterFunction<ServerResponse> file(String path, MediaType type, byte[] content) {
		String etag = "\"" + DigestUtils.md5DigestAsHex(content) + "\"";
		return RouterFunctions.route(methods(HttpMethod.GET, HttpMethod.HEAD).and(path(path)),
				(request) -> respond(request, type, content, etag));
	}

	private static Mono<ServerResponse> respond(ServerRequest request, MediaType type, byte[] content, String etag) {
		return request.checkNotModified(etag)
			.switchIfEmpty(Mono.defer(() -> ServerResponse.ok()
				.contentType(type)
				.cacheControl(CacheControl.noCache())
				.eTag(etag)
				.header("X-Content-Type-Options", "nosniff")
				.bodyValue(content)));
	}

	private static byte[] read(String name) {
		try (InputStream in = new ClassPathResource(name, BrowserClient.class).getInputStream()) {
			return in.readAllBytes();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
