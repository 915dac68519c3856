package io.genserver.rpc.peer;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.genserver.BlockingCallException;
import io.genserver.CallInterruptedException;
import io.genserver.Cast;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.protocol.ProtocolLimits;
import io.genserver.protocol.WireMode;
import io.genserver.remote.RpcException;
import io.genserver.remote.RpcException.Status;
import io.genserver.rpc.codec.CodecException;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.runtime.ServerSettings;
import io.genserver.testsupport.BufferLeaks;
import io.genserver.testsupport.FutureMethods;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.Reachable;
import io.genserver.testsupport.RealThreads;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.NonBlocking;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

@ParameterizedClass
@EnumSource
@ExtendWith(BufferLeaks.class)
@RealThreads
class OutboundCallsTest {

	private static final long LONG = HangGuard.DURATION.toNanos();

	private static final long SHORT = Duration.ofMillis(30).toNanos();

	private final EchoServer echo = new EchoServer();

	private final TestServers servers = new TestServers().add("echo", this.echo)
		.add("brief", EchoServer.class, () -> this.echo, false,
				ServerSettings.DEFAULTS.withCallTimeout(Duration.ofMillis(100)))
		.start();

	private final WireMode mode;

	private PeerPair pair;

	OutboundCallsTest(WireMode mode) {
		this.mode = mode;
		this.pair = pair(ProtocolLimits.defaults());
	}

	/** What a peer can tell in ext mode, and what is left of it in base mode. */
	private Status told(Status ext, Status base) {
		return (this.mode == WireMode.EXT) ? ext : base;
	}

	private PeerPair pair(ProtocolLimits clientLimits) {
		return new PeerPair(this.mode, clientLimits, this.servers.context(ProtocolLimits.defaults()), 11);
	}

	@AfterEach
	void stop() {
		this.echo.gate.countDown();
		this.pair.close();
		this.servers.close();
	}

	@Test
	void aBlockingCallReturnsTheReply() {
		assertThat(call("echo.say", "\"hi\"")).isEqualTo("\"hi\"");
		assertThat(call("echo.say", "\"" + "x".repeat(300_000) + "\"")).hasSize(300_002);
	}

