package io.genserver.rpc.server;

import java.util.Map;

import reactor.core.publisher.Mono;

import org.springframework.context.ApplicationContext;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.server.support.WebSocketUpgradeHandlerPredicate;
import org.springframework.web.server.ServerWebExchange;

/**
 * Sends WebSocket handshakes at the endpoint's path to it. Other requests at that path
 * are left to other handlers, and so are those to Actuator's port where it has one of its
 * own. Comes before the mappings of annotated controllers and of resources, which would
 * claim every path.
 */
public final class RpcHandlerMapping extends SimpleUrlHandlerMapping {

	/** The order of what comes before controllers and router functions. */
	static final int BEFORE_CONTROLLERS = -2;

	/**
	 * Create the mapping.
	 * @param settings the path
	 * @param handler the endpoint
	 */
	public RpcHandlerMapping(RpcServerSettings settings, RpcWebHandler handler) {
		setOrder(BEFORE_CONTROLLERS);
		setUrlMap(Map.of(settings.path(), handler));
		setHandlerPredicate(new WebSocketUpgradeHandlerPredicate());
	}

	@Override
	public Mono<Object> getHandlerInternal(ServerWebExchange exchange) {
		return isFor(obtainApplicationContext(), exchange) ? super.getHandlerInternal(exchange) : Mono.empty();
	}

	/**
	 * Whether a request came to the web server of an application context, and not to that
	 * of a child, such as the one that Actuator has on a port of its own, which asks the
	 * mappings of its parents, too.
	 * @param context the context of a mapping
	 * @param exchange the request
	 * @return whether the mapping is for the request
	 */
	static boolean isFor(ApplicationContext context, ServerWebExchange exchange) {
		ApplicationContext asked = exchange.getApplicationContext();
		return asked == null || asked == context;
	}

}
