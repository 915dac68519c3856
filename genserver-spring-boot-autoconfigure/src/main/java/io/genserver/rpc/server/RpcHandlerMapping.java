package io.genserver.rpc.server;

import java.util.Map;

import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.server.support.WebSocketUpgradeHandlerPredicate;

/**
 * Sends WebSocket handshakes at the endpoint's path to it. Other requests at that path
 * are left to other handlers. Comes before the mappings of annotated controllers and of
 * resources, which would claim every path.
 *
 * @since 0.1.0
 */
public final class RpcHandlerMapping extends SimpleUrlHandlerMapping {

	private static final int BEFORE_CONTROLLERS = -2;

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

}
