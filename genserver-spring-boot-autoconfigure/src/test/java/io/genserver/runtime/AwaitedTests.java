package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.runtime.cell.Awaited;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.CastMessage;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server waits for the future its handler returned.
 */
class AwaitedTests {

	private static Engine engine(SeededScheduler scheduler) {
		Engine engine = new Engine(scheduler);
		engine.add("server", ServerSettings.DEFAULTS, Object::new);
		engine.runtime.start();
		return engine;
	}

	private static CompletableFuture<Object> call(Engine engine, CompletionStage<?> stage) {
		return engine.runtime.server("server")
			.callAsync(null, TestOperation.call("stage", (instance, payload) -> stage), null, 0, false);
	}

	@Test
	void oneThatIsCompleteAlreadyIsDeliveredInTheSameTurn() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			CompletableFuture<Object> reply = call(engine, CompletableFuture.completedFuture("there"));
			CompletableFuture<Object> nothing = call(engine, CompletableFuture.completedFuture(null));
			scheduler.settle();
			assertThat(reply).isCompletedWithValue("there");
			assertThat(nothing).isCompletedWithValue(null);
			engine.close();
		});
	}

	@Test
	void theCompletionMeetsTheTurnThatParksAtAnyMoment() {
		Seeds.each(500, (scheduler) -> {
			Engine engine = engine(scheduler);
			List<CompletableFuture<Object>> sources = new ArrayList<>();
			List<CompletableFuture<Object>> replies = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				CompletableFuture<Object> source = new CompletableFuture<>();
				sources.add(source);
				replies.add(call(engine, source));
			}
			scheduler.spawn("completer", () -> {
				for (int i = 0; i < 5; i++) {
					sources.get(i).complete(i);
					scheduler.letOthersRun();
				}
				return null;
			});
			scheduler.finish();
			for (int i = 0; i < 5; i++) {
				assertThat(replies.get(i)).isCompletedWithValue(i);
			}
			engine.close();
		});
	}

	@Test
	@RealThreads
	void itMeetsItOnRealThreadsToo() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			for (int i = 0; i < 5_000; i++) {
				int number = i;
				CompletableFuture<Object> source = new CompletableFuture<>();
				CompletableFuture<Object> reply = engine.runtime.server("server")
					.callAsync(null, TestOperation.call("stage", (instance, payload) -> {
						CompletableFuture<Object> racing = source.thenApply((value) -> value);
						Thread.ofVirtual().start(() -> source.complete(number));
						return racing;
					}), null, 0, false);
				assertThat(reply.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(number);
			}
		}
	}

	@Test
	@RealThreads
	void S01_aCompletionDoesNotMeetATurnThatBrokeOff() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			ServerCell cell = engine.cell("server");
			Operation operation = TestOperation.cast("cast", (instance, payload) -> null);
			AtomicReference<Awaited> next = new AtomicReference<>();
			AtomicInteger completed = new AtomicInteger();
			int rounds = 20_000;
			Thread completer = Thread.ofPlatform().start(() -> {
				Awaited last = null;
				for (int i = 0; i < rounds; i++) {
					Awaited pending = next.get();
					while (pending == last) {
						Thread.onSpinWait();
						pending = next.get();
					}
					last = pending;
					pending.accept(null, null);
					completed.incrementAndGet();
				}
			});
			for (int i = 0; i < rounds; i++) {
				Awaited pending = CellInternals.awaited(cell, new CastMessage(operation, null, this),
						new CompletableFuture<>(), Long.MAX_VALUE);
				next.set(pending);
				for (int spins = i % 64; spins > 0; spins--) {
					Thread.onSpinWait();
				}
				CellInternals.abandon(pending);
				while (completed.get() <= i) {
					Thread.onSpinWait();
				}
			}
			completer.join();
			engine.runtime.shutdown();
			assertThat(cell.statistics().processedCount()).as("turns that went on").isZero();
		}
	}

	@Test
	void itsContextIsThatOfTheMessageAndTheNextMessageHasItsOwn() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			CompletableFuture<Object> source = new CompletableFuture<>();
			GenServerContext[] context = new GenServerContext[1];
			CompletableFuture<Object> reply = engine.runtime.server("server")
				.callAsync(null, TestOperation.call("stage", (instance, payload) -> {
					context[0] = GenServerContext.current();
					return source;
				}), null, 0, false);
			scheduler.settle();
			assertThat(context[0].isCancelled()).isFalse();
			assertThat(context[0].remaining()).isNotNull();
			reply.cancel(false);
			assertThat(context[0].isCancelled()).isTrue();
			assertThat(engine.<Object>ref("server")
				.<Boolean, RuntimeException>call((instance) -> GenServerContext.current().isCancelled())).isFalse();
			source.complete("late");
			scheduler.settle();
			assertThat(engine.lateReplies).hasValue(1);
			assertThat(engine.<Object>ref("server")
				.<Boolean, RuntimeException>call((instance) -> GenServerContext.current().isCancelled())).isFalse();
			engine.close();
		});
	}

	@Test
	void aFunctionSentThroughARefGetsItsFutureBackCompleted() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = engine(scheduler);
			CompletableFuture<String> source = new CompletableFuture<>();
			GenServerRef<Object> server = engine.ref("server");
			CompletableFuture<CompletableFuture<String>> reply = server.callAsync((instance) -> source);
			scheduler.settle();
			assertThat(reply).isNotDone();
			source.complete("value");
			scheduler.settle();
			assertThat(reply.join()).isSameAs(source);
			engine.close();
		});
	}

	@Test
	void aServerThatIsStoppedWhileItWaitsEndsWithTheCompletion() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = engine(scheduler);
			CompletableFuture<Object> source = new CompletableFuture<>();
			CompletableFuture<Object> reply = call(engine, source);
			scheduler.settle();
			CompletableFuture<?> stopped = engine.stop("server");
			scheduler.settle();
			assertThat(stopped).isNotDone();
			source.complete("last words");
			scheduler.settle();
			assertThat(reply).isCompletedWithValue("last words");
			assertThat(stopped).isCompleted();
			engine.close();
		});
	}

}
