package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.GenServerRef;
import io.genserver.MailboxFullException;
import io.genserver.runtime.cell.BlockingRule;
import io.genserver.runtime.cell.Turn;
import io.genserver.runtime.cell.TurnWaits;
import io.genserver.runtime.message.AsyncCall;
import io.genserver.runtime.message.ReplyWait;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Calls whose sender holds a future, and what depends on it.
 */
class AsyncCallTests {

	private static final int RACES = 30_000;

	/** The ways in which something can depend on a future. */
	enum Dependency {

		FUNCTION {
			@Override
			void add(CompletableFuture<?> future, Runnable dependent) {
				future.whenComplete((value, failure) -> dependent.run());
			}
		},

		ALL_OF {
			@Override
			void add(CompletableFuture<?> future, Runnable dependent) {
				CompletableFuture.allOf(future, CompletableFuture.completedFuture(1)).thenRun(dependent);
			}
		},

		ANY_OF {
			@Override
			void add(CompletableFuture<?> future, Runnable dependent) {
				CompletableFuture.anyOf(future, new CompletableFuture<>()).thenRun(dependent);
			}
		};

		abstract void add(CompletableFuture<?> future, Runnable dependent);

	}

	@ParameterizedTest
	@EnumSource(Dependency.class)
	void whatIsAttachedInTheVeryInstantOfTheReplyNeverRunsOnTheThreadThatAnswers(Dependency dependency)
			throws Exception {
		Tasks tasks = new Tasks();
		ReplyWait wait = new TurnWaits(tasks, new BlockingRule(() -> false, () -> true));
		AtomicReference<AsyncCall> current = new AtomicReference<>();
		Phaser phaser = new Phaser(2);
		Thread answering = Thread.ofPlatform().daemon().start(() -> {
			for (int i = 0; i < RACES; i++) {
				phaser.arriveAndAwaitAdvance();
				AsyncCall call = current.get();
				spin(i % 64);
				call.answer(null, "reply");
				phaser.arriveAndAwaitAdvance();
			}
		});
		int toldByTask = 0;
		for (int i = 0; i < RACES; i++) {
			AsyncCall call = new AsyncCall(TestOperation.call("race", (instance, payload) -> null), null,
					Thread.currentThread(), tasks, wait, 0, Long.MAX_VALUE);
			assertThat(call.start()).isTrue();
			current.set(call);
			Queue<Thread> told = new ConcurrentLinkedQueue<>();
			phaser.arriveAndAwaitAdvance();
			spin((i / 64) % 64);
			dependency.add(call.future(), () -> told.add(Thread.currentThread()));
			phaser.arriveAndAwaitAdvance();
			toldByTask += tasks.runAll();
			assertThat(told).containsExactly(Thread.currentThread()).doesNotContain(answering);
		}
		assertThat(toldByTask).as("dependents that were there first").isPositive().isLessThan(RACES);
		answering.join();
	}

