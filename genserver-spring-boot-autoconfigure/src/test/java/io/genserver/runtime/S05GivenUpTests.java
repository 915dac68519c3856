package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.genserver.CallInterruptedException;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.Overflow;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.mailbox.MailboxContents;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.ReplyFuture;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.Reachable;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A message nobody waits for any more never starts, and lets go of everything at once.
 */
class S05GivenUpTests {

	private static final TestOperation NOTHING = TestOperation.call("nothing", (instance, payload) -> null);

	/** A server with capacity 2 that is held up in a handler. */
	private static Gate hold(Engine engine) {
		engine.add("held", Engine.SMALL, Object::new);
		engine.runtime.start();
		return hold(engine, "held");
	}

	private static Gate hold(Engine engine, String name) {
		Gate gate = new Gate(engine.scheduler, "handler");
		engine.ref(name).cast((instance) -> gate.pass());
		((SeededScheduler) engine.scheduler).settle();
		assertThat(gate.isReached()).isTrue();
		return gate;
	}

	@Test
	void S05_aMessageCancelledWhileQueuedNeverStartsLetsItsPayloadGoAndFreesItsPlaceAtOnce() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = hold(engine);
			Server server = engine.runtime.server("held");
			TestOperation operation = TestOperation.call("never", (instance, payload) -> {
				throw new AssertionError("started");
			});
			CompletableFuture<Object> first = server.callAsync(null, operation, "payload", 0, false);
			CompletableFuture<Object> second = server.callAsync(null, operation, "payload", 0, false);
			assertThat(engine.ref("held").tryCast(Object::hashCode)).isFalse();
			assertThat(first.cancel(true)).isTrue();
			assertThat(operation.discarded).hasValue(1);
			assertThat(server.mailboxDepth()).isOne();
			assertThat(engine.ref("held").tryCast(Object::hashCode)).isTrue();
			assertThat(engine.ref("held").tryCast(Object::hashCode)).isFalse();
			assertThat(second.cancel(true)).isTrue();
			assertThat(operation.discarded).hasValue(2);
			gate.open();
			engine.close();
			assertThat(operation.discarded).hasValue(2);
			assertThat(engine.cell("held").statistics().failedCount()).isZero();
		});
	}

	@Test
	void S05_aMessageWhoseDeadlinePassedWhileQueuedNeverStartsEvenIfNobodyNoticedTheDeadlineYet() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = hold(engine);
			TestOperation operation = TestOperation.call("never", (instance, payload) -> {
				throw new AssertionError("started");
			});
			CompletableFuture<Object> call = engine.runtime.server("held")
				.callAsync(null, operation, "payload", Duration.ofMillis(10).toNanos(), false);
			gate.open();
			scheduler.advance(Duration.ofMillis(10));
			boolean queued = ((ReplyFuture) call).call().slot() == Message.QUEUED;
			scheduler.sleep(Duration.ofMillis(3));
			if (queued) {
				assertThat(call.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
				assertThat(operation.discarded).hasValue(1);
			}
			engine.close();
		});
	}

	@Test
	void S05_anExpiredMessageFreesItsPlaceWithoutItsServersHelp() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = hold(engine);
			TestOperation operation = TestOperation.call("never", (instance, payload) -> {
				throw new AssertionError("started");
			});
			Server server = engine.runtime.server("held");
			CompletableFuture<Object> call = server.callAsync(null, operation, "payload",
					Duration.ofMillis(10).toNanos(), false);
			engine.ref("held").cast(Object::hashCode);
			assertThat(engine.ref("held").tryCast(Object::hashCode)).isFalse();
			scheduler.advance(Duration.ofMillis(12));
			scheduler.settle();
			assertThat(call.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			assertThat(operation.discarded).hasValue(1);
			assertThat(server.mailboxDepth()).isOne();
			assertThat(engine.ref("held").tryCast(Object::hashCode)).isTrue();
			gate.open();
			engine.close();
		});
	}

	@Test
	@RealThreads
	void S05_aGivenUpMessageHoldsItsPayloadNoLongerThoughItIsStillLinked() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			CountDownLatch release = new CountDownLatch(1);
			GenServerRef<Object> server = engine.start("held", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> release.await());
			Operation operation = new Operation("big", Operation.Kind.CALL, 0, false, false) {

				@Override
				public Object invoke(Object instance, Object payload, Invocation invocation) {
					throw new AssertionError("started");
				}

			};
			byte[] payload = new byte[16];
			CompletableFuture<Object> call = engine.runtime.server("held")
				.callAsync(null, operation, payload, 0, false);
			server.cast(Object::hashCode);
			assertThat(Reachable.contains(engine.runtime, payload)).isTrue();
			call.cancel(false);
			assertThat(Reachable.contains(engine.runtime, payload)).isFalse();
			assertThat(Reachable.contains(call, payload)).isFalse();
			assertThat(MailboxContents.emptyEntries(engine.cell("held").mailbox())).isOne();
			release.countDown();
		}
	}

	@Test
	void S05_atMostCapacityEmptyEntriesWaitToBeSwept() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			int capacity = 1 + scheduler.choices().nextInt(8);
			engine.add("held", ServerSettings.DEFAULTS.withMailbox(capacity, Overflow.REJECT), Object::new);
			engine.runtime.start();
			Gate gate = hold(engine, "held");
			Server server = engine.runtime.server("held");
			Mailbox<Message> mailbox = engine.cell("held").mailbox();
			List<CompletableFuture<?>> calls = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				if (scheduler.choices().nextBoolean()) {
					calls.add(server.callAsync(null, NOTHING, null, 0, false));
				}
				else if (!calls.isEmpty()) {
					calls.remove(scheduler.choices().nextInt(calls.size())).cancel(false);
				}
				assertThat(MailboxContents.emptyEntries(mailbox)).isBetween(0, capacity);
				assertThat(mailbox.queued()).hasSizeLessThanOrEqualTo(2 * capacity);
			}
			gate.open();
			engine.close();
			assertThat(MailboxContents.emptyEntries(mailbox)).isZero();
			assertThat(mailbox.size()).isZero();
		});
	}

	@Test
	void S05_interruptingACallerThatWaitsCancelsTheCallAndKeepsTheFlag() {
		for (boolean queued : List.of(true, false)) {
			Seeds.each(50, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				Gate gate = hold(engine);
				if (!queued) {
					engine.ref("held").cast(Object::hashCode);
					engine.ref("held").cast(Object::hashCode);
				}
				TestOperation operation = TestOperation.call("never", (instance, payload) -> {
					throw new AssertionError("started");
				});
				Thread[] caller = new Thread[1];
				boolean[] flag = new boolean[1];
				CompletableFuture<Object> call = scheduler.spawn("caller", () -> {
					caller[0] = Thread.currentThread();
					try {
						return engine.runtime.server("held").call(null, operation, "payload", 0, false);
					}
					finally {
						flag[0] = Thread.interrupted();
					}
				});
				scheduler.settle();
				caller[0].interrupt();
				scheduler.settle();
				assertThat(call.exceptionNow()).isInstanceOfSatisfying(CallInterruptedException.class,
						(ex) -> assertThat(ex.notExecuted()).isTrue());
				assertThat(flag[0]).isTrue();
				assertThat(operation.discarded).hasValue(1);
				assertThat(engine.cell("held").mailbox().size()).isEqualTo(queued ? 0 : 2);
				gate.open();
				engine.close();
			});
		}
	}

	@Test
	void S05_interruptingACallerWhoseHandlerRunsSaysThatItMayHaveBeenExecuted() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			boolean[] cancelled = new boolean[2];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			Thread[] caller = new Thread[1];
			CompletableFuture<Object> call = scheduler.spawn("caller", () -> {
				caller[0] = Thread.currentThread();
				return server.call((instance) -> {
					cancelled[0] = GenServerContext.current().isCancelled();
					gate.pass();
					cancelled[1] = GenServerContext.current().isCancelled();
					return 1;
				});
			});
			scheduler.settle();
			caller[0].interrupt();
			scheduler.settle();
			assertThat(call.exceptionNow()).isInstanceOfSatisfying(CallInterruptedException.class,
					(ex) -> assertThat(ex.notExecuted()).isFalse());
			gate.open();
			engine.close();
			assertThat(cancelled).containsExactly(false, true);
			assertThat(engine.lateReplies).hasValue(1);
		});
	}

	@Test
	void S05_theInterruptMeetsTheHandlerBesideTheTurnAndNotTheTurn() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			boolean[] interrupted = new boolean[2];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> {
				try {
					new Gate(scheduler, "never").pass();
				}
				catch (InterruptedException ex) {
					interrupted[0] = true;
				}
				return null;
			});
			CompletableFuture<Object> call = engine.runtime.server("server").callAsync(null, beside, null, 0, false);
			Gate gate = new Gate(scheduler, "in the turn");
			server.cast((instance) -> {
				try {
					gate.pass();
				}
				catch (InterruptedException ex) {
					interrupted[1] = true;
				}
			});
			scheduler.settle();
			assertThat(call.cancel(true)).isTrue();
			scheduler.settle();
			assertThat(interrupted).containsExactly(true, false);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S05_aRunningHandlerSeesThatItsCallerCancelledOrItsDeadlinePassed() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			boolean[] cancelled = new boolean[3];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			Gate gate = new Gate(scheduler, "handler");
			CompletableFuture<Integer> call = server.callAsync((instance) -> {
				gate.pass();
				cancelled[0] = GenServerContext.current().isCancelled();
				return 1;
			});
			scheduler.settle();
			call.cancel(false);
			gate.open();
			scheduler.settle();
			server.withTimeout(Duration.ofMillis(10)).callAsync((instance) -> {
				cancelled[1] = GenServerContext.current().isCancelled();
				scheduler.sleep(Duration.ofMillis(10));
				cancelled[2] = GenServerContext.current().isCancelled();
				return 1;
			});
			scheduler.finish();
			engine.close();
			assertThat(cancelled).containsExactly(true, false, true);
		});
	}

	@Test
	void S05_onlyAnOperationThatAskedForItIsInterrupted() {
		for (boolean asked : List.of(true, false)) {
			Seeds.each(50, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				Gate gate = new Gate(scheduler, "handler");
				List<String> seen = new ArrayList<>();
				TestOperation operation = new TestOperation("work", Operation.Kind.CALL, asked, (instance, payload) -> {
					try {
						gate.pass();
						seen.add("done");
					}
					catch (InterruptedException ex) {
						seen.add("interrupted");
					}
					return null;
				});
				engine.add("server", ServerSettings.DEFAULTS, Object::new);
				engine.runtime.start();
				CompletableFuture<Object> call = engine.runtime.server("server")
					.callAsync(null, operation, null, 0, false);
				scheduler.settle();
				call.cancel(false);
				scheduler.settle();
				gate.open();
				scheduler.settle();
				assertThat(seen).containsExactly(asked ? "interrupted" : "done");
				// The interrupt was meant for that handler alone.
				assertThat(engine.ref("server")
					.<Boolean, RuntimeException>call((s) -> Thread.currentThread().isInterrupted())).isFalse();
				engine.close();
			});
		}
	}

	@Test
	void S05_anInterruptForAHandlerThatReturnedAFutureHitsNobodyElse() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			CompletableFuture<String> never = new CompletableFuture<>();
			TestOperation operation = new TestOperation("work", Operation.Kind.CALL, true,
					(instance, payload) -> never);
			engine.add("other", ServerSettings.DEFAULTS, Object::new);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			Gate gate = new Gate(scheduler, "other");
			CompletableFuture<Object> call = engine.runtime.server("server").callAsync(null, operation, null, 0, false);
			CompletableFuture<String> other = engine.<Object>ref("other").callAsync((instance) -> {
				gate.pass();
				return "undisturbed";
			});
			scheduler.settle();
			call.cancel(false);
			scheduler.settle();
			gate.open();
			scheduler.settle();
			assertThat(other).isCompletedWithValue("undisturbed");
			never.complete("late");
			engine.close();
			assertThat(engine.lateReplies).hasValue(1);
		});
	}

	@Test
	void S05_lateRepliesAreDroppedAndCounted() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> expired = server.withTimeout(Duration.ofMillis(10)).callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(20));
				return 1;
			});
			CompletableFuture<Integer> failing = server.withTimeout(Duration.ofMillis(30)).callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(20));
				throw new IllegalStateException("late too");
			});
			scheduler.sleep(Duration.ofMillis(50));
			assertThat(expired.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			assertThat(failing.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			assertThat(engine.lateReplies).hasValue(2);
			assertThat(engine.cell("server").statistics().lateCount()).isEqualTo(2);
			assertThat(ServerInfos.of(engine.runtime.server("server")).lateReplies()).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S05_cancellingTheFutureCancelsTheCallUnlessItIsOver() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> over = server.callAsync((instance) -> 1);
			scheduler.settle();
			assertThat(over.cancel(true)).isFalse();
			assertThat(over).isCompletedWithValue(1);
			Gate gate = hold(engine, "server");
			CompletableFuture<Integer> cancelled = server.callAsync((instance) -> {
				throw new AssertionError("started");
			});
			cancelled.cancel(false);
			assertThat(cancelled.isCancelled()).isTrue();
			gate.open();
			scheduler.settle();
			assertThat(engine.cell("server").statistics().processedCount()).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S05_aPlaceFreedByACancelledCallGoesToTheSenderThatWaitsForRoom() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = hold(engine);
			GenServerRef<Object> server = engine.ref("held");
			CompletableFuture<Integer> first = server.callAsync(Object::hashCode);
			server.cast(Object::hashCode);
			CompletableFuture<String> waiting = scheduler.spawn("sender", () -> {
				server.cast(Object::hashCode);
				return "queued";
			});
			scheduler.settle();
			assertThat(waiting).isNotDone();
			first.cancel(false);
			scheduler.settle();
			assertThat(waiting).isCompletedWithValue("queued");
			assertThat(engine.cell("held").mailbox().size()).isEqualTo(2);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S05_aKeyedServersMessageFreesItsPlaceAndItsPayloadAtOnceToo() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Server server = engine.addKeyed("keyed", Engine.SMALL, Object::new);
			engine.runtime.start();
			Gate gate = new Gate(scheduler, "handler");
			engine.ref("keyed", "key").cast((instance) -> gate.pass());
			scheduler.settle();
			TestOperation operation = TestOperation.call("never", (instance, payload) -> {
				throw new AssertionError("started");
			});
			CompletableFuture<Object> cancelled = server.callAsync("key", operation, "payload", 0, false);
			CompletableFuture<Object> expired = server.callAsync("key", operation, "payload",
					Duration.ofMillis(10).toNanos(), false);
			assertThat(engine.ref("keyed", "key").tryCast(Object::hashCode)).isFalse();
			assertThat(cancelled.cancel(true)).isTrue();
			assertThat(server.mailboxDepth()).isOne();
			scheduler.sleep(Duration.ofMillis(15));
			assertThat(expired.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			assertThat(server.mailboxDepth()).isZero();
			assertThat(operation.discarded).hasValue(2);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S05_aCallThatIsGivenUpWhileItWaitsForRoomLeavesTheRoomAndLetsItsPayloadGo() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = hold(engine);
			engine.ref("held").cast(Object::hashCode);
			engine.ref("held").cast(Object::hashCode);
			TestOperation operation = TestOperation.call("never", (instance, payload) -> {
				throw new AssertionError("started");
			});
			CompletableFuture<Object> waiting = scheduler.spawn("caller", () -> engine.runtime.server("held")
				.call(null, operation, "payload", Duration.ofMillis(10).toNanos(), false));
			scheduler.settle();
			assertThat(CellInternals.waiting(engine.cell("held"))).isOne();
			scheduler.sleep(Duration.ofMillis(15));
			assertThat(waiting.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			assertThat(CellInternals.waiting(engine.cell("held"))).isZero();
			assertThat(operation.discarded).hasValue(1);
			gate.open();
			engine.close();
		});
	}

}
