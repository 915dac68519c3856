package io.genserver.rpc.server;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.genserver.GenServer;
import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.rpc.client.GenServerClientBuilder;
import io.genserver.runtime.LifecycleStage;
import io.genserver.runtime.ShutdownTime;
import io.genserver.spring.StageLifecycle;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.MuxioClient;
import io.genserver.testsupport.RawWebSocket;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The phases of the context may take five minutes each: a connection that holds one up
 * fails these tests by their thirty seconds.
 */
@ExtendWith(BufferLeaks.class)
@RealThreads
class ShutdownTest {

	private static CompletableFuture<Void> close(RpcApplication application) {
		return CompletableFuture.runAsync(application::close);
	}

	private static void join(CompletableFuture<Void> closing)
			throws ExecutionException, InterruptedException, TimeoutException {
		closing.get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	@Test
	void idleConnectionsAreClosedAtOnce() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=5m");
		try (MuxioClient one = application.client(); MuxioClient other = application.client()) {
			one.call("kv.get", "\"a\"");
			CompletableFuture<Void> closing = close(application);
			assertThat(one.webSocket().closed()).isEqualTo("1001 the server shuts down");
			assertThat(other.webSocket().closed()).isEqualTo("1001 the server shuts down");
			one.close();
			other.close();
			join(closing);
		}
	}

