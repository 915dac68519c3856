package io.genserver.rpc.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.genserver.BlockingCallException;
import io.genserver.CallInterruptedException;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.ext.ExtLimits;
import io.genserver.remote.RpcInterceptor;
import io.genserver.rpc.ConnectionContext;
import io.genserver.rpc.codec.JsonCodec;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.inbound.Disclosure;
import io.genserver.rpc.inbound.Exposure;
import io.genserver.rpc.inbound.StreamFailure;
import io.genserver.rpc.outbound.EventLoops;
import io.genserver.rpc.outbound.RpcInterceptors;
import io.genserver.rpc.peer.PeerContext;
import io.genserver.rpc.socket.SocketSettings;
import io.genserver.runtime.message.FailureLog;
import io.genserver.time.Durations;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Settings of a {@link GenServerClient}. May be used for several clients; not safe for
 * use by many threads at once.
 *
 * @since 0.1.0
 */
public final class GenServerClientBuilder {

	/** Asynchronous calls end as late after their deadline. */
	private static final Duration TICK = Duration.ofMillis(100);

	private Duration callTimeout = Duration.ofSeconds(5);

	private Duration connectTimeout = Duration.ofSeconds(10);

	private Duration keepAliveInterval = Duration.ofSeconds(25);

	private Duration keepAliveTimeout = Duration.ofSeconds(10);

	private int maxMessageBytes = ProtocolLimits.defaults().itemBytes();

	private int maxCalls = ProtocolLimits.defaults().callsInFlight();

	private int maxWaitingCalls = ProtocolLimits.defaults().waitingCalls();