	@Test
	void whatDependsOnAReplyRunsAfterItsTurnOrBesideIt() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			List<String> seen = new ArrayList<>();
			CompletableFuture<Integer> reply = server.callAsync((instance) -> 1);
			reply.thenRun(() -> seen.add((Turn.current() != null) ? "in a turn" : "outside"));
			CompletableFuture<Integer> late = server.withTimeout(Duration.ofMillis(1)).callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(5));
				return 1;
			});
			late.whenComplete((value, failure) -> seen.add((Turn.current() != null) ? "in a turn" : "outside"));
			scheduler.sleep(Duration.ofMillis(20));
			assertThat(seen).containsExactly("outside", "outside");
			engine.close();
		});
	}

	@Test
	void severalThreadsCanWaitForOneReply() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> reply = server.callAsync((instance) -> {
				gate.pass();
				return 1;
			});
			CompletableFuture<Integer> failing = server.callAsync((instance) -> {
				throw new IllegalStateException("broken");
			});
			List<CompletableFuture<Integer>> waiting = List.of(scheduler.spawn("getter", reply::get),
					scheduler.spawn("joiner", reply::join),
					scheduler.spawn("third", () -> reply.get(1, TimeUnit.DAYS)));
			CompletableFuture<Integer> failed = scheduler.spawn("failed", failing::get);
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> reply.get(1, TimeUnit.MILLISECONDS));
			gate.open();
			scheduler.finish();
			assertThat(waiting).allSatisfy((result) -> assertThat(result).isCompletedWithValue(1));
			assertThat(failed.exceptionNow()).isInstanceOf(ExecutionException.class)
				.hasCauseExactlyInstanceOf(IllegalStateException.class);
			engine.close();
		});
	}

	@Test
	void aReplyOrItsHolderEndsTheFutureAndNeverBoth() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> reply = server.callAsync((instance) -> 1);
			List<Object> ends = new ArrayList<>();
			reply.whenComplete((value, failure) -> ends.add((failure != null) ? failure : value));
			CompletableFuture<Boolean> completed = scheduler.spawn("holder", () -> reply.complete(2));
			CompletableFuture<Boolean> cancelled = scheduler.spawn("canceller", () -> reply.cancel(false));
			CompletableFuture<Boolean> failed = scheduler.spawn("timeout",
					() -> reply.completeExceptionally(new TimeoutException()));
			scheduler.finish();
			scheduler.settle();
			assertThat(ends).hasSize(1);
			if (completed.getNow(false)) {
				assertThat(reply).isCompletedWithValue(2);
			}
			else if (failed.getNow(false)) {
				assertThat(reply.exceptionNow()).isInstanceOf(TimeoutException.class);
			}
			else if (cancelled.getNow(false)) {
				assertThat(reply).isCancelled();
			}
			else {
				assertThat(reply).isCompletedWithValue(1);
			}
			engine.close();
		});
	}

	@Test
	void whoeverCompletesTheFutureCancelsTheCall() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			List<String> handled = new ArrayList<>();
			CompletableFuture<Integer> reply = server.callAsync((instance) -> {
				handled.add("call");
				return 1;
			});
			assertThat(reply.complete(5)).isTrue();
			assertThat(engine.cell("server").mailbox().size()).isZero();
			gate.open();
			scheduler.settle();
			assertThat(reply).isCompletedWithValue(5);
			assertThat(handled).isEmpty();
			engine.close();
		});
	}

	@Test
	void aRefusedCallReturnsAFutureThatHasFailedAlready() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			server.cast(Object::hashCode);
			server.cast(Object::hashCode);
			assertThat(server.callAsync(Object::hashCode).exceptionNow()).isInstanceOf(MailboxFullException.class);
			gate.open();
			engine.close();
			assertThat(server.callAsync(Object::hashCode)).isCompletedExceptionally();
		});
	}

	@Test
	void aCancelledCallLooksLikeAnyCancelledFuture() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> reply = server.callAsync((instance) -> {
				scheduler.sleep(Duration.ofSeconds(1));
				return 1;
			});
			scheduler.settle();
			assertThat(reply.cancel(true)).isTrue();
			assertThat(reply.cancel(true)).isTrue();
			assertThat(reply).isCancelled();
			assertThatExceptionOfType(CancellationException.class).isThrownBy(reply::get);
			assertThatExceptionOfType(CancellationException.class).isThrownBy(reply::join);
			engine.close();
		});
	}

	private static void spin(int times) {
		for (int i = 0; i < times; i++) {
			Thread.onSpinWait();
		}
	}

	/** Keeps tasks until somebody runs them. */
	private static final class Tasks implements Scheduler {

		private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

		int runAll() {
			int count = 0;
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				task.run();
				count++;
			}
			return count;
		}

		@Override
		public void execute(Runnable task) {
			this.tasks.add(task);
		}

		@Override
		public void wake(Waiter waiter) {
		}

		@Override
		public long nanoTime() {
			return 0;
		}

		@Override
		public long coarseTime() {
			return 0;
		}

		@Override
		public double random() {
			return 0;
		}

		@Override
		public boolean await(Waiter waiter, long deadline) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void track(Expiring expiring) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void observe(Crowded crowded) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void close(long timeout, TimeUnit unit) {
		}

	}

}
