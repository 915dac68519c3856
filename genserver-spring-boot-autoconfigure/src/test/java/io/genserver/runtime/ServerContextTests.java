package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.DeadLetter;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimer;
import io.genserver.GenServerUnavailableException;
import io.genserver.Overflow;
import io.genserver.Reply;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What a server can do with its context, and what a full mailbox may drop.
 */
class ServerContextTests {

	@Test
	void ticksDoNotPileUpWhileTheServerIsBusyAndAreNotMadeUpFor() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger ticks = new AtomicInteger();
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.call(
					(state) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(10), ticks::incrementAndGet));
			scheduler.sleep(Duration.ofMillis(55));
			assertThat(ticks.get()).isBetween(4, 5);
			int before = ticks.get();
			server.cast((state) -> scheduler.sleep(Duration.ofMillis(500)));
			scheduler.sleep(Duration.ofMillis(503));
			assertThat(ticks.get() - before).isLessThanOrEqualTo(2);
			engine.close();
		});
	}

	@Test
	void aTimerThatIsCancelledDoesNotTickAndNoTimerTicksAfterAStop() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger ticks = new AtomicInteger();
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			GenServerTimer once = server
				.call((state) -> GenServerContext.current().schedule(Duration.ofMillis(5), ticks::incrementAndGet));
			assertThat(once.cancel()).isTrue();
			assertThat(once.cancel()).isFalse();
			server.call(
					(state) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(5), ticks::incrementAndGet));
			engine.stop("server");
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(ticks).hasValue(0);
			engine.close();
		});
	}

	@Test
	void aContinuationComesBeforeAnyOtherMessage() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> order = new ArrayList<>();
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			Gate gate = new Gate(scheduler, "handler");
			server.cast((state) -> {
				gate.pass();
				GenServerContext.current().continueWith(() -> order.add("continuation"));
				order.add("message");
			});
			server.cast((state) -> order.add("next"));
			gate.open();
			scheduler.finish();
			assertThat(order).containsExactly("message", "continuation", "next");
			engine.close();
		});
	}

	@Test
	void aDeferredReplyCompletesTheCallerOnceWhileTheServerGoesOn() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicReference<Reply<String>> reply = new AtomicReference<>();
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<String> call = server.callAsync((state) -> {
				reply.set(GenServerContext.current().deferReply());
				return "ignored";
			});
			assertThat(server.<Integer, RuntimeException>call((state) -> 1)).isEqualTo(1);
			scheduler.settle();
			assertThat(call).isNotDone();
			scheduler.spawn("a", () -> reply.get().complete("a"));
			scheduler.spawn("b", () -> reply.get().complete("b"));
			scheduler.finish();
			assertThat(call.resultNow()).isIn("a", "b");
			assertThat(reply.get().complete("c")).isFalse();
			engine.close();
		});
	}

	@Test
	void aDeferredReplyFailsAtTheDeadlineAtARestartAndAtAStop() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<String> late = server.withTimeout(Duration.ofMillis(10))
				.callAsync((state) -> GenServerContext.current().<String>deferReply().toString());
			scheduler.sleep(Duration.ofMillis(50));
			assertThat(late.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			CompletableFuture<String> restarted = server
				.callAsync((state) -> GenServerContext.current().<String>deferReply().toString());
			scheduler.settle();
			engine.runtime.server("server").instances().restart(null);
			scheduler.settle();
			assertThat(restarted.exceptionNow()).isInstanceOf(GenServerUnavailableException.class)
				.hasMessageContaining("restarted");
			CompletableFuture<String> stopped = server
				.callAsync((state) -> GenServerContext.current().<String>deferReply().toString());
			scheduler.settle();
			engine.stop("server");
			scheduler.finish();
			assertThat(stopped.exceptionNow()).hasMessageContaining("stopped");
			engine.close();
		});
	}

	@Test
	void aReplyCannotBeDeferredWhereThereIsNone() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Throwable> failure = new CompletableFuture<>();
			server.cast((state) -> {
				try {
					GenServerContext.current().deferReply();
				}
				catch (IllegalStateException ex) {
					failure.complete(ex);
				}
			});
			scheduler.finish();
			assertThat(failure.resultNow()).hasMessageContaining("while server server handles a call");
			assertThatIllegalStateException().isThrownBy(GenServerContext::current);
			engine.close();
		});
	}

	@Test
	void aConcurrentOperationOverlapsUpToItsNumberAndTheNextMessageWaits() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger now = new AtomicInteger();
			AtomicInteger most = new AtomicInteger();
			Operation overlapping = new TwoAtOnce(() -> {
				most.accumulateAndGet(now.incrementAndGet(), Math::max);
				scheduler.letOthersRun();
				now.decrementAndGet();
			});
			Server server = engine.add("server", ServerSettings.DEFAULTS, Object::new, overlapping);
			engine.runtime.start();
			List<CompletableFuture<?>> calls = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				calls.add(server.callAsync(null, overlapping, null, 0, false));
			}
			CompletableFuture<Integer> after = engine.<Object>ref("server").callAsync((state) -> 1);
			scheduler.finish();
			assertThat(calls).allSatisfy((call) -> assertThat(call).isCompleted());
			assertThat(after).isCompletedWithValue(1);
			assertThat(most.get()).isBetween(1, 2);
			CompletableFuture<?> last = server.callAsync(null, overlapping, null, 0, false);
			CompletableFuture<?> stopped = engine.stop("server");
			scheduler.finish();
			assertThat(stopped).isCompleted();
			assertThat(last).isDone();
			engine.close();
		});
	}

	@Test
	void aFullMailboxDropsTheOldestCastOrTheNewestAndNeverACall() {
		Seeds.each(50, (scheduler) -> {
			for (Overflow overflow : List.of(Overflow.DROP_OLDEST, Overflow.DROP_NEWEST)) {
				Engine engine = new Engine(scheduler);
				List<Integer> seen = new ArrayList<>();
				GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS.withMailbox(3, overflow),
						Object::new);
				Gate gate = new Gate(scheduler, "handler");
				server.cast((state) -> gate.pass());
				scheduler.settle();
				CompletableFuture<Boolean> call = server.callAsync((state) -> seen.add(-1));
				for (int i = 0; i < 6; i++) {
					int number = i;
					server.cast((state) -> seen.add(number));
				}
				gate.open();
				scheduler.finish();
				assertThat(call).isCompletedWithValue(true);
				if (overflow == Overflow.DROP_OLDEST) {
					assertThat(seen).containsExactly(-1, 4, 5);
					assertThat(engine.deadLetters).extracting(DeadLetter::reason)
						.containsOnly(DeadLetter.Reason.DISPLACED);
				}
				else {
					assertThat(seen).containsExactly(-1, 0, 1);
					assertThat(engine.deadLetters).extracting(DeadLetter::reason)
						.containsOnly(DeadLetter.Reason.MAILBOX_FULL);
				}
				assertThat(engine.deadLetters).hasSize(4);
				engine.close();
			}
		});
	}

	/** An operation of which two invocations may run at once. */
	private static final class TwoAtOnce extends Operation {

		private final Runnable body;

		TwoAtOnce(Runnable body) {
			super("overlapping", Kind.CALL, 0, false, false);
			this.body = body;
		}

		@Override
		public Object invoke(Object instance, Object payload, Invocation invocation) {
			this.body.run();
			return "done";
		}

		@Override
		public int concurrency() {
			return 2;
		}

	}

}
