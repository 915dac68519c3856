package io.genserver.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Cycles that are closed by waits the engine does not see: the deadlines of the calls end
 * them, and the server goes on.
 */
@RealThreads
class S11UnseenWaitTests {

	private static final Duration SHORT = Duration.ofMillis(20);

	/** Ways to wait past the future of the call. */
	private static final List<Function<CompletableFuture<?>, Callable<?>>> WAYS = List.of(
			(reply) -> () -> CompletableFuture.allOf(reply).join(),
			(reply) -> () -> CompletableFuture.anyOf(reply, new CompletableFuture<>()).get(),
			(reply) -> () -> CompletableFuture.allOf(reply, CompletableFuture.completedFuture(1))
				.get(HangGuard.SECONDS, TimeUnit.SECONDS),
			(reply) -> () -> new CompletableFuture<Object>().completeOnTimeout(1, 1, TimeUnit.MILLISECONDS)
				.thenCombine(reply, (first, second) -> first)
				.join(),
			(reply) -> () -> CompletableFuture.completedFuture(1).thenCompose((first) -> reply).join(),
			(reply) -> () -> {
				CountDownLatch latch = new CountDownLatch(1);
				reply.whenComplete((value, failure) -> latch.countDown());
				latch.await();
				return reply.join();
			}, (reply) -> () -> new CompletableFuture<>().completeAsync(reply::join).join());

	@Test
	void S11_theDeadlineOfTheCallEndsAWaitThatIsNotSeen() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			engine.add("server", ServerSettings.DEFAULTS.withCallTimeout(SHORT), Object::new);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server");
			for (Function<CompletableFuture<?>, Callable<?>> way : WAYS) {
				assertThat(failureInCall(server, way).get(HangGuard.SECONDS, TimeUnit.SECONDS))
					.hasRootCauseInstanceOf(GenServerTimeoutException.class);
				CompletableFuture<Throwable> ofCast = new CompletableFuture<>();
				server.cast(
						(instance) -> ofCast.complete(catchThrowable(way.apply(server.callAsync((again) -> 1))::call)));
				assertThat(ofCast.get(HangGuard.SECONDS, TimeUnit.SECONDS))
					.hasRootCauseInstanceOf(GenServerTimeoutException.class);
				assertThat(server.withTimeout(HangGuard.DURATION).<Integer, RuntimeException>call((instance) -> 2))
					.isEqualTo(2);
			}
		}
	}

	/** What a wait throws in a call, which may be past its deadline before it begins. */
	private static CompletableFuture<Throwable> failureInCall(GenServerRef<Object> server,
			Function<CompletableFuture<?>, Callable<?>> way) throws Exception {
		CompletableFuture<Throwable> failure = new CompletableFuture<>();
		AtomicBoolean begun = new AtomicBoolean();
		while (!begun.get()) {
			CompletableFuture<Boolean> call = server.callAsync((instance) -> {
				begun.set(true);
				return failure.complete(catchThrowable(way.apply(server.callAsync((again) -> 1))::call));
			});
			call.handle((done, thrown) -> done).get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		return failure;
	}

}
