package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

import io.genserver.Caller;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.Side;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.rpc.peer.TestServers;
import io.genserver.rpc.socket.SocketSettings;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.PeerContexts;
import io.genserver.testsupport.Traffic;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An endpoint without a container, whose connections a test can get at.
 */
final class TestEndpoint implements AutoCloseable {

	final List<WebSocketTransport> connections = new CopyOnWriteArrayList<>();

	final List<Channel> channels = new CopyOnWriteArrayList<>();

	/** What passes the sockets, one after the other as they were accepted. */
	final List<Traffic> traffic = new CopyOnWriteArrayList<>();

	/** Headers of the handshakes. */
	final List<HttpHeaders> handshakes = new CopyOnWriteArrayList<>();

	private final SocketSettings settings;

	private final DisposableServer server;

	TestEndpoint(TestServers servers) {
		this(servers, 0);
	}

	/** On a port that was free a moment ago. */
	TestEndpoint(TestServers servers, int port) {
		this(servers, port, ProtocolLimits.defaults());
	}

	TestEndpoint(TestServers servers, int port, ProtocolLimits limits) {
		this(servers, port, limits, Duration.ofSeconds(25));
	}

	TestEndpoint(TestServers servers, int port, ProtocolLimits limits, Duration keepAlive) {
		this(servers, port, limits, keepAlive, System::nanoTime);
	}

	TestEndpoint(TestServers servers, int port, ProtocolLimits limits, Duration keepAlive, LongSupplier clock) {
		PeerContext known = servers.context(limits);
		Duration timeout = Duration.ofSeconds(10);
		PeerContext context = PeerContexts.of(limits, known.extLimits().withKeepAlive(keepAlive, timeout),
				known.exposure().streamFailure(), known.exposure().operations(), known.connection().workers(), clock);
		this.settings = new SocketSettings(keepAlive, timeout, Duration.ofSeconds(1), context);
		WebsocketServerSpec spec = WebsocketServerSpec.builder()
			.handlePing(true)
			.maxFramePayloadLength(context.connection().limits().webSocketMessageBytes())
			.build();
		WebsocketServerSpec ext = WebsocketServerSpec.builder()
			.handlePing(true)
			.protocols(WireMode.EXT.subprotocol())
			.maxFramePayloadLength(context.connection().limits().webSocketMessageBytes())
			.build();
		this.server = HttpServer.create()
			.host("localhost")
			.port(port)
			.doOnChannelInit((observer, channel, remote) -> this.traffic.add(Traffic.of(channel)))
			.route((routes) -> routes
				.get("/ws", (request, response) -> serve(request, response, offersExt(request) ? ext : spec))
				.get("/guarded",
						(request, response) -> bringsStaleToken(request) ? response.status(401).send()
								: serve(request, response, offersExt(request) ? ext : spec))
				.get("/silent",
						(request, response) -> response
							.sendWebsocket((inbound, outbound) -> inbound.receiveFrames().then(), spec))
				.get("/private", (request, response) -> response.status(401).send())
				.get("/forbidden", (request, response) -> response.status(403).send())
				.get("/busy", (request, response) -> response.status(503).send())
				.get("/page", (request, response) -> response.sendString(Mono.just("hello")))
				.get("/never", (request, response) -> Mono.never()))
			.bindNow();
	}

	private Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response, WebsocketServerSpec spec) {
		// Before the answer, so that a client that is connected finds its own here.
		this.handshakes.add(request.requestHeaders());
		return response
			.sendWebsocket((inbound, outbound) -> Mono.create((over) -> inbound.withConnection((connection) -> {
				WebSocketTransport transport = accept(connection.channel(), inbound.selectedSubprotocol());
				connection.channel().closeFuture().addListener((closed) -> over.success());
				transport.takeOver(inbound);
			})), spec);
	}

	private static boolean bringsStaleToken(HttpServerRequest request) {
		return "Bearer stale".equals(request.requestHeaders().get("Authorization"));
	}

	private static boolean offersExt(HttpServerRequest request) {
		String offer = request.requestHeaders().get("Sec-WebSocket-Protocol");
		return offer != null && offer.contains(WireMode.EXT.subprotocol());
	}

	private WebSocketTransport accept(Channel channel, @Nullable String protocol) {
		WireMode mode = WireMode.EXT.subprotocol().equals(protocol) ? WireMode.EXT : WireMode.BASE;
		this.channels.add(channel);
		Caller.Remote remote = new Caller.Remote(channel.id().asShortText(), "test", null);
		WebSocketTransport transport = new WebSocketTransport(channel, remote, mode, Side.ACCEPTING, this.settings);
		this.connections.add(transport);
		return transport;
	}

	/**
	 * The last connection made; one that its client has may be known here a little later.
	 */
	WebSocketTransport connection() {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (this.connections.isEmpty()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.onSpinWait();
		}
		return this.connections.getLast();
	}

	/** The channel of that connection. */
	Channel channel() {
		connection();
		return this.channels.getLast();
	}

	URI uri(String path) {
		return URI.create("ws://localhost:" + this.server.port() + path);
	}

	int port() {
		return this.server.port();
	}

	/** Takes no more connections, and takes leave of those there are. */
	void drain(Duration time) {
		this.server.channel().close().awaitUninterruptibly();
		CloseReason reason = new CloseReason(CloseCode.GOING_AWAY, "the server shuts down");
		this.connections.forEach((each) -> each.drainThenClose(reason, time));
		this.channels.forEach((each) -> each.closeFuture().awaitUninterruptibly());
	}

	@Override
	public void close() {
		this.connections.forEach(WebSocketTransport::abort);
		this.server.disposeNow();
	}

}
