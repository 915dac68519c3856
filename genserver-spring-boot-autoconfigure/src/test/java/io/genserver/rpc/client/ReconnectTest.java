package io.genserver.rpc.client;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

import io.genserver.Call;
import io.genserver.CallInterruptedException;
import io.genserver.Cast;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.protocol.WireMode;
import io.genserver.rpc.peer.TestServers;
import io.genserver.rpc.socket.Ticks;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class ReconnectTest {

	private static final Duration GUARD = HangGuard.DURATION;

	/** Numbers that come before a stream of them falls silent. */
	private static final int CHUNK = 100;

	private final JobServer jobs = new JobServer();

	private final TestServers servers = new TestServers().add("jobs", this.jobs).start();

	private TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final WireMode mode;

	private final GenServerClient client;

	private final Jobs remote;

	ReconnectTest(WireMode mode) {
		this.mode = mode;
		this.client = builder().connect(this.endpoint.uri("/ws"));
		this.remote = this.client.server("jobs", Jobs.class);
	}

	private GenServerClientBuilder builder() {
		GenServerClientBuilder builder = GenServerClient.builder()
			.callTimeout(GUARD)
			.reconnect(Duration.ofMillis(1), Duration.ofMillis(20));
		return (this.mode == WireMode.BASE) ? builder.baseMode() : builder;
	}

	@AfterEach
	void stop() {
		this.jobs.gate.countDown();
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void S16_whatWasNotSentIsSentOverTheNextConnection() throws Exception {
		assertThat(this.remote.count()).isEqualTo(1);
		dropNoticed();
		assertThat(this.remote.count()).isEqualTo(2);
		dropNoticed();
		assertThat(this.client.callAsync("jobs.count", Integer.class).get(HangGuard.SECONDS, TimeUnit.SECONDS))
			.isEqualTo(3);
		dropNoticed();
		this.remote.note("a");
		waitFor(() -> this.jobs.notes.equals(List.of("a")));
	}

	@Test
	void S16_whatMayHaveBeenExecutedIsNotSentAgainAndSaysSo() throws Exception {
		CompletableFuture<Integer> pending = this.client.callAsync("jobs.once", Integer.class);
		waitFor(() -> this.jobs.begun.get() == 1);
		drop();
		this.jobs.gate.countDown();
		GenServerUnavailableException failure = (GenServerUnavailableException) failureOf(pending);
		assertThat(failure.notExecuted()).isFalse();
		assertThat(this.remote.count()).isEqualTo(1);
		assertThat(this.jobs.begun).hasValue(1);
	}

	@Test
	void S16_anIdempotentCallIsSentAgainWithinItsDeadline() throws Exception {
		CompletableFuture<Integer> pending = CompletableFuture.supplyAsync(this.remote::again);
		CompletableFuture<Integer> asynchronous = this.remote.againAsync();
		waitFor(() -> this.jobs.begun.get() >= 1);
		drop();
		this.jobs.gate.countDown();
		assertThat(pending.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
		assertThat(asynchronous.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(7);
		assertThat(this.jobs.begun.get()).isGreaterThan(2);
	}

	@Test
	void S16_anIdempotentCallThatWasSentNeverSaysThatItWasNotExecuted() throws Exception {
		CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(this.remote::again);
		CompletableFuture<Integer> asynchronous = this.remote.againAsync();
		CompletableFuture<Throwable> interrupted = new CompletableFuture<>();
		Thread caller = Thread.ofPlatform().start(() -> {
			try {
				interrupted.complete(new AssertionError("replied " + this.remote.again()));
			}
			catch (GenServerException ex) {
				interrupted.complete(ex);
			}
		});
		// The server has begun the first, and the connection is read in order.
		waitFor(() -> {
			Ticks.tick(this.endpoint.connection());
			return this.jobs.begun.get() == 1 && this.endpoint.connection().callsInFlight() == 3;
		});
		this.endpoint.close();
		waitFor(() -> this.client.state() != ClientState.OPEN);
		caller.interrupt();
		assertThat(interrupted.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isInstanceOf(CallInterruptedException.class)
			.satisfies(ReconnectTest::mayHaveBeenExecuted);
		this.client.close();
		for (CompletableFuture<Integer> each : List.of(waiting, asynchronous)) {
			assertThat(failureOf(each)).isInstanceOf(GenServerUnavailableException.class)
				.satisfies(ReconnectTest::mayHaveBeenExecuted);
		}
	}

	private static void mayHaveBeenExecuted(Throwable failure) {
		assertThat(((GenServerException) failure).notExecuted()).as(failure.getMessage()).isFalse();
	}

	@Test
	void aClientMayBeThereBeforeItsServer() throws Exception {
		int port = freePort();
		try (GenServerClient early = builder().connectInBackground(URI.create("ws://localhost:" + port + "/ws"))) {
			List<CompletableFuture<Integer>> replies = IntStream.range(0, 100)
				.mapToObj((i) -> early.callAsync("jobs.count", Integer.class))
				.toList();
			waitFor(() -> early.state() == ClientState.WAITING);
			assertThat(early.isOpen()).isFalse();
			try (TestEndpoint late = new TestEndpoint(this.servers, port)) {
				for (int i = 0; i < 100; i++) {
					// What waits for a connection leaves in the order it came.
					assertThat(replies.get(i).get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(i + 1);
				}
			}
		}
	}

	@Test
	void S16_aCallThatNeverLeftSaysSoAtItsDeadline() throws Exception {
		int port = freePort();
		try (GenServerClient lonely = builder().callTimeout(Duration.ofMillis(50))
			.connectInBackground(URI.create("ws://localhost:" + port + "/ws"))) {
			waitFor(() -> lonely.state() == ClientState.WAITING);
			for (Throwable failure : List.of(failureOf(lonely.callAsync("jobs.count", Integer.class)),
					failureOf(CompletableFuture.supplyAsync(() -> lonely.call("jobs.count", Integer.class))))) {
				assertThat(failure).isInstanceOf(GenServerTimeoutException.class)
					.hasMessageContaining("ws://localhost:" + port)
					.hasMessageContaining("the connection was refused");
				assertThat(((GenServerTimeoutException) failure).notExecuted()).isTrue();
			}
		}
	}

	@Test
	void aCallDoesNotWaitForTheEndOfALongPause() throws Exception {
		int port = freePort();
		try (GenServerClient patient = builder().reconnect(Duration.ofDays(100), Duration.ofDays(100))
			.connectInBackground(URI.create("ws://localhost:" + port + "/ws"))) {
			waitFor(() -> patient.state() == ClientState.WAITING);
			try (TestEndpoint late = new TestEndpoint(this.servers, port)) {
				assertThat(patient.server("jobs", Jobs.class).count()).isEqualTo(1);
				assertThat(late.connections).hasSize(1);
			}
		}
	}

	@Test
	void noMoreThanALimitWaitForAConnection() throws Exception {
		try (GenServerClient lonely = builder()
			.connectInBackground(URI.create("ws://localhost:" + freePort() + "/ws"))) {
			for (int i = 0; i < 1024; i++) {
				lonely.callAsync("jobs.count", Integer.class);
			}
			Throwable failure = failureOf(lonely.callAsync("jobs.count", Integer.class));
			assertThat(failure).isInstanceOf(GenServerUnavailableException.class)
				.hasMessageContaining("jobs.count was not sent");
		}
	}

	@Test
	void closingEndsWhatWaitsForAConnection() throws Exception {
		GenServerClient lonely = builder().connectInBackground(URI.create("ws://localhost:" + freePort() + "/ws"));
		CompletableFuture<Integer> call = lonely.callAsync("jobs.count", Integer.class);
		CompletableFuture<Integer> cancelled = lonely.callAsync("jobs.count", Integer.class);
		cancelled.cancel(true);
		lonely.close();
		assertThat(failureOf(call)).isInstanceOf(GenServerUnavailableException.class)
			.hasMessageContaining("the client was closed");
		assertThat(lonely.state()).isEqualTo(ClientState.CLOSED);
		assertThat(lonely.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("the client was closed");
	}

	@Test
	void theStateIsTold() {
		List<ClientState> seen = new CopyOnWriteArrayList<>();
		this.client.onState((state, detail) -> {
			seen.add(state);
			if (state == ClientState.WAITING) {
				throw new IllegalStateException("a listener's own failure");
			}
		});
		drop();
		// The first connection may be told of still.
		waitFor(() -> seen.lastIndexOf(ClientState.OPEN) > seen.indexOf(ClientState.WAITING)
				&& seen.contains(ClientState.WAITING));
		assertThat(seen).containsSubsequence(ClientState.WAITING, ClientState.CONNECTING, ClientState.OPEN);
		this.client.close();
		waitFor(() -> seen.getLast() == ClientState.CLOSED);
	}

	@Test
	void aServerThatShutsDownIsConnectedToAgainAndOneThatRefusesTheProtocolIsNot() throws Exception {
		this.endpoint.connection().close(new CloseReason(CloseCode.GOING_AWAY, "the server shuts down"));
		waitFor(() -> this.endpoint.connections.size() == 2 && this.client.isOpen());
		this.endpoint.connection().close(new CloseReason(CloseCode.POLICY, "not you"));
		assertThat(this.client.closed().get(HangGuard.SECONDS, TimeUnit.SECONDS))
			.isEqualTo("closed by the peer with 1008: not you");
		assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(this.remote::count)
			.withMessageContaining("not you")
			.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
	}

	@Test
	void aStreamThatHadBegunEndsWithItsConnection() {
		StepVerifier.create(this.remote.numbers(0), 3)
			.expectNext(0, 1, 2)
			.then(this::drop)
			.thenRequest(Long.MAX_VALUE)
			.thenConsumeWhile((number) -> true)
			.expectError(GenServerUnavailableException.class)
			.verify(GUARD);
	}

	@Test
	void aStreamGoesOnWhereItWasIfItsCallerSaysHow() {
		Flux<Integer> numbers = this.client
			.resumableStream("jobs.numbers", Integer.class, (last) -> new Object[] { last + 1 }, 0)
			.doOnNext((number) -> {
				if (number % CHUNK == CHUNK - 1) {
					drop();
				}
			})
			.take(1000);
		StepVerifier.create(numbers.collectList())
			.assertNext((all) -> assertThat(all).containsExactlyElementsOf(IntStream.range(0, 1000).boxed().toList()))
			.expectComplete()
			.verify(GUARD);
		assertThat(this.endpoint.connections).hasSizeGreaterThanOrEqualTo(10);
	}

	/**
	 * In ext mode by a status of each stream, in base mode by the end of the connection.
	 */
	@Test
	void aStreamGoesOnElsewhereWhereItsEndpointLeaves() {
		int port = this.endpoint.port();
		List<Integer> seen = new CopyOnWriteArrayList<>();
		Disposable numbers = this.client
			.resumableStream("jobs.numbers", Integer.class, (last) -> new Object[] { last + 1 }, 0)
			.subscribe(seen::add);
		waitFor(() -> seen.size() == CHUNK);
		this.endpoint.drain(Duration.ofMinutes(5));
		try (TestEndpoint next = new TestEndpoint(this.servers, port)) {
			waitFor(() -> seen.size() == 2 * CHUNK);
			assertThat(next.connections).isNotEmpty();
			numbers.dispose();
		}
		assertThat(seen).containsExactlyElementsOf(IntStream.range(0, 2 * CHUNK).boxed().toList());
	}

	@Test
	void aStreamThatCannotSayHowItGoesOnEndsWithTheError() {
		IllegalStateException failure = new IllegalStateException("the caller's own");
		Map<Function<Integer, Object[]>, String> ways = Map.of((last) -> {
			throw failure;
		}, "the caller's own", (last) -> null, "the function that makes its arguments returned null", (last) -> {
			throw new NotWrittenYet();
		}, "not written yet", (last) -> {
			throw new StackOverflowError("too deep");
		}, "too deep", (last) -> new Object[] { new Object() {
			@SuppressWarnings("unused")
			public int getNumber() {
				throw failure;
			}
		} }, "");
		ways.forEach((way, text) -> StepVerifier
			.create(this.client.resumableStream("jobs.numbers", Integer.class, way, 0), CHUNK)
			.expectNextCount(CHUNK)
			.then(this::drop)
			.expectErrorSatisfies((error) -> assertThat(error).hasMessageContaining(text)
				.satisfies((thrown) -> assertThat(thrown.getSuppressed()).isNotEmpty()))
			.verify(GUARD));
	}

	/** As Kotlin's {@code TODO()} throws it. */
	private static final class NotWrittenYet extends Error {

		private static final long serialVersionUID = 1;

		NotWrittenYet() {
			super("not written yet");
		}

	}

	@Test
	void aListenerThatThrowsAnErrorKeepsTheClientFromNothing() {
		List<ClientState> seen = new CopyOnWriteArrayList<>();
		this.client.onState((state, why) -> {
			throw new NotWrittenYet();
		});
		this.client.onState((state, why) -> seen.add(state));
		drop();
		waitFor(() -> seen.contains(ClientState.OPEN));
		assertThat(seen).contains(ClientState.WAITING);
		assertThat(this.remote.count()).isPositive();
	}

	@Test
	void aListenerLearnsOfNoChangeFromBeforeItWasAdded() {
		CountDownLatch gate = new CountDownLatch(1);
		this.client.onState((state, why) -> HangGuard.await("the listener may go on", () -> gate.getCount() == 0));
		dropNoticed();
		waitFor(() -> this.client.status().state() == ClientState.OPEN);
		List<ClientState> seen = new CopyOnWriteArrayList<>();
		this.client.onState((state, why) -> seen.add(state));
		gate.countDown();
		drop();
		waitFor(() -> seen.contains(ClientState.OPEN));
		assertThat(seen).first().isEqualTo(ClientState.WAITING);
	}

	@Test
	void aStreamThatWaitsForAConnectionCanBeCancelled() throws Exception {
		int port = freePort();
		try (GenServerClient early = builder().connectInBackground(URI.create("ws://localhost:" + port + "/ws"))) {
			Jobs later = early.server("jobs", Jobs.class);
			CompletableFuture<Integer> first = later.numbers(5).next().toFuture();
			later.numbers(6).subscribe().dispose();
			try (TestEndpoint late = new TestEndpoint(this.servers, port)) {
				assertThat(first.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(5);
				assertThat(this.jobs.asked).containsExactly(5);
			}
		}
	}

	@Test
	void connectingCanBeGivenUp() {
		CompletableFuture<GenServerClient> connecting = builder().connectAsync(this.endpoint.uri("/never"));
		connecting.cancel(true);
		CompletableFuture<GenServerClient> connected = builder().connectAsync(this.endpoint.uri("/ws"));
		if (!connected.cancel(true)) {
			connected.join().close();
		}
		// Whether it had been made or not: no connection but the fixture's stays.
		assertThat(this.remote.count()).isEqualTo(1);
		waitFor(() -> this.endpoint.channels.stream().filter((channel) -> channel.isOpen()).count() == 1);
	}

	/** Cut the connection. The client notices a little later. */
	private void drop() {
		this.endpoint.channel().close().awaitUninterruptibly();
	}

	/** Cut the connection, and wait until the client has noticed. */
	private void dropNoticed() {
		int before = this.endpoint.connections.size();
		drop();
		waitFor(() -> !this.client.isOpen() || this.endpoint.connections.size() > before);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
		try {
			future.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			return ex.getCause();
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

	interface Jobs {

		int count();

		int once();

		@Call(idempotent = true)
		int again();

		@Call(idempotent = true)
		CompletableFuture<Integer> againAsync();

		@Cast
		void note(String text);

		Flux<Integer> numbers(int from);

	}

	/** What the jobs are over there. */
	interface LocalJobs {

		int count();

		int once();

		int again();

		CompletableFuture<Integer> againAsync();

		@Cast
		void note(String text);

		Flow.Publisher<Integer> numbers(int from);

	}

	static final class JobServer implements LocalJobs {

		private final CountDownLatch gate = new CountDownLatch(1);

		private final AtomicInteger begun = new AtomicInteger();

		private final List<String> notes = new CopyOnWriteArrayList<>();

		private final List<Integer> asked = new CopyOnWriteArrayList<>();

		private int count;

		@Override
		public int count() {
			return ++this.count;
		}

		@Override
		public int once() {
			return again();
		}

		@Override
		public int again() {
			this.begun.incrementAndGet();
			try {
				this.gate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return 7;
		}

		@Override
		public CompletableFuture<Integer> againAsync() {
			return CompletableFuture.completedFuture(again());
		}

		@Override
		public void note(String text) {
			this.notes.add(text);
		}

		@Override
		public Flow.Publisher<Integer> numbers(int from) {
			this.asked.add(from);
			return FlowAdapters.toFlowPublisher(Flux.range(from, CHUNK).concatWith(Flux.never()));
		}

	}

}
