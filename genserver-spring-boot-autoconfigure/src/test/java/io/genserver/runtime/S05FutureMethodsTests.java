package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.runtime.message.MessageContents;
import io.genserver.runtime.message.ReplyFuture;
import io.genserver.testsupport.FutureMethods;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The future of a call is an ordinary future to its owner, whatever is called on it. On
 * real threads, since some methods of the JDK's class use threads of the JDK.
 */
class S05FutureMethodsTests {

	static Stream<String> ending() {
		return FutureMethods.ending().stream();
	}

	static Stream<String> harmless() {
		return FutureMethods.harmless().stream();
	}

	@Test
	@RealThreads
	void everyMethodOfThisJdkIsKnownToEndACallOrNot() {
		assertThat(FutureMethods.unknown()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("ending")
	@RealThreads
	void S05_whatCompletesTheFutureOfACallThatRunsEndsTheCallAndTheReplyIsDroppedAndCounted(String method)
			throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Boolean> seen = new CompletableFuture<>();
			CompletableFuture<Void> started = new CompletableFuture<>();
			CompletableFuture<Void> ended = new CompletableFuture<>();
			CompletableFuture<Object> call = server.callAsync((instance) -> {
				started.complete(null);
				ended.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				seen.complete(GenServerContext.current().isCancelled());
				return "late";
			});
			started.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			FutureMethods.apply(method, call);
			String outcome = outcome(call);
			ended.complete(null);
			assertThat(seen.get(HangGuard.SECONDS, TimeUnit.SECONDS)).as("cancelled").isTrue();
			server.call(Object::hashCode);
			assertThat(outcome(call)).isEqualTo(outcome).doesNotContain("late");
			assertThat(engine.cell("server").statistics().lateCount()).isOne();
		}
	}

	@ParameterizedTest
	@MethodSource("ending")
	@RealThreads
	void S05_oneThatIsQueuedNeverStarts(String method) throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Void> release = new CompletableFuture<>();
			List<String> ran = new ArrayList<>();
			server.cast((instance) -> release.get(HangGuard.SECONDS, TimeUnit.SECONDS));
			CompletableFuture<Object> call = server.callAsync((instance) -> ran.add("given up"));
			FutureMethods.apply(method, call);
			outcome(call);
			release.complete(null);
			assertThat(server.<List<String>, RuntimeException>call((instance) -> List.copyOf(ran))).isEmpty();
		}
	}

	@ParameterizedTest
	@MethodSource("harmless")
	@RealThreads
	void S05_whatDoesNotCompleteItLeavesTheCallAlone(String method) throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Void> release = new CompletableFuture<>();
			CompletableFuture<Object> call = server.callAsync((instance) -> {
				release.get(HangGuard.SECONDS, TimeUnit.SECONDS);
				return !GenServerContext.current().isCancelled();
			});
			FutureMethods.apply(method, call);
			assertThat(call).isNotDone();
			release.complete(null);
			assertThat(call.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(true);
			assertThat(call.resultNow()).isEqualTo(true);
		}
	}

	@Test
	@RealThreads
	void S05_whatIsObtrudedWinsOverAReplyThatIsThere() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Object> call = server.callAsync((instance) -> "reply");
			assertThat(call.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo("reply");
			call.obtrudeValue("mine");
			assertThat(call.join()).isEqualTo("mine");
			call.obtrudeException(new IllegalStateException("mine"));
			assertThat(call.exceptionNow()).hasMessage("mine");
		}
	}

	@Test
	void S05_whatIsObtrudedWinsOverAReplyThatComesAtTheSameMoment() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Object> call = server.callAsync((instance) -> "reply");
			scheduler.letOthersRun();
			call.obtrudeValue("mine");
			scheduler.settle();
			assertThat(call).isCompletedWithValue("mine");
			engine.close();
		});
	}

	@Test
	void S05_threadsThatWaitForAWhileAgainAndAgainLeaveNothing() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Object> call = server.callAsync((instance) -> {
				gate.pass();
				return "reply";
			});
			CompletableFuture<Object> first = scheduler.spawn("first", call::join);
			scheduler.settle();
			CompletableFuture<Object> second = scheduler.spawn("second", () -> {
				for (int i = 0; i < 10; i++) {
					try {
						call.get(1, TimeUnit.MILLISECONDS);
					}
					catch (TimeoutException ex) {
						// As expected.
					}
				}
				return null;
			});
			scheduler.sleep(Duration.ofMillis(100));
			assertThat(second).isCompleted();
			assertThat(call.getNumberOfDependents()).isZero();
			assertThat(MessageContents.waitingToo((ReplyFuture) (CompletableFuture<?>) call)).isZero();
			CompletableFuture<Object> third = scheduler.spawn("third", call::get);
			scheduler.settle();
			gate.open();
			scheduler.settle();
			assertThat(List.of(first, third)).allSatisfy((each) -> assertThat(each).isCompletedWithValue("reply"));
			engine.close();
		});
	}

	/** Wait for the end, and describe it. */
	private static String outcome(CompletableFuture<Object> call) throws Exception {
		try {
			return "value " + call.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		catch (ExecutionException | CancellationException ex) {
			return "failure " + ((ex.getCause() != null) ? ex.getCause() : ex);
		}
	}

}