	private @Nullable Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(20),
			() -> ThreadLocalRandom.current().nextDouble());

	private boolean ext = true;

	private LongSupplier clock = System::nanoTime;

	private @Nullable TokenSource tokens;

	private @Nullable RpcCodec codec;

	private @Nullable JsonMapper jsonMapper;

	private final HttpHeaders headers = new DefaultHttpHeaders();

	private final List<Supplier<List<RpcInterceptor>>> interceptors = new ArrayList<>();

	private UnaryOperator<HttpClient> httpClient = UnaryOperator.identity();

	GenServerClientBuilder() {
	}

	/**
	 * Set how long a call may take in all, unless its contract says otherwise. Five
	 * seconds by default.
	 * @param timeout the timeout, positive
	 * @return this builder
	 */
	public GenServerClientBuilder callTimeout(Duration timeout) {
		this.callTimeout = positive(timeout, "call timeout");
		return this;
	}

	/**
	 * Set how long connecting may take, the handshake included. Ten seconds by default.
	 * @param timeout the timeout, positive
	 * @return this builder
	 */
	public GenServerClientBuilder connectTimeout(Duration timeout) {
		this.connectTimeout = positive(timeout, "connect timeout");
		return this;
	}

	/**
	 * Set how a connection that was lost without notice is found. By default the other
	 * end is asked for a sign of life after 25 seconds of silence, and given up ten
	 * seconds later.
	 * @param interval silence after which the other end is asked
	 * @param timeout silence after that which ends the connection
	 * @return this builder
	 */
	public GenServerClientBuilder keepAlive(Duration interval, Duration timeout) {
		this.keepAliveInterval = positive(interval, "keep-alive interval");
		this.keepAliveTimeout = positive(timeout, "keep-alive timeout");
		return this;
	}

	/**
	 * Set how long to wait before a lost connection is made again: a random time up to a
	 * limit that begins with {@code initial} and doubles with each attempt up to
	 * {@code max}. 200 milliseconds and 20 seconds by default. After a connection that
	 * lasted ten seconds the limit is {@code initial} again.
	 * <p>
	 * A call, a cast or a stream that comes while there is no connection cuts the pause
	 * short, and while calls and casts wait the pauses stay short. However many wait, an
	 * attempt begins no earlier than a second after the one before. A pause is not cut
	 * short if the endpoint has too much to do (close codes 1013 and 4029).
	 * @param initial the first limit
	 * @param max the greatest limit, not less than the first
	 * @return this builder
	 */
	public GenServerClientBuilder reconnect(Duration initial, Duration max) {
		positive(initial, "first pause");
		if (max.compareTo(initial) < 0) {
			throw new IllegalArgumentException(
					"The longest pause must not be less than the first, " + initial + ", but is " + max);
		}
		this.backoff = new Backoff(initial, max, () -> ThreadLocalRandom.current().nextDouble());
		return this;
	}

	/**
	 * Let the client end with its connection.
	 * @return this builder
	 */
	public GenServerClientBuilder noReconnect() {
		this.backoff = null;
		return this;
	}

	/**
	 * Set how arguments and replies are encoded: as JSON by default. Any other encoding
	 * must be known to the other end, and needs ext mode.
	 * @param codec the encoding, such as a {@link io.genserver.rpc.codec.CborCodec}
	 * @return this builder
	 */
	public GenServerClientBuilder codec(RpcCodec codec) {
		this.codec = codec;
		return this;
	}

	/**
	 * Speak base mode whatever the other end could: without flow control, deadlines and
	 * structured errors. By default both modes are offered, and an endpoint that knows
	 * only one is spoken to in that.
	 * @return this builder
	 */
	public GenServerClientBuilder baseMode() {
		this.ext = false;
		return this;
	}

	/**
	 * Set how long arguments and replies may be, encoded. 4 MiB by default.
	 * @param bytes the limit, positive
	 * @return this builder
	 */
	public GenServerClientBuilder maxMessageBytes(int bytes) {
		this.maxMessageBytes = positive(bytes, "longest message");
		return this;
	}

	/**
	 * Set how many calls may be open at once; more wait within their deadline. 1024 by
	 * default, which is also what the other end takes unless it is configured otherwise.
	 * @param calls the limit, positive
	 * @return this builder
	 */
	public GenServerClientBuilder maxCalls(int calls) {
		this.maxCalls = positive(calls, "number of calls");
		return this;
	}

	/**
	 * Set how many calls may wait: for a place among those that are open, and for a
	 * connection. Others fail at once. 1024 by default.
	 * @param calls the limit, positive
	 * @return this builder
	 */
	public GenServerClientBuilder maxWaitingCalls(int calls) {
		this.maxWaitingCalls = positive(calls, "number of waiting calls");
		return this;
	}

	/**
	 * Set what maps arguments and replies to JSON. Jackson's default mapper by default.
	 * @param mapper the mapper
	 * @return this builder
	 */
	public GenServerClientBuilder jsonMapper(JsonMapper mapper) {
		this.jsonMapper = mapper;
		return this;
	}

	/**
	 * Add a header to the handshake, for credentials for instance.
	 * @param name its name, such as {@code Authorization}
	 * @param value its value
	 * @return this builder
	 */
	public GenServerClientBuilder header(String name, String value) {
		this.headers.add(name, value);
		return this;
	}

	/**
	 * Have the client bring a bearer token with each connection. One that is refused, by
	 * status 401 of the handshake or close code 4001 later, is replaced by a fresh one at
	 * once. When that is refused too, with 401 the client is as one that cannot connect;
	 * with 4001 within ten seconds of the connection the client ends, and with 4001 later
	 * the token has expired again and another fresh one is asked for.
	 * @param source is asked for the token
	 * @return this builder
	 */
	public GenServerClientBuilder token(TokenSource source) {
		this.tokens = source;
		return this;
	}

	/**
	 * Add something that sees every request, within what was added before.
	 * @param interceptor the interceptor
	 * @return this builder
	 */
	public GenServerClientBuilder interceptor(RpcInterceptor interceptor) {
		return interceptors(() -> List.of(interceptor));
	}

	/**
	 * Add what sees every request, within what was added before.
	 * @param source returns interceptors, the outermost first; called with the first
	 * request
	 * @return this builder
	 */
	public GenServerClientBuilder interceptors(Supplier<List<RpcInterceptor>> source) {
		this.interceptors.add(source);
		return this;
	}

	/**
	 * Change the HTTP client that connects: TLS, proxy, event loops.
	 * @param change returns the client to use
	 * @return this builder
	 */
	public GenServerClientBuilder httpClient(UnaryOperator<HttpClient> change) {
		UnaryOperator<HttpClient> before = this.httpClient;
		this.httpClient = (client) -> change.apply(before.apply(client));
		return this;
	}

	/** Have connections take the time from here, as a test wants it. */
	GenServerClientBuilder clock(LongSupplier clock) {
		this.clock = clock;
		return this;
	}

	/**
	 * Connect and wait until it is done.
	 * @param uri address of the endpoint, such as {@code ws://localhost:8080/ws}
	 * @return the client, connected
	 * @throws IllegalArgumentException if there cannot be an endpoint at such an address
	 * @throws io.genserver.GenServerUnavailableException if it cannot be connected to,
	 * saying why
	 * @throws BlockingCallException on a thread that must not block
	 */
	public GenServerClient connect(URI uri) {
		if (EventLoops.mustNotBlock()) {
			throw new BlockingCallException("Connecting would block the thread " + Thread.currentThread().getName()
					+ ", which must not block: use connectAsync");
		}
		CompletableFuture<GenServerClient> connected = connectAsync(uri);
		try {
			return connected.get();
		}
		catch (InterruptedException ex) {
			connected.cancel(true);
			Thread.currentThread().interrupt();
			throw new CallInterruptedException(
					"The thread was interrupted while it connected to " + ConnectFailures.shown(uri), true);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException cause) {
				cause.fillInStackTrace();
				throw cause;
			}
			throw new IllegalStateException(ex.getCause());
		}
	}

	/**
	 * Connect without waiting.
	 * @param uri address of the endpoint, such as {@code ws://localhost:8080/ws}
	 * @return completes with the client, connected, or with
	 * {@link io.genserver.GenServerUnavailableException}; cancelling it gives up
	 * @throws IllegalArgumentException if there cannot be an endpoint at such an address
	 */
	public CompletableFuture<GenServerClient> connectAsync(URI uri) {
		GenServerClient client = client(uri);
		CompletableFuture<GenServerClient> connected = client.link().connect().thenApply((done) -> client);
		connected.whenComplete((done, failure) -> {
			if (connected.isCancelled()) {
				client.link().close("connecting was cancelled");
				client.close();
			}
		});
		return connected;
	}

	/**
	 * Return a client that connects by itself, and goes on trying for as long as it
	 * takes. Calls wait for the connection within their deadlines.
	 * @param uri address of the endpoint, such as {@code ws://localhost:8080/ws}
	 * @return the client, not connected yet
	 * @throws IllegalArgumentException if there cannot be an endpoint at such an address
	 * @throws IllegalStateException if reconnecting was switched off
	 */
	public GenServerClient connectInBackground(URI uri) {
		if (this.backoff == null) {
			throw new IllegalStateException(
					"A client that connects in the background goes on trying: leave noReconnect()"
							+ " out, or use connect(...)");
		}
		GenServerClient client = client(uri);
		client.link().connectInBackground();
		return client;
	}

	private GenServerClient client(URI uri) {
		Executor workers = workers();
		RpcCodec used = usedCodec();
		ServedHandlers served = new ServedHandlers(used);
		ReconnectingConnection link = link(uri, workers, served);
		return new GenServerClient(link, used, workers, this.callTimeout, served, new RpcInterceptors(interceptors()));
	}

	private Supplier<List<RpcInterceptor>> interceptors() {
		List<Supplier<List<RpcInterceptor>>> sources = List.copyOf(this.interceptors);
		return () -> sources.stream().flatMap((source) -> source.get().stream()).toList();
	}

	private static Executor workers() {
		// The class loader of the application that makes the client, on all threads.
		ClassLoader classLoader = Thread.currentThread().getContextClassLoader();
		ThreadFactory threads = Thread.ofVirtual()
			.name("genserver-client")
			.inheritInheritableThreadLocals(false)
			.factory();
		return Executors.newThreadPerTaskExecutor((task) -> {
			Thread thread = threads.newThread(task);
			thread.setContextClassLoader(classLoader);
			return thread;
		});
	}

	private RpcCodec usedCodec() {
		JsonMapper mapper = this.jsonMapper;
		RpcCodec known = this.codec;
		return (known != null) ? known : new JsonCodec((mapper != null) ? mapper : JsonMapper.builder().build());
	}

	private ReconnectingConnection link(URI uri, Executor workers, ServedHandlers served) {
		URI checked = ConnectFailures.checked(uri);
		ProtocolLimits limits = ProtocolLimits.defaults()
			.toBuilder()
			.itemBytes(this.maxMessageBytes)
			.inboundBudgetBytes(Math.max(ProtocolLimits.defaults().inboundBudgetBytes(), 2L * this.maxMessageBytes))
			.outboundHardBytes(Math.max(ProtocolLimits.defaults().outboundHardBytes(), 2L * this.maxMessageBytes))
			.callsInFlight(this.maxCalls)
			.waitingCalls(this.maxWaitingCalls)
			.build();
		ExtLimits ext = ExtLimits.defaults().withKeepAlive(this.keepAliveInterval, this.keepAliveTimeout);
		PeerContext context = new PeerContext(
				new ConnectionContext(limits, workers, this.clock, new FailureLog(this.clock)), ext,
				new Exposure(served.exposed(), null, Disclosure.ALL, StreamFailure.ERROR));
		SocketSettings sockets = new SocketSettings(this.keepAliveInterval, this.keepAliveTimeout, TICK, context);
		return new ReconnectingConnection(
				new WebSocketConnector(http(), sockets, this.connectTimeout, this.ext, this.tokens, workers), checked,
				this.backoff, this.maxWaitingCalls, workers);
	}

	private HttpClient http() {
		HttpHeaders added = this.headers.copy();
		return this.httpClient.apply(HttpClient.newConnection()
			.option(ChannelOption.TCP_NODELAY, true)
			.option(ChannelOption.CONNECT_TIMEOUT_MILLIS,
					(int) Math.min(Integer.MAX_VALUE, Durations.millis(this.connectTimeout)))
			.headers((headers) -> headers.add(added)));
	}

	private static Duration positive(Duration value, String what) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException("The " + what + " must be positive, not " + value);
		}
		return value;
	}

	private static int positive(int value, String what) {
		if (value <= 0) {
			throw new IllegalArgumentException("The " + what + " must be positive, not " + value);
		}
		return value;
	}

}
