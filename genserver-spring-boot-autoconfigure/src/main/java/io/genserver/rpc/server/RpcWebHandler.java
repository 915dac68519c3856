package io.genserver.rpc.server;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.Caller;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.rpc.server.RpcConnections.Place;
import io.genserver.rpc.server.RpcConnections.Refused;
import io.genserver.rpc.socket.SocketSettings;
import io.genserver.rpc.socket.WebSocketTransport;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * The endpoint: upgrades a request to a WebSocket, or says why it does not.
 * <p>
 * The handshake is done here rather than by the application's WebSocket service, whose
 * settings are for other endpoints, and which overlooks a protocol that does not come
 * first in the client's offer.
 */
public final class RpcWebHandler implements WebHandler {

	private static final String KEY = "Sec-WebSocket-Key";

	private static final String PROTOCOL = "Sec-WebSocket-Protocol";

	private static final String VERSION = "Sec-WebSocket-Version";

	private static final String SUPPORTED_VERSION = "13";

	private static final Duration TICK = Duration.ofSeconds(1);

	private final RpcServerSettings settings;

	private final AllowedOrigins origins;

	private final SocketSettings sockets;

	private final RpcConnections connections;

	private final WebsocketServerSpec spec;

	private final ExposedOperations exposed;

	/**
	 * Create the endpoint.
	 * @param settings how connections are admitted and kept
	 * @param peers what their peers share
	 * @param connections where connections are kept
	 */
	public RpcWebHandler(RpcServerSettings settings, PeerContext peers, RpcConnections connections) {
		this.settings = settings;
		this.origins = new AllowedOrigins(settings.allowedOrigins());
		this.sockets = new SocketSettings(settings.keepAliveInterval(), settings.keepAliveTimeout(), TICK, peers);
		this.connections = connections;
		this.exposed = peers.exposure().operations();
		// Pings are answered by the transport, which stops when they are not read.
		this.spec = WebsocketServerSpec.builder()
			.handlePing(true)
			.compress(false)
			.maxFramePayloadLength(peers.connection().limits().webSocketMessageBytes())
			.build();
	}

	/**
	 * Return how many requests of peers had arguments that could not be decoded.
	 * @return a number
	 */
	public long badArguments() {
		return this.exposed.badArguments();
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getRequest().getHeaders();
		if (exchange.getRequest().getMethod() != HttpMethod.GET) {
			exchange.getResponse().getHeaders().setAllow(Set.of(HttpMethod.GET));
			return refuse(exchange, HttpStatus.METHOD_NOT_ALLOWED, "a WebSocket handshake is a GET request");
		}
		String upgrade = headers.getUpgrade();
		if (upgrade != null && !"websocket".equalsIgnoreCase(upgrade)) {
			return refuse(exchange, HttpStatus.BAD_REQUEST, "not a WebSocket handshake");
		}
		if (!SUPPORTED_VERSION.equals(headers.getFirst(VERSION))) {
			exchange.getResponse().getHeaders().set(VERSION, SUPPORTED_VERSION);
			return refuse(exchange, HttpStatus.UPGRADE_REQUIRED, "WebSocket version 13 is required");
		}
		if (upgrade == null || headers.getFirst(KEY) == null
				|| headers.getConnection().stream().noneMatch("upgrade"::equalsIgnoreCase)) {
			return refuse(exchange, HttpStatus.BAD_REQUEST, "not a WebSocket handshake");
		}
		String refusal = this.origins.refusal(exchange.getRequest());
		if (refusal != null) {
			return refuse(exchange, HttpStatus.FORBIDDEN, refusal);
		}
		if (this.settings.requireOrigin() && headers.getOrigin() == null) {
			return refuse(exchange, HttpStatus.FORBIDDEN, "an Origin header is required");
		}
		if (this.connections.isShuttingDown()) {
			return refuse(exchange, HttpStatus.SERVICE_UNAVAILABLE, "the server shuts down");
		}
		if (!(ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse()) instanceof HttpServerResponse)) {
			return refuse(exchange, HttpStatus.NOT_IMPLEMENTED, "the RPC endpoint needs Reactor Netty as web server");
		}
		return switch (this.connections.takeFor(exchange.getRequest().getRemoteAddress())) {
			case Refused refused -> refuse(exchange, HttpStatus.SERVICE_UNAVAILABLE, refused.reason());
			case Place place -> admit(exchange, place);
		};
	}

	private Mono<Void> admit(ServerWebExchange exchange, Place place) {
		return exchange.getPrincipal()
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((principal) -> upgrade(exchange, place, principal.orElse(null)))
			.doFinally((signal) -> place.releaseUnlessConnected());
	}

	private static Mono<Void> refuse(ServerWebExchange exchange, HttpStatus status, String reason) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(status);
		response.getHeaders().setContentType(MediaType.TEXT_PLAIN);
		DataBuffer body = response.bufferFactory().wrap(reason.getBytes(StandardCharsets.UTF_8));
		return response.writeWith(Mono.just(body));
	}

	private Mono<Void> upgrade(ServerWebExchange exchange, Place place, @Nullable Principal principal) {
		if (!place.claim(principal)) {
			return refuse(exchange, HttpStatus.SERVICE_UNAVAILABLE, "there are too many connections of this user");
		}
		ServerHttpRequest request = exchange.getRequest();
		ServerHttpResponse response = exchange.getResponse();
		WireMode selected = Subprotocol.select(request.getHeaders().getOrEmpty(PROTOCOL), this.settings.ext());
		if (selected != null) {
			response.getHeaders().set(PROTOCOL, selected.subprotocol());
		}
		WireMode mode = (selected != null) ? selected : WireMode.BASE;
		Caller.Remote remote = new Caller.Remote(place.id(), address(request.getRemoteAddress()), principal);
		HttpServerRequest nettyRequest = ServerHttpRequestDecorator.getNativeRequest(request);
		HttpServerResponse nettyResponse = ServerHttpResponseDecorator.getNativeResponse(response);
		// Completing the response lets others add headers to it; nothing
		// is sent yet. The upgrade must happen on the event loop, which
		// filters may have left: elsewhere what the peer sends right
		// behind its handshake could come in between, and be lost.
		return response.setComplete().publishOn(eventLoop(nettyResponse)).then(Mono.defer(() -> {
			// The offer is dealt with. It may hold a token, which Netty would log.
			nettyRequest.requestHeaders().remove(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
			return nettyResponse.sendWebsocket((inbound, outbound) -> connect(inbound, place, mode, remote), this.spec);
		}));
	}

	private static Scheduler eventLoop(HttpServerResponse response) {
		AtomicReference<Executor> loop = new AtomicReference<>(Runnable::run);
		response.withConnection((connection) -> loop.set(connection.channel().eventLoop()));
		return Schedulers.fromExecutor(loop.get());
	}

	private static String address(@Nullable InetSocketAddress address) {
		return (address != null) ? address.getHostString() + ":" + address.getPort() : "unknown";
	}

	/** Completes when the connection is over. */
	private Mono<Void> connect(WebsocketInbound inbound, Place place, WireMode mode, Caller.Remote remote) {
		return Mono.create((over) -> inbound.withConnection((connection) -> {
			Channel channel = connection.channel();
			WebSocketTransport transport = new WebSocketTransport(channel, remote, place.owner(), mode, Side.ACCEPTING,
					this.sockets);
			transport.takeOver(inbound);
			place.connected(transport);
			channel.closeFuture().addListener((closed) -> {
				place.release();
				over.success();
			});
		}));
	}

}
