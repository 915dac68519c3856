package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.genserver.Caller;
import io.genserver.log.Throwables;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.socket.SocketSettings;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.time.Durations;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.WebsocketClientSpec;
import reactor.netty.http.websocket.WebsocketInbound;

/**
 * Opens a WebSocket. Both modes are offered, and the other end chooses; with one that
 * chooses neither, as stock muxio servers do, base mode is spoken.
 */
final class WebSocketConnector implements Connector {

	private static final String OFFER = WireMode.EXT.subprotocol() + "," + WireMode.BASE.subprotocol();

	private final HttpClient http;

	private final SocketSettings settings;

	private final Duration timeout;

	private final boolean ext;

	/** Whether the application says what the origin of its handshakes is. */
	private final boolean keepsOrigin;

	private final @Nullable TokenSource tokens;

	private final Executor workers;

	/**
	 * Create.
	 * @param http connects
	 * @param settings of the connections
	 * @param timeout time to connect
	 * @param ext whether ext mode is offered
	 * @param tokens credentials, {@code null} for those of the HTTP client only
	 * @param workers where they are asked for
	 */
	WebSocketConnector(HttpClient http, SocketSettings settings, Duration timeout, boolean ext,
			@Nullable TokenSource tokens, Executor workers) {
		this.tokens = tokens;
		this.workers = workers;
		this.ext = ext;
		// Another attempt is for the client to make, after its pause.
		this.http = http.disableRetry(true);
		this.keepsOrigin = http.configuration().headers().contains(HttpHeaderNames.ORIGIN);
		this.settings = settings;
		this.timeout = timeout;
	}

	@Override
	public boolean renewsTokens() {
		return this.tokens != null;
	}

	@Override
	public CompletableFuture<WebSocketTransport> open(URI uri, boolean fresh) {
		return attempt(uri, fresh)
			.exceptionallyCompose(
					(failure) -> (!fresh && renewsTokens() && isUnauthenticated(Throwables.unwrap(failure)))
							? attempt(uri, true) : CompletableFuture.failedFuture(failure))
			.exceptionallyCompose((failure) -> CompletableFuture
				.failedFuture(ConnectFailures.failure(uri, this.timeout, renewsTokens(), Throwables.unwrap(failure))));
	}

	private static boolean isUnauthenticated(Throwable failure) {
		return failure instanceof WebSocketClientHandshakeException refused && refused.response() != null
				&& refused.response().status().code() == HttpResponseStatus.UNAUTHORIZED.code();
	}

	private CompletableFuture<WebSocketTransport> attempt(URI uri, boolean fresh) {
		TokenSource source = this.tokens;
		if (source == null) {
			return upgrade(uri, this.http);
		}
		return CompletableFuture.supplyAsync(() -> token(source, fresh), this.workers)
			.orTimeout(Durations.nanos(this.timeout), TimeUnit.NANOSECONDS)
			.thenCompose((token) -> upgrade(uri,
					this.http.headers((headers) -> headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + token))));
	}

	private static String token(TokenSource source, boolean fresh) {
		try {
			return Objects.requireNonNull(source.token(fresh), "the token is null");
		}
		catch (Exception ex) {
			throw new CompletionException(new IllegalStateException("there is no token: " + ex.getMessage(), ex));
		}
	}

	private CompletableFuture<WebSocketTransport> upgrade(URI uri, HttpClient http) {
		CompletableFuture<WebSocketTransport> opened = new CompletableFuture<>();
		WebsocketClientSpec spec = WebsocketClientSpec.builder()
			.handlePing(true)
			.compress(false)
			.maxFramePayloadLength(this.settings.peers().connection().limits().webSocketMessageBytes())
			.build();
		// The codec of a connection over TLS may be known only once it is connected.
		Disposable session = offering(http)
			.doOnChannelInit(
					(observer, channel, remote) -> UpgradeHandler.enter(channel, this.keepsOrigin, this.ext, opened))
			.doOnConnected(
					(connection) -> UpgradeHandler.enter(connection.channel(), this.keepsOrigin, this.ext, opened))
			.websocket(spec)
			.uri(uri)
			.handle((inbound, outbound) -> connect(uri, inbound, opened))
			.subscribe((nothing) -> {
			}, opened::completeExceptionally);
		opened.orTimeout(Durations.nanos(this.timeout), TimeUnit.NANOSECONDS).whenComplete((transport, failure) -> {
			if (failure != null) {
				session.dispose();
			}
		});
		return opened;
	}

	private HttpClient offering(HttpClient http) {
		return this.ext ? http.headers((headers) -> headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, OFFER)) : http;
	}

	/** Completes when the connection is over. */
	private Mono<Void> connect(URI uri, WebsocketInbound inbound, CompletableFuture<WebSocketTransport> opened) {
		return Mono.create((over) -> inbound.withConnection((connection) -> {
			Channel channel = connection.channel();
			channel.closeFuture().addListener((closed) -> over.success());
			Caller.Remote remote = new Caller.Remote(channel.id().asShortText(), ConnectFailures.shown(uri), null);
			WebSocketTransport transport = new WebSocketTransport(channel, remote, UpgradeHandler.mode(channel),
					Side.CONNECTING, this.settings);
			transport.takeOver(inbound);
			channel.eventLoop().execute(() -> UpgradeHandler.leave(channel));
			if (!opened.complete(transport)) {
				transport.abort();
			}
		}));
	}

}