	@Test
	void manyThreadsShareAConnection() throws Exception {
		List<CompletableFuture<Void>> all = new ArrayList<>();
		for (int i = 0; i < 16; i++) {
			int thread = i;
			all.add(CompletableFuture.runAsync(() -> {
				for (int n = 0; n < 200; n++) {
					String text = "\"" + thread + " " + n + "\"";
					assertThat(call("echo.say", text)).isEqualTo(text);
				}
			}, (task) -> Thread.ofVirtual().start(task)));
		}
		CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	@Test
	void anAsynchronousCallCompletesOnAWorker() throws Exception {
		AtomicReference<String> decodedOn = new AtomicReference<>();
		CompletableFuture<String> reply = this.pair.calls()
			.callAsync(RemoteMethod.of("echo.say"), utf8("\"hi\""), LONG, (bytes) -> {
				decodedOn.set(Thread.currentThread().getName());
				return text(bytes);
			});
		assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("\"hi\"");
		assertThat(decodedOn.get()).isEqualTo("client worker");
	}

	@Test
	void aReplyThatCannotBeDecodedFailsTheFuture() {
		CompletableFuture<String> reply = this.pair.calls()
			.callAsync(RemoteMethod.of("echo.say"), utf8("\"hi\""), LONG, (bytes) -> {
				throw new CodecException("an int is expected");
			});
		assertThat(failure(reply, RpcException.class).status()).isEqualTo(Status.UNUSABLE_ANSWER);
	}

	@Test
	void anErrorOfThePeerIsTold() {
		RpcException fail = thrown(RpcException.class, "echo.fail", "");
		assertThat(fail).hasMessageMatching("Call of echo.fail failed: out of order \\(error id [0-9a-f]{8}\\)");
		assertThat(fail.status()).isEqualTo(told(Status.INTERNAL, Status.SYSTEM));
		assertThat(fail.notExecuted()).isFalse();
		assertThat(fail.getStackTrace())
			.anySatisfy((frame) -> assertThat(frame.getClassName()).isEqualTo(OutboundCallsTest.class.getName()));
		RpcException arguments = thrown(RpcException.class, "echo.say", "7, 8");
		assertThat(arguments.status()).isEqualTo(told(Status.INVALID_ARGUMENT, Status.FAIL));
		RpcException unknown = thrown(RpcException.class, "echo.sing", "");
		assertThat(unknown.status()).isEqualTo(Status.METHOD_NOT_FOUND);
		assertThat(unknown.notExecuted()).isTrue();
	}

	@Test
	void aCallWithoutAnswerEndsAtItsDeadlineAndIsCancelledThere() throws Exception {
		GenServerTimeoutException timeout = (GenServerTimeoutException) failureOf(() -> this.pair.calls()
			// Long enough to be sent on a busy machine.
			.call(RemoteMethod.of("echo.block"), utf8(""), TimeUnit.SECONDS.toNanos(1), OutboundCallsTest::text));
		assertThat(timeout.phase()).isEqualTo(Phase.RUNNING);
		assertThat(timeout.notExecuted()).isFalse();
		if (this.mode == WireMode.BASE) {
			assertThat(timeout).hasMessageContaining("timed out after 1000 ms; it was sent and may have been executed");
		}
		assertThat(this.echo.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void anAsynchronousCallEndsAtItsDeadlineWithTheNextTick() {
		CompletableFuture<String> reply = callAsync("echo.block", "", SHORT);
		waitFor(() -> {
			this.pair.await(this.pair.client.peer::tick);
			return reply.isDone();
		});
		failure(reply, GenServerTimeoutException.class);
	}

	@Test
	void aCallThatCouldNotBeSentInTimeWasNotExecuted() {
		this.pair.client.taking(false);
		this.pair.calls().cast(RemoteMethod.of("echo.note"), utf8("\"first\""), LONG);
		this.pair.settle();
		GenServerTimeoutException timeout = (GenServerTimeoutException) failureOf(() -> this.pair.calls()
			.call(RemoteMethod.of("echo.note"), utf8("\"late\""), SHORT, OutboundCallsTest::text));
		this.pair.client.taking(true);
		call("echo.say", "\"flush\"");
		assertThat(timeout.notExecuted()).isTrue();
		assertThat(timeout).hasMessageContaining("it was not sent");
		assertThat(this.echo.notes).containsExactly("first");
	}

	@Test
	void cancellingTheFutureCancelsTheCall() throws Exception {
		CompletableFuture<String> reply = callAsync("echo.block", "", LONG);
		waitFor(() -> this.echo.blocked.get() == 1);
		reply.cancel(true);
		assertThat(this.echo.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		assertThat(failure(reply, CancellationException.class)).isNotNull();
	}

	static Stream<String> ending() {
		return FutureMethods.ending().stream();
	}

	@ParameterizedTest
	@MethodSource("ending")
	@SuppressWarnings("unchecked")
	void S05_whatCompletesTheFutureCancelsTheCall(String method) throws Exception {
		CompletableFuture<String> reply = callAsync("echo.block", "", LONG);
		waitFor(() -> this.echo.blocked.get() == 1);
		FutureMethods.apply(method, (CompletableFuture<Object>) (CompletableFuture<?>) reply);
		waitFor(reply::isDone);
		Future.State state = reply.state();
		assertThat(this.echo.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		call("echo.say", "\"flush\"");
		assertThat(reply.state()).isEqualTo(state);
	}

	@Test
	@SuppressWarnings("unchecked")
	void S05_whatDoesNotCompleteTheFutureLeavesTheCallAlone() throws Exception {
		CompletableFuture<String> reply = callAsync("echo.block", "", LONG);
		waitFor(() -> this.echo.blocked.get() == 1);
		for (String method : FutureMethods.harmless()) {
			FutureMethods.apply(method, (CompletableFuture<Object>) (CompletableFuture<?>) reply);
			assertThat(reply).as(method).isNotDone();
		}
		this.echo.gate.countDown();
		assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isNotNull();
		assertThat(this.echo.cancelled.getCount()).isOne();
	}

	@Test
	void S09_aCastWaitsForRoomByTheClockOfItsConnection() throws Exception {
		AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
		this.pair.close();
		this.pair = new PeerPair(this.mode, ProtocolLimits.defaults().toBuilder().outboundSoftBytes(1_000).build(),
				this.servers.context(ProtocolLimits.defaults()), 11, clock::get);
		this.pair.client.taking(false);
		callAsync("echo.say", "\"" + "x".repeat(3_000) + "\"", LONG);
		this.pair.settle();
		callAsync("echo.say", "\"" + "x".repeat(3_000) + "\"", LONG);
		Thread sender = Thread.ofVirtual()
			.start(() -> this.pair.calls().cast(RemoteMethod.of("echo.note"), utf8("\"x\""), 1));
		waitFor(() -> sender.getState() == Thread.State.TIMED_WAITING || !sender.isAlive());
		// By the clock of the connection no time has passed.
		assertThat(sender.isAlive()).isTrue();
		clock.addAndGet(2);
		assertThat(sender.join(HangGuard.DURATION)).isTrue();
	}

	@Test
	void interruptingTheCallerCancelsTheCall() throws Exception {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		Thread caller = Thread.ofVirtual().start(() -> failure.set(failureOf(() -> call("echo.block", ""))));
		waitFor(() -> this.echo.blocked.get() == 1);
		caller.interrupt();
		caller.join();
		assertThat(failure.get()).isInstanceOf(CallInterruptedException.class);
		assertThat(((GenServerException) failure.get()).notExecuted()).isFalse();
		assertThat(this.echo.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void aLostConnectionFailsWhatIsPendingAtOnce() throws Exception {
		CompletableFuture<String> sent = callAsync("echo.block", "", LONG);
		waitFor(() -> this.echo.blocked.get() == 1);
		this.pair.client.taking(false);
		CompletableFuture<String> first = callAsync("echo.say", "\"ahead\"", LONG);
		// The message that was asked for already takes the first; the next has to wait.
		this.pair.settle();
		CompletableFuture<String> queued = callAsync("echo.say", "\"queued\"", LONG);
		AtomicReference<Throwable> blocking = new AtomicReference<>();
		Thread caller = Thread.ofVirtual().start(() -> blocking.set(failureOf(() -> call("echo.say", "\"x\""))));
		this.pair.disconnect("the network is down");
		caller.join(30_000);
		assertThat(failure(sent, GenServerUnavailableException.class))
			.hasMessage("Call of echo.block has no answer: the network is down; it may have been executed");
		assertThat(failure(queued, GenServerUnavailableException.class).notExecuted()).isTrue();
		assertThat(failure(first, GenServerUnavailableException.class)).isNotNull();
		assertThat(blocking.get()).isInstanceOf(GenServerUnavailableException.class);
		assertThat(this.echo.cancelled.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void nothingIsSentOnALostConnection() {
		this.pair.disconnect("the network is down");
		GenServerUnavailableException call = thrown(GenServerUnavailableException.class, "echo.say", "\"x\"");
		assertThat(call).hasMessage("Call of echo.say has no answer: the network is down; it was not sent");
		assertThat(call.notExecuted()).isTrue();
		assertThat(failureOf(() -> this.pair.calls().cast(RemoteMethod.of("echo.note"), utf8("\"x\""), LONG)))
			.isInstanceOf(GenServerUnavailableException.class);
		StepVerifier.create(stream("echo.count", "3"))
			.expectError(GenServerUnavailableException.class)
			.verify(HangGuard.DURATION);
	}

	@Test
	void aBlockingCallOnAnEventLoopFailsAtOnce() {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		CountDownLatch done = new CountDownLatch(1);
		Schedulers.parallel().schedule(() -> {
			failure.set(failureOf(() -> call("echo.say", "\"x\"")));
			done.countDown();
		});
		waitFor(() -> done.getCount() == 0);
		assertThat(failure.get()).isInstanceOf(BlockingCallException.class).hasMessageContaining("echo.say");
	}

	@Test
	void S08_soDoesTheWaitForAFutureWhoseCallGoesOn() throws Exception {
		CompletableFuture<String> reply = callAsync("echo.block", "", LONG);
		waitFor(() -> this.echo.blocked.get() == 1);
		List<Callable<?>> waits = List.of(reply::get, reply::join, () -> reply.get(1, TimeUnit.MINUTES),
				reply.thenApply((value) -> value)::join, reply.whenComplete((value, failure) -> {
				})::get);
		for (ThreadFactory threads : List.<ThreadFactory>of((task) -> new NonBlockingThread(task),
				new DefaultThreadFactory("netty"))) {
			for (Callable<?> wait : waits) {
				FutureTask<Throwable> failure = new FutureTask<>(() -> catchThrowable(wait::call));
				threads.newThread(failure).start();
				assertThat(failure.get(LONG, TimeUnit.NANOSECONDS))
					.isInstanceOfSatisfying(BlockingCallException.class,
							(blocking) -> assertThat(blocking.notExecuted()).isFalse())
					.hasMessageContaining("echo.block");
			}
		}
		assertThat(reply).isNotDone();
		this.echo.gate.countDown();
		reply.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		FutureTask<Object> done = new FutureTask<>(reply::join);
		new NonBlockingThread(done).start();
		done.get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	/** As those of Reactor's parallel scheduler. */
	private static final class NonBlockingThread extends Thread implements NonBlocking {

		NonBlockingThread(Runnable task) {
			super(task);
		}

	}

	@Test
	void requestsArriveInTheOrderTheyWereMade() {
		List<String> expected = new ArrayList<>();
		List<CompletableFuture<String>> replies = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			expected.add("call " + i);
			replies.add(callAsync("echo.note", "\"call " + i + "\"", LONG));
			expected.add("cast " + i);
			this.pair.calls().cast(RemoteMethod.of("echo.note"), utf8("\"cast " + i + "\""), LONG);
		}
		replies.forEach(CompletableFuture::join);
		call("echo.say", "\"x\"");
		assertThat(this.echo.notes).isEqualTo(expected);
	}

	@Test
	void callsBeyondThePlacesOfThePeerWaitAndKeepTheirOrder() {
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults().toBuilder().callsInFlight(2).build());
		List<CompletableFuture<String>> replies = new ArrayList<>();
		replies.add(callAsync("echo.block", "", LONG));
		List<String> expected = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			expected.add("call " + i);
			replies.add(callAsync("echo.note", "\"call " + i + "\"", LONG));
			expected.add("cast " + i);
			this.pair.calls().cast(RemoteMethod.of("echo.note"), utf8("\"cast " + i + "\""), LONG);
		}
		waitFor(() -> this.echo.blocked.get() == 1);
		this.pair.settle();
		AtomicInteger inFlight = new AtomicInteger();
		this.pair.await(() -> inFlight.set(this.pair.server.peer.callsInFlight()));
		assertThat(inFlight).hasValue(2);
		this.echo.gate.countDown();
		replies.forEach(CompletableFuture::join);
		call("echo.say", "\"x\"");
		assertThat(this.echo.notes).isEqualTo(expected);
	}

	@Test
	void aPlaceIsFreeAgainWhenItsCallIsGivenUp() {
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults().toBuilder().callsInFlight(1).build());
		CompletableFuture<String> blocked = callAsync("echo.block", "", LONG);
		CompletableFuture<String> cancelled = callAsync("echo.say", "\"cancelled\"", LONG);
		CompletableFuture<String> next = callAsync("echo.say", "\"next\"", LONG);
		waitFor(() -> this.echo.blocked.get() == 1);
		cancelled.cancel(true);
		blocked.cancel(true);
		assertThat(next.join()).isEqualTo("\"next\"");
	}

	@Test
	void tooManyWaitingCallsAreRefused() {
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults().toBuilder().callsInFlight(1).build());
		callAsync("echo.block", "", LONG);
		for (int i = 0; i < 1024; i++) {
			callAsync("echo.say", "\"x\"", LONG);
		}
		this.pair.settle();
		RpcException refused = thrown(RpcException.class, "echo.say", "\"x\"");
		assertThat(refused.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
		assertThat(refused.notExecuted()).isTrue();
	}

	@Test
	void howManyCallsMayWaitCanBeChosen() {
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults().toBuilder().callsInFlight(1).waitingCalls(2).build());
		callAsync("echo.block", "", LONG);
		List<CompletableFuture<String>> waiting = List.of(callAsync("echo.say", "\"x\"", LONG),
				callAsync("echo.say", "\"x\"", LONG));
		this.pair.settle();
		RpcException refused = thrown(RpcException.class, "echo.say", "\"x\"");
		assertThat(refused).hasMessageContaining("1 calls are open and 2 requests wait already");
		this.echo.gate.countDown();
		waiting.forEach((each) -> assertThat(each.join()).isEqualTo("\"x\""));
	}

	/** However long the call before them takes. */
	@Test
	void whatWasGivenUpWhileItWaitedWaitsNoMore() {
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults().toBuilder().callsInFlight(1).waitingCalls(2).build());
		callAsync("echo.block", "", LONG);
		String text = "\"" + "x".repeat(10_000) + "\"";
		List<CompletableFuture<String>> waiting = List.of(callAsync("echo.say", text, LONG),
				callAsync("echo.say", text, LONG));
		this.pair.settle();
		waiting.forEach((each) -> each.cancel(true));
		AtomicReference<String> path = new AtomicReference<>();
		this.pair.await(() -> {
			this.pair.client.peer.tick();
			path.set(
					Reachable.path(this.pair.calls(), (each) -> each instanceof byte[] bytes && bytes.length > 10_000));
		});
		assertThat(path).hasValue(null);
		CompletableFuture<String> next = callAsync("echo.say", "\"next\"", LONG);
		this.echo.gate.countDown();
		assertThat(next.join()).isEqualTo("\"next\"");
	}

	@Test
	void moreThanTheQueueHoldsIsRefused() {
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults()
			.toBuilder()
			.itemBytes(5_000)
			.outboundSoftBytes(1_000)
			.outboundHardBytes(10_000)
			.build());
		this.pair.client.taking(false);
		RpcException tooLong = thrown(RpcException.class, "echo.say", "\"" + "x".repeat(6_000) + "\"");
		assertThat(tooLong.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
		for (int i = 0; i < 4; i++) {
			callAsync("echo.say", "\"" + "x".repeat(3_000) + "\"", LONG);
			this.pair.settle();
		}
		RpcException refused = (RpcException) failureOf(() -> this.pair.calls()
			.cast(RemoteMethod.of("echo.note"), utf8("\"" + "x".repeat(4_000) + "\""), SHORT));
		assertThat(refused.status()).isEqualTo(Status.RESOURCE_EXHAUSTED);
		assertThat(this.pair.client.closed).isNull();
	}

	@Test
	void aStreamDeliversItsItemsInOrder() {
		StepVerifier.create(stream("echo.count", "5000").collectList())
			.assertNext((items) -> assertThat(items)
				.containsExactlyElementsOf(IntStream.range(0, 5000).mapToObj(String::valueOf).toList()))
			.expectComplete()
			.verify(HangGuard.DURATION);
	}

	@Test
	void aStreamHonoursTheDemandOfItsSubscriber() {
		StepVerifier.create(stream("echo.count", "10"), 0)
			.thenRequest(1)
			.expectNext("0")
			.thenRequest(2)
			.expectNext("1", "2")
			.then(this.pair::settle)
			.thenRequest(100)
			.expectNextCount(7)
			.expectComplete()
			.verify(HangGuard.DURATION);
	}

	@Test
	void aStreamThatFailsSaysWhy() {
		StepVerifier.create(stream("echo.watch", "7"))
			.expectErrorSatisfies((ex) -> assertThat(((RpcException) ex).status())
				.isEqualTo(told(Status.INVALID_ARGUMENT, Status.FAIL)))
			.verify(HangGuard.DURATION);
		StepVerifier.create(stream("echo.breakOff", "")).expectNext("1").expectErrorSatisfies((ex) -> {
			assertThat(((RpcException) ex).status()).isEqualTo(told(Status.INTERNAL, Status.SYSTEM));
			assertThat(ex).hasMessageMatching("Call of echo.breakOff failed: no more \\(error id [0-9a-f]{8}\\)");
		}).verify(HangGuard.DURATION);
	}

	@Test
	void anItemThatCannotBeDecodedBreaksTheStreamOff() {
		Flux<Object> broken = flux("echo.count", "100000", (bytes) -> {
			throw new CodecException("not a number");
		});
		StepVerifier.create(broken)
			.expectErrorSatisfies((ex) -> assertThat(((RpcException) ex).status()).isEqualTo(Status.UNUSABLE_ANSWER))
			.verify(HangGuard.DURATION);
		assertIdle();
	}

	@Test
	void cancellingAStreamCancelsItThere() {
		StepVerifier.create(stream("echo.watch", ""))
			.then(() -> waitFor(() -> this.echo.watched.currentSubscriberCount() == 1))
			.then(() -> this.echo.watched.tryEmitNext("one").orThrow())
			.expectNext("\"one\"")
			.thenCancel()
			.verify(HangGuard.DURATION);
		waitFor(() -> this.echo.watched.currentSubscriberCount() == 0);
		assertIdle();
	}

	@Test
	void aLostConnectionFailsItsStreams() {
		StepVerifier.create(stream("echo.watch", ""))
			.then(() -> waitFor(() -> this.echo.watched.currentSubscriberCount() == 1))
			.then(() -> this.pair.disconnect("the network is down"))
			.expectError(GenServerUnavailableException.class)
			.verify(HangGuard.DURATION);
	}

	@Test
	void aSubscriberThatDoesNotAskSlowsItsStreamDownInExtMode() {
		Assumptions.assumeTrue(this.mode == WireMode.EXT, "base mode has no credit");
		StepVerifier.create(stream("echo.count", "3000"), 0)
			.then(() -> waitFor(() -> this.pair.client.peer.inboundBytes() > 0))
			.then(() -> waitFor(this::hasStopped))
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(3000)
			.expectComplete()
			.verify(HangGuard.DURATION);
		assertThat(this.pair.client.pauses).isZero();
		assertIdle();
	}

	/** Whether the stream came to stand on items, far from any budget of bytes. */
	private boolean hasStopped() {
		long before = this.pair.client.peer.inboundBytes();
		this.pair.settle();
		return before > 0 && before < 100_000 && this.pair.client.peer.inboundBytes() == before;
	}

	@Test
	void aSubscriberThatDoesNotAskPausesReadingAtTheInboundBudgetInBaseMode() {
		Assumptions.assumeTrue(this.mode == WireMode.BASE, "in ext mode reading never pauses");
		this.pair.close();
		this.pair = pair(ProtocolLimits.defaults().toBuilder().itemBytes(1_000).inboundBudgetBytes(20_000).build());
		StepVerifier.create(stream("echo.count", "3000"), 0)
			.then(() -> waitFor(() -> this.pair.client.pauses == 1))
			.thenRequest(Long.MAX_VALUE)
			.expectNextCount(3000)
			.expectComplete()
			.verify(HangGuard.DURATION);
		assertIdle();
	}

	@Test
	void aCallInATurnHasNoMoreTimeThanTheTurn() {
		AtomicReference<Throwable> failure = new AtomicReference<>();
		this.echo.outward = () -> failure.set(failureOf(
				() -> this.pair.calls().call(RemoteMethod.of("echo.block"), utf8(""), LONG, OutboundCallsTest::text)));
		// It may have no time left before it has begun, on a busy machine.
		while (failure.get() == null) {
			// In ext mode the time of the turn is what its caller sent.
			CompletableFuture<String> call = callAsync("brief.nested", "",
					(this.mode == WireMode.EXT) ? TimeUnit.MILLISECONDS.toNanos(100) : LONG);
			waitFor(() -> failure.get() != null || call.isDone());
		}
		assertThat(failure.get()).isInstanceOf(GenServerTimeoutException.class);
	}

	private void assertIdle() {
		waitFor(() -> {
			AtomicInteger left = new AtomicInteger();
			this.pair.await(() -> left.set(this.pair.server.peer.callsInFlight()));
			return left.get() == 0 && this.pair.client.peer.inboundBytes() == 0;
		});
	}

	private String call(String wireName, String arguments) {
		return this.pair.calls().call(RemoteMethod.of(wireName), utf8(arguments), LONG, OutboundCallsTest::text);
	}

	private CompletableFuture<String> callAsync(String wireName, String arguments, long timeout) {
		return this.pair.calls()
			.callAsync(RemoteMethod.of(wireName), utf8(arguments), timeout, OutboundCallsTest::text);
	}

	private Flux<String> stream(String wireName, String arguments) {
		return flux(wireName, arguments, OutboundCallsTest::text);
	}

	private <T> Flux<T> flux(String wireName, String arguments, java.util.function.Function<byte[], T> decoder) {
		Flow.Publisher<T> publisher = (subscriber) -> {
			@SuppressWarnings("unchecked")
			Flow.Subscriber<Object> target = (Flow.Subscriber<Object>) (Flow.Subscriber<?>) subscriber;
			this.pair.calls().stream(RemoteMethod.of(wireName), utf8(arguments), decoder, target);
		};
		return Flux.from(FlowAdapters.toPublisher(publisher));
	}

	private <X extends Throwable> X thrown(Class<X> type, String wireName, String arguments) {
		return type.cast(failureOf(() -> call(wireName, arguments)));
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
		catch (CancellationException ex) {
			return type.cast(ex);
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
		throw new AssertionError("no failure");
	}

	private static void waitFor(BooleanSupplier condition) {
		long end = System.nanoTime() + LONG;
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("hang guard").isLessThan(end);
			Thread.onSpinWait();
		}
	}

	private static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	interface Echo {

		String say(String text);

		void note(String text);

		@Cast
		void put(String text);

		void fail();

		void block() throws InterruptedException;

		void nested();

		Flow.Publisher<Integer> count(int to);

		Flow.Publisher<String> watch();

		Flow.Publisher<Integer> breakOff();

	}

	static final class EchoServer implements Echo {

		final List<String> notes = Collections.synchronizedList(new ArrayList<>());

		final CountDownLatch gate = new CountDownLatch(1);

		final CountDownLatch cancelled = new CountDownLatch(1);

		final AtomicInteger blocked = new AtomicInteger();

		final Sinks.Many<String> watched = Sinks.many().multicast().onBackpressureBuffer(256, false);

		volatile Runnable outward = () -> {
		};

		@Override
		public String say(String text) {
			return text;
		}

		@Override
		public void note(String text) {
			this.notes.add(text);
		}

		@Override
		public void put(String text) {
			this.notes.add(text);
		}

		@Override
		public void fail() {
			throw new IllegalStateException("out of order");
		}

		@Override
		public void block() throws InterruptedException {
			this.blocked.incrementAndGet();
			while (!this.gate.await(1, TimeUnit.MILLISECONDS)) {
				if (GenServerContext.current().isCancelled()) {
					this.cancelled.countDown();
					return;
				}
			}
		}

		@Override
		public void nested() {
			this.outward.run();
		}

		@Override
		public Flow.Publisher<Integer> count(int to) {
			return FlowAdapters.toFlowPublisher(Flux.range(0, to));
		}

		@Override
		public Flow.Publisher<String> watch() {
			return FlowAdapters.toFlowPublisher(this.watched.asFlux());
		}

		@Override
		public Flow.Publisher<Integer> breakOff() {
			return FlowAdapters
				.toFlowPublisher(Flux.just(1).concatWith(Flux.error(new IllegalStateException("no more"))));
		}

	}

}