	@Test
	void callsInFlightFinishAndNewOnesAreRefused() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=5m");
		RpcApplication.Probe probe = application.probe();
		int port = application.port();
		try (MuxioClient client = application.client()) {
			int held = client.send("gate.hold", "");
			RpcApplication.await(probe.held);
			CompletableFuture<Void> closing = close(application);
			RpcApplication.await(() -> status(port) == 503);
			// New connections are refused a moment before those there are hear of it.
			int late = client.send("kv.get", "\"a\"");
			MuxioClient.Response refused = client.read();
			while (refused.status() == 0) {
				assertThat(refused.requestId()).isEqualTo(late);
				late = client.send("kv.get", "\"a\"");
				refused = client.read();
			}
			assertThat(refused.requestId()).isEqualTo(late);
			assertThat(refused.status()).isEqualTo(2);
			probe.release.countDown();
			MuxioClient.Response answer = client.read();
			assertThat(answer.requestId()).isEqualTo(held);
			assertThat(answer.text()).isEqualTo("\"released\"");
			assertThat(client.webSocket().closed()).isEqualTo("1001 the server shuts down");
			client.close();
			join(closing);
		}
	}

	private static int status(int port) {
		try (RawWebSocket webSocket = RawWebSocket.handshake(port, "/ws")) {
			return webSocket.status();
		}
	}

	@Test
	void callsThatDoNotFinishAreGivenUpAtTheEndOfTheDrain() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=300ms");
		RpcApplication.Probe probe = application.probe();
		try (MuxioClient client = application.client()) {
			client.send("gate.untilCancelled", "");
			RpcApplication.await(probe.held);
			CompletableFuture<Void> closing = close(application);
			assertThat(client.webSocket().closed()).isEqualTo("1001 the server shuts down");
			RpcApplication.await(probe.cancelled);
			client.close();
			join(closing);
		}
	}

	@Test
	void aClientThatDoesNotTakeLeaveHoldsNothingUp() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=100ms");
		try (MuxioClient client = application.client()) {
			client.call("kv.get", "\"a\"");
			join(close(application));
		}
	}

	@Test
	void aStreamIsEndedWithTheConnection() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=300ms");
		try (RawWebSocket webSocket = RawWebSocket.narrow(application.port(), "/ws")) {
			new MuxioClient(webSocket).send("kv.flood", "10000");
			webSocket.read(RawWebSocket.BINARY);
			join(close(application));
		}
	}

	@ParameterizedTest
	@EnumSource
	void aStreamWithoutEndHoldsNothingUp(WireMode mode) throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=5m", Endless.class);
		GenServerClientBuilder builder = GenServerClient.builder();
		List<Object> seen = new CopyOnWriteArrayList<>();
		CountDownLatch first = new CountDownLatch(1);
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		try (GenServerClient client = ((mode == WireMode.BASE) ? builder.baseMode() : builder)
			.connect(URI.create("ws://localhost:" + application.port() + "/ws"))) {
			client.server("news", News.class).watch().subscribe((item) -> {
				seen.add(item);
				first.countDown();
			}, failure::complete);
			RpcApplication.await(first);
			join(close(application));
			// What a client connects and subscribes again for.
			assertThat(failure.get(HangGuard.SECONDS, TimeUnit.SECONDS))
				.isInstanceOf(GenServerUnavailableException.class)
				.hasMessageContaining((mode == WireMode.BASE) ? "1001" : "news.watch: the server shuts down");
			assertThat(seen).containsExactly("now");
		}
	}

	/**
	 * A handler that does not end, a client that reads nothing of a stream, and one with
	 * a stream without end: the servers get no drain of their own after the endpoint's.
	 */
	@ParameterizedTest
	@EnumSource
	void S15_theDrainsOfEndpointAndServersDoNotAddUp(WireMode mode) throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=300ms",
				"genserver.shutdown.timeout=600ms", "server.shutdown=graceful", Endless.class, Budget.class);
		RpcApplication.Probe probe = application.probe();
		Budget budget = application.context().getBean(Budget.class);
		GenServerClientBuilder builder = GenServerClient.builder();
		CountDownLatch first = new CountDownLatch(1);
		try (MuxioClient caller = application.client();
				RawWebSocket deaf = RawWebSocket.narrow(application.port(), "/ws");
				GenServerClient watcher = ((mode == WireMode.BASE) ? builder.baseMode() : builder)
					.connect(URI.create("ws://localhost:" + application.port() + "/ws"))) {
			caller.send("gate.hold", "");
			RpcApplication.await(probe.held);
			new MuxioClient(deaf).send("kv.flood", "10000");
			deaf.read(RawWebSocket.BINARY);
			watcher.server("news", News.class).watch().subscribe((item) -> first.countDown(), (failure) -> {
			});
			RpcApplication.await(first);
			join(close(application));
		}
		assertThat(budget.leftToDrain).isEqualTo(Duration.ZERO);
		assertThat(budget.left).isLessThanOrEqualTo(Duration.ofMillis(300));
	}

	@Test
	void neitherDoServerSentEvents() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=5m", Endless.class);
		HttpResponse<InputStream> events = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + application.port() + "/events")).build(),
					BodyHandlers.ofInputStream());
		try (BufferedReader lines = new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
			assertThat(lines.readLine()).isEqualTo("data:now");
			CompletableFuture<Void> closing = close(application);
			assertThat(lines.readLine()).isEmpty();
			assertThat(lines.readLine()).as("complete").isNull();
			join(closing);
		}
	}

	@Test
	void S15_theEndpointListensAgainAfterAStopAndAStartOfTheContext() throws Exception {
		RpcApplication application = RpcApplication.start("genserver.shutdown.drain-timeout=5m");
		for (int life = 0; life < 2; life++) {
			try (MuxioClient client = application.client()) {
				client.call("kv.get", "\"a\"");
				CompletableFuture<Void> stopping = CompletableFuture.runAsync(application.context()::stop);
				assertThat(client.webSocket().closed()).isEqualTo("1001 the server shuts down");
				client.close();
				join(stopping);
			}
			application.context().start();
		}
		try (MuxioClient client = application.client()) {
			client.call("kv.get", "\"a\"");
			client.close();
		}
		join(close(application));
	}

	interface News {

		Flux<String> watch();

	}

	/** What is left for servers when the endpoint has stopped. */
	@Configuration(proxyBeanMethods = false)
	static class Budget {

		private @Nullable Duration leftToDrain;

		private @Nullable Duration left;

		@Bean
		StageLifecycle budget(ShutdownTime time) {
			LifecycleStage stage = new LifecycleStage() {

				@Override
				public void start() {
				}

				@Override
				public void stop(ShutdownTime shared) {
					Budget.this.leftToDrain = shared.leftToDrain();
					Budget.this.left = shared.left();
				}

			};
			return new StageLifecycle(stage, time, SmartLifecycle.DEFAULT_PHASE - 4000);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Endless {

		@Bean
		@GenServer("news")
		News news() {
			return () -> Flux.concat(Flux.just("now"), Flux.never());
		}

		@Bean
		RouterFunction<ServerResponse> events() {
			return RouterFunctions.route()
				.GET("/events",
						(request) -> ServerResponse.ok()
							.contentType(MediaType.TEXT_EVENT_STREAM)
							.body(Flux.concat(Flux.just("now"), Flux.never()), String.class))
				.build();
		}

	}

}
