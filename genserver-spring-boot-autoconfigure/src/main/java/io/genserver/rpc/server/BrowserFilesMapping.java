package io.genserver.rpc.server;

import java.util.List;

import reactor.core.publisher.Mono;

import org.springframework.http.codec.HttpMessageReader;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.handler.AbstractHandlerMapping;
import org.springframework.web.server.ServerWebExchange;

/**
 * Sends requests for what browsers load to use the endpoint to routes, on the port of the
 * endpoint only. A mapping of its own, before those of the application: a router function
 * of the application for every path would hide a router function that is a bean.
 */
public final class BrowserFilesMapping extends AbstractHandlerMapping {

	private final RouterFunction<ServerResponse> routes;

	private final List<HttpMessageReader<?>> readers = ServerCodecConfigurer.create().getReaders();

	/**
	 * Create the mapping.
	 * @param routes the files
	 */
	public BrowserFilesMapping(RouterFunction<ServerResponse> routes) {
		this.routes = routes;
		setOrder(RpcHandlerMapping.BEFORE_CONTROLLERS);
	}

	@Override
	protected Mono<?> getHandlerInternal(ServerWebExchange exchange) {
		if (!RpcHandlerMapping.isFor(obtainApplicationContext(), exchange)) {
			return Mono.empty();
		}
		ServerRequest request = ServerRequest.create(exchange, this.readers);
		return this.routes.route(request)
			.doOnNext((handler) -> exchange.getAttributes().put(RouterFunctions.REQUEST_ATTRIBUTE, request));
	}

}
