package io.genserver.rpc.client;

import java.net.URI;
import java.util.concurrent.CompletableFuture;

import io.genserver.rpc.socket.WebSocketTransport;

/**
 * Makes connections.
 */
interface Connector {

	/**
	 * Open a connection. A token that is refused is replaced by a fresh one, once.
	 * @param uri where to
	 * @param fresh whether the last token was refused already
	 * @return completes with the transport, which may be used at once, or with
	 * {@link io.genserver.GenServerUnavailableException}, saying why
	 */
	CompletableFuture<WebSocketTransport> open(URI uri, boolean fresh);

	/**
	 * Return whether credentials that were refused can be replaced.
	 * @return whether there is a source of them
	 */
	boolean renewsTokens();

}
