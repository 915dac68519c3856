package io.genserver.rpc.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import io.genserver.Call;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.peer.TestServers;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Streams from the caller to the server: one way, and both ways at once. */
@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class RequestStreamsTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private final WireMode mode;

	private final SinkServer sink = new SinkServer();

	private final TestServers servers = new TestServers().add("sink", this.sink)
		.add("jar", JarServer.class, JarServer::new, true, ServerSettings.DEFAULTS)
		.start();

	private final TestEndpoint endpoint = new TestEndpoint(this.servers);

	private final GenServerClient client;

	private final Sink remote;

	RequestStreamsTest(WireMode mode) {
		this.mode = mode;
		GenServerClientBuilder builder = GenServerClient.builder().callTimeout(GUARD).noReconnect();
		this.client = ((mode == WireMode.BASE) ? builder.baseMode() : builder).connect(this.endpoint.uri("/ws"));
		this.remote = this.client.server("sink", Sink.class);
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.endpoint.close();
		this.servers.close();
	}

	@Test
	void itemsAreTakenInOrderAndTheReplyComesAfterThem() {
		assertThat(this.remote.sum(Flux.range(1, 10_000)).join()).isEqualTo(50_005_000);
		assertThat(this.remote.sum(Flux.empty()).join()).isZero();
	}

	@Test
	void argumentsGoBeforeTheItems() {
		assertThat(this.remote.joined("<", Flux.just("a", "", "b"), ">").join()).isEqualTo("<a,,b>");
	}

	@Test
	void rawItemsAreBytes() {
		Flux<byte[]> parts = Flux.range(0, 40).map((i) -> new byte[50_000]);
		assertThat(this.remote.length(parts).join()).isEqualTo(2_000_000);
	}

	@Test
	void bothWaysAtOnce() {
		Sinks.Many<String> said = Sinks.many().unicast().onBackpressureBuffer();
		StepVerifier.create(this.remote.echo(said.asFlux()))
			.then(() -> said.tryEmitNext("one").orThrow())
			.expectNext("one!")
			.then(() -> said.tryEmitNext("two").orThrow())
			.expectNext("two!")
			.then(() -> said.tryEmitComplete().orThrow())
			.expectComplete()
			.verify(GUARD);
	}

	@Test
	void theServerMaySpeakFirst() {
		Sinks.Many<String> said = Sinks.many().unicast().onBackpressureBuffer();
		StepVerifier.create(this.remote.greeted(said.asFlux()))
			.expectNext("welcome")
			.then(() -> said.tryEmitNext("me").orThrow())
			.expectNext("hello me")
			.thenCancel()
			.verify(GUARD);
	}

	@Test
	void cancellingTheAnswersCancelsTheItems() {
		AtomicBoolean cancelled = new AtomicBoolean();
		Flux<String> endless = Flux.<String>never().startWith("one").doOnCancel(() -> cancelled.set(true));
		StepVerifier.create(this.remote.echo(endless)).expectNext("one!").thenCancel().verify(GUARD);
		waitFor(cancelled::get);
		waitFor(() -> this.endpoint.connection().peer().inboundBytes() == 0);
	}

	@Test
	void aHandlerThatHasEnoughAnswersAndTheItemsStop() {
		AtomicBoolean cancelled = new AtomicBoolean();
		Flux<Integer> endless = Flux.generate((out) -> out.next(1));
		CompletableFuture<Integer> first = this.remote.first(endless.doOnCancel(() -> cancelled.set(true)));
		assertThat(first).succeedsWithin(GUARD).isEqualTo(1);
		waitFor(cancelled::get);
		assertThat(this.remote.sum(Flux.just(1, 2)).join()).isEqualTo(3);
	}

	@Test
	void aHandlerThatIsSlowHoldsTheItemsUp() {
		AtomicInteger produced = new AtomicInteger();
		Flux<byte[]> parts = Flux.range(0, 200)
			.map((i) -> new byte[20_000])
			.doOnNext((part) -> produced.incrementAndGet());
		CompletableFuture<Integer> length = this.remote.lengthSlowly(parts);
		waitFor(() -> this.sink.slow.get() != null && produced.get() > 0);
		if (this.mode == WireMode.EXT) {
			// The window of the stream, and what waits to be sent on it.
			waitFor(() -> stands(produced));
			assertThat(produced.get()).isLessThan(60);
		}
		waitFor(() -> this.sink.slow.get() != null);
		this.sink.slow.get().request(Long.MAX_VALUE);
		assertThat(length).succeedsWithin(GUARD).isEqualTo(4_000_000);
	}

	private static boolean stands(AtomicInteger produced) {
		int before = produced.get();
		for (int i = 0; i < 100_000; i++) {
			Thread.onSpinWait();
			if (produced.get() != before) {
				return false;
			}
		}
		return before > 5;
	}

	@Test
	void itemsThatFailFailTheCallHereAndCancelItThere() throws Exception {
		Sinks.Many<Integer> broken = Sinks.many().unicast().onBackpressureBuffer();
		CompletableFuture<Integer> sum = this.remote.sum(broken.asFlux());
		broken.tryEmitNext(1).orThrow();
		// Cancelled any earlier, the call would not begin.
		waitFor(() -> this.sink.taken.get() == 1);
		broken.tryEmitError(new IllegalStateException("no more")).orThrow();
		assertThat(failureOf(sum)).isInstanceOf(IllegalStateException.class).hasMessage("no more");
		waitFor(() -> this.sink.failure.get() instanceof CancellationException);
	}

	@Test
	void anItemThatIsNotWhatIsExpectedFailsTheCall() throws Exception {
		CompletableFuture<Integer> sum = this.client.server("sink", Wrong.class).sum(Flux.just("one"));
		assertThat(failureOf(sum)).isInstanceOf(RpcException.class).hasMessageContaining("sink.sum: an item:");
		assertThat(((RpcException) failureOf(sum)).status())
			.isEqualTo((this.mode == WireMode.EXT) ? Status.INVALID_ARGUMENT : Status.FAIL);
	}

	@Test
	void aHandlerThatNeverLooksAtTheItemsHoldsNothingUp() {
		for (int i = 0; i < 20; i++) {
			assertThat(this.remote.ignored(Flux.range(0, 300).map((each) -> "x".repeat(1000))).join()).isEqualTo(7);
		}
		waitFor(() -> this.endpoint.connection().peer().inboundBytes() == 0);
	}

	@Test
	void theInstanceOfAKeyTakesItems() {
		assertThat(this.client.server("jar", "left", Jar.class).fill(Flux.just("a", "b")).join()).isEqualTo("left ab");
	}

	@Test
	void contractsThatCannotTravelAreRefused() {
		assertThatExceptionOfType(IllegalArgumentException.class)
			.isThrownBy(() -> this.client.server("sink", Two.class))
			.withMessageContaining("a request has place for one stream");
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

	interface Sink {

		CompletableFuture<Integer> sum(Flux<Integer> numbers);

		CompletableFuture<String> joined(String before, Flux<String> texts, String after);

		CompletableFuture<Integer> length(Flux<byte[]> parts);

		CompletableFuture<Integer> lengthSlowly(Flux<byte[]> parts);

		CompletableFuture<Integer> first(Flux<Integer> numbers);

		CompletableFuture<Integer> ignored(Flux<String> texts);

		Flux<String> echo(Flux<String> texts);

		Flux<String> greeted(Flux<String> texts);

	}

	interface Wrong {

		CompletableFuture<Integer> sum(Flux<String> numbers);

	}

	interface Two {

		CompletableFuture<Integer> sum(Flux<String> some, Flux<String> others);

	}

	interface Jar {

		CompletableFuture<String> fill(Flux<String> things);

	}

	/** The same operations as the JDK's types carry them. */
	interface Local {

		@Call(concurrent = 8)
		CompletableFuture<Integer> sum(Flux<Integer> numbers);

		CompletableFuture<String> joined(String before, Flow.Publisher<String> texts, String after);

		CompletableFuture<Integer> length(Flux<byte[]> parts);

		@Call(concurrent = 8)
		CompletableFuture<Integer> lengthSlowly(Flux<byte[]> parts);

		CompletableFuture<Integer> first(Flux<Integer> numbers);

		int ignored(Flux<String> texts);

		Flow.Publisher<String> echo(Flux<String> texts);

		Flow.Publisher<String> greeted(Flux<String> texts);

	}

	static final class SinkServer implements Local {

		final AtomicReference<@Nullable BaseSubscriber<byte[]>> slow = new AtomicReference<>();

		final AtomicInteger taken = new AtomicInteger();

		final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

		@Override
		public CompletableFuture<Integer> sum(Flux<Integer> numbers) {
			return numbers.doOnNext((each) -> this.taken.incrementAndGet())
				.reduce(0, Integer::sum)
				.doOnError(this.failure::set)
				.toFuture();
		}

		@Override
		public CompletableFuture<String> joined(String before, Flow.Publisher<String> texts, String after) {
			return Flux.from(FlowAdapters.toPublisher(texts))
				.collectList()
				.map((list) -> before + String.join(",", list) + after)
				.toFuture();
		}

		@Override
		public CompletableFuture<Integer> length(Flux<byte[]> parts) {
			return parts.reduce(0, (sum, part) -> sum + part.length).toFuture();
		}

		@Override
		public CompletableFuture<Integer> lengthSlowly(Flux<byte[]> parts) {
			CompletableFuture<Integer> length = new CompletableFuture<>();
			AtomicInteger sum = new AtomicInteger();
			BaseSubscriber<byte[]> subscriber = new BaseSubscriber<>() {

				@Override
				protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
					subscription.request(1);
				}

				@Override
				protected void hookOnNext(byte[] part) {
					sum.addAndGet(part.length);
				}

				@Override
				protected void hookOnComplete() {
					length.complete(sum.get());
				}

			};
			parts.subscribe(subscriber);
			this.slow.set(subscriber);
			return length;
		}

		@Override
		public CompletableFuture<Integer> first(Flux<Integer> numbers) {
			return numbers.next().toFuture();
		}

		@Override
		public int ignored(Flux<String> texts) {
			return 7;
		}

		@Override
		public Flow.Publisher<String> echo(Flux<String> texts) {
			return FlowAdapters.toFlowPublisher(texts.map((text) -> text + "!"));
		}

		@Override
		public Flow.Publisher<String> greeted(Flux<String> texts) {
			return FlowAdapters.toFlowPublisher(texts.map((text) -> "hello " + text).startWith("welcome"));
		}

	}

	static final class JarServer implements Jar {

		@Override
		public CompletableFuture<String> fill(Flux<String> things) {
			String key = String.valueOf(io.genserver.GenServerContext.current().key());
			return things.collectList().map((list) -> key + " " + String.join("", List.copyOf(list))).toFuture();
		}

	}

}
