package io.genserver.rpc.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.genserver.Cast;
import io.genserver.Envelope;
import io.genserver.Envelope.Attribute;
import io.genserver.GenServerInterceptor;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcInterceptor;
import io.genserver.remote.RpcRequest;
import io.genserver.rpc.peer.TestServers;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What sees the requests of a client, and what of it arrives. */
@ExtendWith(BufferLeaks.class)
@RealThreads
class RpcInterceptorTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private static final String TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

	private final ServerSide serverSide = new ServerSide();

	private final ClientSide clientSide = new ClientSide();

	private final ShopServer shop = new ShopServer();

	private final TestServers servers = new TestServers(this.serverSide).add("shop", this.shop).start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private @Nullable GenServerClient client;

	private Shop shop(GenServerClientBuilder builder) {
		GenServerClient connected = builder.callTimeout(GUARD)
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(20))
			.interceptor(this.clientSide)
			.connect(this.endpoint.uri("/ws"));
		this.client = connected;
		return connected.server("shop", Shop.class);
	}

	private static Publisher<String> items(Flow.Publisher<String> items) {
		return FlowAdapters.toPublisher(items);
	}

	@AfterEach
	void stop() {
		this.shop.gate.countDown();
		if (this.client != null) {
			this.client.close();
		}
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void aRequestIsSeenWhereItIsMadeAndWhenItIsOver() throws Exception {
		Shop remote = shop(GenServerClient.builder());
		assertThat(remote.price("tea")).isEqualTo(3);
		assertThat(remote.later("tea").get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
		remote.note("tea");
		StepVerifier.create(items(remote.all())).expectNext("tea", "milk").expectComplete().verify(GUARD);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> remote.price("nothing"));
		assertThat(this.clientSide.taken(5)).containsExactlyInAnyOrder("CALL shop.price ok", "CALL shop.later ok",
				"CAST shop.note ok", "STREAM shop.all ok", "CALL shop.price RpcException");
	}

	@Test
	void headersAndTraceContextArriveWithCallsCastsAndStreams() throws Exception {
		this.clientSide.headers = Map.of("X-Tenant", "north", "traceparent", TRACE_PARENT, "tracestate", "a=b");
		Shop remote = shop(GenServerClient.builder());
		remote.price("tea");
		remote.note("tea");
		StepVerifier.create(items(remote.all())).expectNextCount(2).expectComplete().verify(GUARD);
		Map<String, String> expected = Map.of("x-tenant", "north", "traceparent", TRACE_PARENT, "tracestate", "a=b");
		for (String operation : List.of("price", "note", "all")) {
			assertThat(this.serverSide.taken()).isEqualTo(Map.entry(operation, expected));
		}
	}

	@Test
	void aTraceParentThatIsNoneArrivesAsItIs() throws Exception {
		this.clientSide.headers = Map.of("traceparent", "00-NONE-01");
		shop(GenServerClient.builder()).price("tea");
		assertThat(this.serverSide.taken().getValue()).containsExactly(Map.entry("traceparent", "00-NONE-01"));
	}

	@Test
	void baseModeHasNoPlaceForHeaders() throws Exception {
		this.clientSide.headers = Map.of("x-tenant", "north");
		shop(GenServerClient.builder().baseMode()).price("tea");
		assertThat(this.serverSide.taken().getValue()).isEmpty();
		assertThat(this.clientSide.taken(1)).containsExactly("CALL shop.price ok");
	}

	@Test
	void headersThatAreTooLongRefuseTheRequest() throws Exception {
		this.clientSide.headers = Map.of("x-long", "x".repeat(9000));
		Shop remote = shop(GenServerClient.builder());
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> remote.price("tea"))
			.withMessageContaining("shop.price")
			.withMessageContaining("Metadata")
			.withMessageContaining("8192");
		this.clientSide.headers = Map.of();
		assertThat(remote.price("tea")).isEqualTo(3);
	}

	@Test
	void anInterceptorRefusesARequestAndThoseBeforeItAreToldOfItsEnd() throws Exception {
		IllegalStateException no = new IllegalStateException("no");
		CompletableFuture<@Nullable Throwable> last = new CompletableFuture<>();
		RpcInterceptor refusing = new RpcInterceptor() {

			@Override
			public void sending(RpcRequest request) {
				throw no;
			}

			@Override
			public void ended(RpcRequest request, @Nullable Throwable failure) {
				last.complete(failure);
			}

		};
		try (GenServerClient refused = GenServerClient.builder()
			.interceptor(this.clientSide)
			.interceptor(refusing)
			.connect(this.endpoint.uri("/ws"))) {
			Shop remote = refused.server("shop", Shop.class);
			assertThatIllegalStateException().isThrownBy(() -> remote.price("tea")).isSameAs(no);
			assertThatExceptionOfType(ExecutionException.class)
				.isThrownBy(() -> remote.later("tea").get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.withCause(no);
			assertThatIllegalStateException().isThrownBy(() -> remote.note("tea")).isSameAs(no);
			StepVerifier.create(items(remote.all())).expectErrorMatches((failure) -> failure == no).verify(GUARD);
			assertThat(this.clientSide.taken(4)).containsExactly("CALL shop.price IllegalStateException",
					"CALL shop.later IllegalStateException", "CAST shop.note IllegalStateException",
					"STREAM shop.all IllegalStateException");
			assertThat(last).isNotDone();
		}
	}

	@Test
	void cancellingIsAnEndToo() throws Exception {
		Shop remote = shop(GenServerClient.builder());
		CompletableFuture<Integer> waiting = remote.block();
		waiting.cancel(true);
		assertThat(waiting).isCancelled();
		this.shop.gate.countDown();
		assertThat(this.clientSide.taken(1)).containsExactly("CALL shop.block CancellationException");
		StepVerifier.create(items(remote.forever()), 1).expectNext("on").thenCancel().verify(GUARD);
		assertThat(this.clientSide.taken(1)).containsExactly("STREAM shop.forever ok");
	}

	@Test
	void aRequestThatIsSentTwiceIsSeenOnce() throws Exception {
		Shop remote = shop(GenServerClient.builder());
		CompletableFuture<Integer> first = remote.block();
		assertThat(this.shop.blocked.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Integer> second = remote.later("tea");
		this.endpoint.channel().close().sync();
		this.shop.gate.countDown();
		assertThat(second.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(3);
		assertThat(first).failsWithin(GUARD);
		assertThat(this.clientSide.taken(2)).containsExactlyInAnyOrder("CALL shop.block NoConnectionException",
				"CALL shop.later ok");
		assertThat(this.clientSide.ended).isEmpty();
	}

	@Test
	void whatAnInterceptorThrowsAtTheEndDoesNotBecomeTheOutcome() {
		try (GenServerClient loud = GenServerClient.builder().interceptor(new RpcInterceptor() {

			@Override
			public void ended(RpcRequest request, @Nullable Throwable failure) {
				throw new IllegalStateException("loud");
			}

		}).connect(this.endpoint.uri("/ws"))) {
			assertThat(loud.server("shop", Shop.class).price("tea")).isEqualTo(3);
		}
	}

	@Test
	void aHeaderIsCheckedWhereItIsSet() {
		CompletableFuture<RpcRequest> seen = new CompletableFuture<>();
		try (GenServerClient checking = GenServerClient.builder().interceptor(new RpcInterceptor() {

			@Override
			public void sending(RpcRequest request) {
				assertThatIllegalArgumentException().isThrownBy(() -> request.header("with space", "x"))
					.withMessageContaining("\"with space\"");
				assertThatIllegalArgumentException().isThrownBy(() -> request.header("", "x"));
				assertThatIllegalArgumentException().isThrownBy(() -> request.header("x".repeat(256), "x"));
				request.header("Name", "1");
				request.header("NAME", "2");
				assertThat(request.headers()).containsExactly(Map.entry("name", "2"));
				assertThat(request.peer()).contains("localhost");
				seen.complete(request);
			}

		}).connect(this.endpoint.uri("/ws"))) {
			checking.call("shop.price", int.class, "tea");
			assertThatIllegalStateException().isThrownBy(() -> seen.join().header("late", "x"))
				.withMessageContaining("shop.price")
				.withMessageContaining("late");
		}
	}

	interface Shop {

		int price(String what);

		@io.genserver.Call(idempotent = true)
		CompletableFuture<Integer> later(String what);

		CompletableFuture<Integer> block();

		@Cast
		void note(String what);

		Flow.Publisher<String> all();

		Flow.Publisher<String> forever();

	}

	static final class ShopServer implements Shop {

		final CountDownLatch gate = new CountDownLatch(1);

		final CountDownLatch blocked = new CountDownLatch(1);

		@Override
		public int price(String what) {
			if (what.equals("nothing")) {
				throw new RpcException(RpcException.Status.NOT_FOUND, "nothing", "nothing here", false, false, null);
			}
			return what.length();
		}

		@Override
		public CompletableFuture<Integer> later(String what) {
			return CompletableFuture.completedFuture(what.length());
		}

		@Override
		public CompletableFuture<Integer> block() {
			this.blocked.countDown();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return CompletableFuture.completedFuture(0);
		}

		@Override
		public void note(String what) {
		}

		@Override
		public Flow.Publisher<String> all() {
			return FlowAdapters.toFlowPublisher(Flux.just("tea", "milk"));
		}

		@Override
		public Flow.Publisher<String> forever() {
			return FlowAdapters.toFlowPublisher(Flux.just("on").concatWith(Flux.never()));
		}

	}

	/** Sends headers and notes what came of it. */
	private static final class ClientSide implements RpcInterceptor {

		private static final Attribute<String> SEEN = new Attribute<>("seen");

		final LinkedBlockingQueue<String> ended = new LinkedBlockingQueue<>();

		volatile Map<String, String> headers = Map.of();

		@Override
		public void sending(RpcRequest request) {
			request.put(SEEN, request.kind() + " " + request.operation());
			this.headers.forEach(request::header);
		}

		@Override
		public void ended(RpcRequest request, @Nullable Throwable failure) {
			String outcome = (failure != null) ? failure.getClass().getSimpleName() : "ok";
			this.ended.add(request.get(SEEN) + " " + outcome);
		}

		List<String> taken(int count) throws InterruptedException {
			List<String> taken = new ArrayList<>();
			while (taken.size() < count) {
				String next = this.ended.poll(HangGuard.SECONDS, TimeUnit.SECONDS);
				assertThat(next).as("end %s of %s", taken.size() + 1, count).isNotNull();
				taken.add(next);
			}
			return taken;
		}

	}

	/** Notes what arrived. */
	private static final class ServerSide implements GenServerInterceptor {

		private final LinkedBlockingQueue<Map.Entry<String, Map<String, String>>> handled = new LinkedBlockingQueue<>();

		@Override
		public @Nullable Object handling(Envelope envelope, Invocation invocation) throws Throwable {
			this.handled.add(Map.entry(envelope.operation(), envelope.headers()));
			return invocation.proceed();
		}

		Map.Entry<String, Map<String, String>> taken() throws InterruptedException {
			Map.Entry<String, Map<String, String>> next = this.handled.poll(HangGuard.SECONDS, TimeUnit.SECONDS);
			assertThat(next).isNotNull();
			return next;
		}

	}

}
