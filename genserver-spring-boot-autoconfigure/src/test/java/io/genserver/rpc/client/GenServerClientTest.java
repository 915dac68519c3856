package io.genserver.rpc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import io.genserver.BlockingCallException;
import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.Keyed;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.peer.TestServers;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class GenServerClientTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private final KeyValueServer store = new KeyValueServer();

	private final KeyValueServer small = new KeyValueServer();

	private final TestServers servers = new TestServers().add("kv", this.store)
		.add("small", KeyValueServer.class, () -> this.small, false,
				ServerSettings.DEFAULTS.withMailbox(1, Overflow.REJECT))
		.add("tile", TileServer.class, TileServer::new, true, ServerSettings.DEFAULTS)
		.start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final WireMode mode;

	private final GenServerClient client;

	private final KeyValue kv;

	GenServerClientTest(WireMode mode) {
		this.mode = mode;
		this.client = builder().callTimeout(GUARD)
			.header("X-Test", "a header")
			.noReconnect()
			.connect(this.endpoint.uri("/ws"));
		this.kv = this.client.server("kv", KeyValue.class);
	}

	private GenServerClientBuilder builder() {
		GenServerClientBuilder builder = GenServerClient.builder();
		return (this.mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	/** What a peer can tell in ext mode, and what is left of it in base mode. */
	private Status told(Status ext, Status base) {
		return (this.mode == WireMode.EXT) ? ext : base;
	}

	@Test
	void theModeIsTheOneAgreedOn() {
		assertThat(this.endpoint.connection().mode()).isEqualTo(this.mode);
	}

	@AfterEach
	void stop() {
		this.store.gate.countDown();
		this.small.gate.countDown();
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void aContractWorksAsItDoesInProcess() throws Exception {
		this.kv.set("a", "1");
		assertThat(this.kv.get("a")).isEqualTo("1");
		assertThat(this.kv.get("b")).isNull();
		assertThat(this.kv.all()).containsExactly(Map.entry("a", "1"));
		assertThat(this.kv.find("a").get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("1");
		assertThat(this.kv.lazily("a").block(GUARD)).isEqualTo("1");
		this.kv.put("c", "3");
		assertThat(this.kv.get("c")).isEqualTo("3");
		assertThat(this.kv.renamed(2, 3)).isEqualTo(5);
		assertThat(this.kv.echo(new byte[] { 1, 2 })).containsExactly(1, 2);
		assertThat(this.kv).hasToString("remote server kv");
	}

	@Test
	void argumentsAndRepliesMayBeLong() {
		String text = "0123456789".repeat(100_000);
		this.kv.set("long", text);
		assertThat(this.kv.get("long")).isEqualTo(text);
	}

	@Test
	void aStreamIsAFlux() {
		StepVerifier.create(this.kv.count(5000).collectList())
			.assertNext(
					(items) -> assertThat(items).containsExactlyElementsOf(IntStream.range(0, 5000).boxed().toList()))
			.expectComplete()
			.verify(GUARD);
	}

	@Test
	void cancellingAStreamCancelsItOverThere() {
		StepVerifier.create(this.kv.watch())
			.then(() -> waitFor(() -> this.store.watched.currentSubscriberCount() == 1))
			.then(() -> this.store.watched.tryEmitNext("one").orThrow())
			.expectNext("one")
			.thenCancel()
			.verify(GUARD);
		waitFor(() -> this.store.watched.currentSubscriberCount() == 0);
	}

	@Test
	void aSlowSubscriberHoldsTheStreamUpAndNothingElse() {
		StepVerifier.create(this.kv.texts(2000, 60_000), 0)
			.thenRequest(1)
			.expectNextCount(1)
			.then(() -> waitFor(() -> this.store.produced.get() > ((this.mode == WireMode.EXT) ? 4 : 20)))
			.thenRequest(10)
			.expectNextCount(10)
			.thenCancel()
			.verify(GUARD);
		// In ext mode what is on its way keeps to the window of the stream.
		assertThat(this.store.produced.get()).isLessThan((this.mode == WireMode.EXT) ? 30 : 2000);
		assertThat(this.kv.renamed(1, 1)).isEqualTo(2);
	}

	@Test
	void keyedServersAreCalledByKey() {
		Keyed<Tile> tiles = this.client.keyed("tile", Tile.class);
		tiles.get("3,4").paint(7);
		assertThat(tiles.get("3,4").color()).isEqualTo(7);
		assertThat(tiles.get("0,0").color()).isZero();
		assertThat(this.client.server("tile", "3,4", Tile.class).mixed(1, 2)).isEqualTo("3,4: 10");
		assertThat(tiles.name()).isEqualTo("tile");
		assertThat(tiles.get("3,4")).hasToString("remote server tile/3,4");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> tiles.get(""));
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> tiles.get(null))
			.withMessage("A key of server tile must not be null");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> tiles.ref("3,4"));
	}

	@Test
	void operationsCanBeCalledByName() throws Exception {
		this.client.call("kv.set", void.class, "a", "1");
		assertThat(this.client.call("kv.get", String.class, "a")).isEqualTo("1");
		assertThat(this.client.callAsync("kv.get", String.class, "a").get(HangGuard.SECONDS, TimeUnit.SECONDS))
			.isEqualTo("1");
		this.client.cast("kv.put", "b", "2");
		assertThat(this.client.call("kv.get", String.class, "b")).isEqualTo("2");
		assertThat(this.client.call("kv.echo", byte[].class, new byte[] { 9 })).containsExactly(9);
		assertThat(this.client.call("tile.mixed", String.class, "1,1", 2, 3)).isEqualTo("1,1: 5");
		StepVerifier.create(this.client.stream("kv.count", Integer.class, 3))
			.expectNext(0, 1, 2)
			.expectComplete()
			.verify(GUARD);
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> this.client.cast("put", "b"))
			.withMessageContaining("kv.get");
	}

	@Test
	void errorsOfTheOtherEndAreTold() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.kv.fail("out of order"))
			.withMessageMatching("Call of kv.fail failed: out of order \\(error id [0-9a-f]{8}\\)")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(told(Status.INTERNAL, Status.SYSTEM)));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.client.call("kv.sing", void.class))
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(Status.METHOD_NOT_FOUND))
			.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.client.call("kv.renamed", int.class, 1))
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(Status.METHOD_NOT_FOUND));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.client.call("kv.plus", int.class, "one", 2))
			.withMessage("Call of kv.plus failed: kv.plus: parameter a must be an int, not \"one\"")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(told(Status.INVALID_ARGUMENT, Status.FAIL)));
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.client.call("kv.all", int.class))
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(Status.UNUSABLE_ANSWER));
	}

	@Test
	void S16_aCallThatWasRefusedBeforeItRanSaysSo() {
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> this.client.call("kv.sing", void.class))
			.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
		this.client.callAsync("small.block", Void.class);
		waitFor(() -> this.small.blocked.get() == 1);
		CompletableFuture<String> queued = this.client.callAsync("small.get", String.class, "a");
		// Base mode has no place for it but the text.
		Class<? extends GenServerException> full = (this.mode == WireMode.EXT) ? MailboxFullException.class
				: RpcException.class;
		assertThatExceptionOfType(full).isThrownBy(() -> this.client.call("small.get", String.class, "b"))
			.withMessageContaining("the mailbox is full; not executed")
			.satisfies((ex) -> assertThat(ex.notExecuted()).isEqualTo(this.mode == WireMode.EXT));
		this.small.gate.countDown();
		assertThat(queued).succeedsWithin(GUARD);
	}

	@Test
	void argumentsThatCannotBeEncodedAreTheCallersMistake() {
		Object secretive = new Object() {
			@SuppressWarnings("unused")
			public String getValue() {
				throw new IllegalStateException("secret");
			}
		};
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.call("kv.set", void.class, "a", secretive))
			.withMessageStartingWith("kv.set: parameter argument 2");
	}

	@Test
	void contractsThatCannotBeCalledRemotelyAreRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.server("kv", Overloaded.class))
			.withMessageContaining("two operations called get")
			.withMessageContaining("@Call");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.server("kv", String.class));
	}

	@Test
	void aCallEndsAtItsDeadline() {
		try (GenServerClient impatient = builder().callTimeout(Duration.ofMillis(50))
			.connect(this.endpoint.uri("/ws"))) {
			KeyValue slow = impatient.server("kv", KeyValue.class);
			assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(slow::block);
			failure(impatient.callAsync("kv.block", void.class), GenServerTimeoutException.class);
		}
	}

	@Test
	void cancellingAFutureCancelsTheCallOverThere() throws Exception {
		CompletableFuture<Void> call = this.client.callAsync("kv.block", Void.class);
		waitFor(() -> this.store.blocked.get() == 1);
		call.cancel(true);
		assertThat(this.store.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void aDroppedConnectionFailsAllThatIsPendingAtOnce() throws Exception {
		CompletableFuture<Void> async = this.client.callAsync("kv.block", Void.class);
		waitFor(() -> this.store.blocked.get() == 1);
		AtomicReference<Throwable> blocking = new AtomicReference<>();
		Thread caller = Thread.ofVirtual().start(() -> blocking.set(failureOf(() -> this.kv.get("a"))));
		waitFor(() -> this.endpoint.connection().peer().callsInFlight() >= 2);
		this.endpoint.channel().close();
		caller.join(30_000);
		assertThat(failure(async, GenServerUnavailableException.class).notExecuted()).isFalse();
		assertThat(blocking.get()).isInstanceOf(GenServerUnavailableException.class);
		assertThat(this.client.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS)).isNotEmpty();
		assertThat(this.client.isOpen()).isFalse();
		assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> this.kv.get("a"))
			.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
		assertThat(this.store.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void theReasonOfTheOtherEndIsTold() throws Exception {
		this.endpoint.connection().close(new CloseReason(CloseCode.GOING_AWAY, "the server shuts down"));
		assertThat(this.client.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS))
			.isEqualTo("closed by the peer with 1001: the server shuts down");
	}

	@Test
	void closingSendsWhatWasCastAndFailsWhatIsPending() throws Exception {
		CompletableFuture<Void> pending = this.client.callAsync("kv.block", Void.class);
		waitFor(() -> this.store.blocked.get() == 1);
		for (int i = 0; i < 1000; i++) {
			this.kv.put("k" + i, "v");
		}
		this.client.close();
		assertThat(failure(pending, GenServerUnavailableException.class)).hasMessageContaining("the client was closed");
		assertThat(this.client.isOpen()).isFalse();
		assertThat(this.client.closed().get()).contains("the client was closed");
		assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> this.kv.put("a", "b"));
		this.store.gate.countDown();
		waitFor(() -> this.store.size == 1000);
		this.client.close();
	}

	@Test
	void aBlockingCallOnAnEventLoopFailsAtOnce() {
		AtomicReference<Throwable> call = new AtomicReference<>();
		AtomicReference<Throwable> connect = new AtomicReference<>();
		CountDownLatch done = new CountDownLatch(1);
		Channel channel = this.endpoint.channel();
		channel.eventLoop().execute(() -> {
			call.set(failureOf(() -> this.kv.get("a")));
			connect.set(failureOf(() -> GenServerClient.connect(this.endpoint.uri("/ws"))));
			done.countDown();
		});
		waitFor(() -> done.getCount() == 0);
		assertThat(call.get()).isInstanceOf(BlockingCallException.class);
		assertThat(connect.get()).isInstanceOf(BlockingCallException.class);
	}

	@Test
	void theHandshakeOffersBothModesOrNoneAndCarriesTheHeadersSet() {
		this.endpoint.connection();
		assertThat(this.endpoint.handshakes).hasSize(1)
			.first()
			.satisfies((headers) -> assertThat(headers.get("Sec-WebSocket-Protocol"))
				.isEqualTo((this.mode == WireMode.EXT) ? "genserver.v1,muxio" : null))
			.satisfies((headers) -> assertThat(headers.get("X-Test")).isEqualTo("a header"));
	}

	@Test
	void aConnectionThatCannotBeOpenedSaysWhy() {
		assertThat(connectFailure("/nowhere"))
			.endsWith(": 404 Not Found. There is no RPC endpoint at /nowhere: look at genserver.rpc.enabled and"
					+ " genserver.rpc.path over there");
		assertThat(connectFailure("/private")).contains("401 Unauthorized. The endpoint needs credentials");
		assertThat(connectFailure("/forbidden")).contains("403 Forbidden");
		assertThat(connectFailure("/busy")).contains("503 Service Unavailable");
		assertThat(connectFailure("/page")).endsWith("200 OK. This is not an RPC endpoint");
		assertThat(connectFailure("/page?token=secret")).doesNotContain("secret");
	}

	@Test
	void aConnectionThatIsRefusedOrTakesTooLongSaysSo() {
		int port = this.endpoint.uri("/").getPort();
		GenServerException late = (GenServerException) failureOf(() -> GenServerClient.builder()
			.connectTimeout(Duration.ofMillis(100))
			.connect(this.endpoint.uri("/never")));
		assertThat(late).isInstanceOf(GenServerUnavailableException.class)
			.hasMessage("Cannot connect to ws://localhost:" + port + "/never: no answer within 100 ms");
		this.endpoint.close();
		GenServerException refused = (GenServerException) failureOf(
				() -> GenServerClient.connect("ws://localhost:" + port + "/ws"));
		assertThat(refused).isInstanceOf(GenServerUnavailableException.class)
			.hasMessageContaining("the connection was refused");
		assertThat(refused.notExecuted()).isTrue();
	}

	@Test
	void anAddressThatCannotBeAnEndpointIsRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> GenServerClient.connect("http://localhost:8080/ws"))
			.withMessageContaining("ws://localhost:8080/ws, not http:");
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> GenServerClient.connect("localhost:8080/ws"));
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> GenServerClient.connect("ws:/ws"))
			.withMessageContaining("host");
	}

	@Test
	void anEndpointThatGivesNoSignOfLifeIsGivenUp() throws Exception {
		try (GenServerClient lonely = GenServerClient.builder()
			.keepAlive(Duration.ofMillis(50), Duration.ofMillis(50))
			.noReconnect()
			.connect(this.endpoint.uri("/silent"))) {
			assertThat(lonely.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS)).startsWith("closed with 4010");
		}
	}

	@Test
	void manyCallsShareTheConnection() throws Exception {
		List<CompletableFuture<Integer>> replies = new ArrayList<>();
		for (int i = 0; i < 5000; i++) {
			replies.add(this.client.callAsync("kv.plus", Integer.class, i, 1));
		}
		for (int i = 0; i < 5000; i++) {
			CompletableFuture<Integer> reply = replies.get(i);
			if (reply.isCompletedExceptionally()) {
				// More than wait their turn were refused, and say so.
				assertThat(failure(reply, RpcException.class).notExecuted()).isTrue();
			}
			else {
				assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(i + 1);
			}
		}
	}

	private String connectFailure(String path) {
		Throwable failure = failureOf(() -> GenServerClient.connect(this.endpoint.uri(path)));
		assertThat(failure).isInstanceOf(GenServerUnavailableException.class);
		assertThat(failure.getMessage()).startsWith("Cannot connect to ws://localhost:");
		return failure.getMessage();
	}

	private static Throwable failureOf(Runnable call) {
		try {
			call.run();
		}
		catch (Throwable ex) {
			return ex;
		}
		throw new AssertionError("no failure");
	}

	private static <X extends Throwable> X failure(CompletableFuture<?> future, Class<X> type) {
		try {
			future.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			return type.cast(ex.getCause());
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
		throw new AssertionError("no failure");
	}

	private static void waitFor(BooleanSupplier condition) {
		long end = System.nanoTime() + GUARD.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.yield();
		}
	}

	interface KeyValue {

		@Nullable String get(String key);

		void set(String key, String value);

		@Cast
		void put(String key, String value);

		Map<String, String> all();

		CompletableFuture<String> find(String key);

		Mono<String> lazily(String key);

		@Call("plus")
		int renamed(int a, int b);

		byte[] echo(byte[] bytes);

		void fail(String message);

		void block();

		Flux<Integer> count(int to);

		Flux<String> texts(int count, int length);

		Flux<String> watch();

	}

	interface Overloaded {

		String get(String key);

		String get(String key, String otherwise);

	}

	interface Tile {

		@Cast
		void paint(int color);

		int color();

		String mixed(int a, int b);

	}

	/** The same operations, as the JDK's types carry them. */
	interface Store {

		@Nullable String get(String key);

		void set(String key, String value);

		@Cast
		void put(String key, String value);

		Map<String, String> all();

		CompletableFuture<@Nullable String> find(String key);

		CompletableFuture<@Nullable String> lazily(String key);

		int plus(int a, int b);

		byte[] echo(byte[] bytes);

		void fail(String message);

		void block();

		Flow.Publisher<Integer> count(int to);

		Flow.Publisher<String> texts(int count, int length);

		Flow.Publisher<String> watch();

	}

	static final class KeyValueServer implements Store {

		final CountDownLatch gate = new CountDownLatch(1);

		final CountDownLatch cancelled = new CountDownLatch(1);

		final AtomicInteger blocked = new AtomicInteger();

		final AtomicInteger produced = new AtomicInteger();

		final Sinks.Many<String> watched = Sinks.many().multicast().onBackpressureBuffer(256, false);

		volatile int size;

		private final Map<String, String> map = Collections.synchronizedMap(new java.util.TreeMap<>());

		@Override
		public @Nullable String get(String key) {
			return this.map.get(key);
		}

		@Override
		public void set(String key, String value) {
			this.map.put(key, value);
		}

		@Override
		public void put(String key, String value) {
			this.map.put(key, value);
			this.size = this.map.size();
		}

		@Override
		public Map<String, String> all() {
			return this.map;
		}

		@Override
		public CompletableFuture<@Nullable String> find(String key) {
			return CompletableFuture.supplyAsync(() -> this.map.get(key));
		}

		@Override
		public CompletableFuture<@Nullable String> lazily(String key) {
			return find(key);
		}

		@Override
		public int plus(int a, int b) {
			return a + b;
		}

		@Override
		public byte[] echo(byte[] bytes) {
			return bytes;
		}

		@Override
		public void fail(String message) {
			throw new IllegalStateException(message);
		}

		@Override
		public void block() {
			this.blocked.incrementAndGet();
			try {
				while (!this.gate.await(1, TimeUnit.MILLISECONDS)) {
					if (GenServerContext.current().isCancelled()) {
						this.cancelled.countDown();
						this.gate.await();
						return;
					}
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public Flow.Publisher<Integer> count(int to) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, to));
		}

		@Override
		public Flow.Publisher<String> texts(int count, int length) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, count)
				.map((i) -> "x".repeat(length))
				.doOnNext((item) -> this.produced.incrementAndGet()));
		}

		@Override
		public Flow.Publisher<String> watch() {
			return FlowAdapters.toFlowPublisher(this.watched.asFlux());
		}

	}

	static final class TileServer implements Tile {

		private int color;

		@Override
		public void paint(int color) {
			this.color = color;
		}

		@Override
		public int color() {
			return this.color;
		}

		@Override
		public String mixed(int a, int b) {
			return GenServerContext.current().key() + ": " + (this.color + a + b);
		}

	}

}
