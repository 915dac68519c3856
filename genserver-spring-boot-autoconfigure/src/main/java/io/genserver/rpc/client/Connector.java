package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.genserver.Caller;
import io.genserver.protocol.Side;
import io.genserver.rpc.socket.SocketSettings;
import io.genserver.rpc.socket.WebSocketTransport;
import io.netty.channel.Channel;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.websocket.WebsocketInbound;

/**
 * Opens a WebSocket in base mode: without a subprotocol, as stock muxio clients do.
 */
final class Connector {

	private final HttpClient http;

	private final SocketSettings settings;

	private final Duration timeout;

	Connector(HttpClient http, SocketSettings settings, Duration timeout) {
		this.http = http;
		this.settings = settings;
		this.timeout = timeout;
	}

	/**
	 * Open a connection.
	 * @param uri where to
	 * @return completes with the transport, which may be used at once
	 */
	CompletableFuture<WebSocketTransport> open(URI uri) {
		CompletableFuture<WebSocketTransport> opened = new CompletableFuture<>();
		WebsocketClientSpec spec = WebsocketClientSpec.builder()
			.handlePing(true)
			.compress(false)
			.maxFramePayloadLength(this.settings.peers().limits().webSocketMessageBytes())
			.build();
		Disposable session = this.http.websocket(spec)
			.uri(uri)
			.handle((inbound, outbound) -> connect(uri, inbound, opened))
			.subscribe((nothing) -> {
			}, opened::completeExceptionally);
		opened.orTimeout(this.timeout.toNanos(), TimeUnit.NANOSECONDS).whenComplete((transport, failure) -> {
			if (failure != null) {
				session.dispose();
			}
		});
		return opened.exceptionallyCompose(
				(failure) -> CompletableFuture.failedFuture(ConnectFailures.failure(uri, this.timeout, failure)));
	}

	/** Completes when the connection is over. */
	private Mono<Void> connect(URI uri, WebsocketInbound inbound, CompletableFuture<WebSocketTransport> opened) {
		return Mono.create((over) -> inbound.withConnection((connection) -> {
			Channel channel = connection.channel();
			channel.closeFuture().addListener((closed) -> over.success());
			Caller.Remote remote = new Caller.Remote(channel.id().asShortText(), ConnectFailures.shown(uri), null);
			WebSocketTransport transport = new WebSocketTransport(channel, remote, "muxio", Side.CONNECTING,
					this.settings);
			transport.takeOver(inbound);
			if (!opened.complete(transport)) {
				transport.abort();
			}
		}));
	}

}
