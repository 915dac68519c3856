package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How everything comes to its end.
 */
class S15ShutdownTests {

	private static final RuntimeSettings SHORT = Engine.shutdown(Duration.ofMillis(100), Duration.ofSeconds(2));

	private static InstanceFactory logging(String name, List<String> log) {
		return new InstanceFactory() {

			@Override
			public Object create() {
				return new Object();
			}

			@Override
			public void destroy(Object instance) {
				log.add(name);
			}

		};
	}

	private static CompletableFuture<Void> shutDown(SeededScheduler scheduler, Engine engine) {
		return scheduler.spawn("shutdown", () -> {
			engine.runtime.shutdown();
			return null;
		});
	}

	@Test
	void S15_whatIsQueuedIsHandledFirst() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Integer> handled = new ArrayList<>();
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			for (int i = 0; i < 5; i++) {
				int number = i;
				server.cast((instance) -> {
					scheduler.sleep(Duration.ofMillis(1));
					handled.add(number);
				});
			}
			engine.close();
			assertThat(handled).containsExactly(0, 1, 2, 3, 4);
			assertThat(engine.deadLetters).isEmpty();
		});
	}

	@Test
	void S15_workFromOutsideIsRefusedWhileDraining() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			CompletableFuture<Void> shutdown = shutDown(scheduler, engine);
			scheduler.settle();
			assertThat(shutdown).isNotDone();
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> server.call(Object::hashCode))
				.withMessageContaining("shutting down");
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> server.cast(Object::hashCode));
			assertThat(server.tryCast(Object::hashCode)).isFalse();
			CompletableFuture<Integer> refused = server.callAsync(Object::hashCode);
			assertThat(refused.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			gate.open();
			scheduler.finish();
			assertThat(shutdown).isCompleted();
		});
	}

	@Test
	void S15_messagesBeingDrainedMayStillCallAndCast() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			engine.add("other", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> other = engine.ref("other");
			Gate gate = new Gate(scheduler, "handler");
			CompletableFuture<String> call = server.callAsync((instance) -> {
				gate.pass();
				other.cast((o) -> log.add("cast"));
				server.cast((again) -> other.cast((o) -> log.add("cast of the cast")));
				return other.call((o) -> "called");
			});
			scheduler.settle();
			CompletableFuture<Void> shutdown = shutDown(scheduler, engine);
			scheduler.settle();
			gate.open();
			scheduler.finish();
			assertThat(shutdown).isCompleted();
			assertThat(call).isCompletedWithValue("called");
			assertThat(log).containsExactly("cast", "cast of the cast");
		});
	}

	@Test
	void S15_aReturnedFutureThatIsAwaitedIsDrainedToo() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			CompletableFuture<Object> source = new CompletableFuture<>();
			TestOperation operation = TestOperation.call("later", (instance, payload) -> source);
			CompletableFuture<Object> reply = engine.runtime.server("server")
				.callAsync(null, operation, null, 0, false);
			scheduler.settle();
			CompletableFuture<Void> shutdown = shutDown(scheduler, engine);
			scheduler.spawn("source", () -> {
				scheduler.sleep(Duration.ofSeconds(1));
				return source.complete("late but there");
			});
			scheduler.finish();
			assertThat(shutdown).isCompleted();
			assertThat(reply).isCompletedWithValue("late but there");
		});
	}

	@Test
	void S15_serversTerminateInReverseStartOrder() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			// The second needs the third, which so starts before it.
			engine.add("first", ServerSettings.DEFAULTS, logging("first", log));
			engine.add("second", ServerSettings.DEFAULTS, new InstanceFactory() {

				@Override
				public Object create() {
					engine.ref("third").call(Object::hashCode);
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					log.add("second");
				}

			});
			engine.add("third", ServerSettings.DEFAULTS, logging("third", log));
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, logging("keyed", log));
			engine.runtime.start();
			engine.ref("keyed", "k").call(Object::hashCode);
			engine.close();
			assertThat(log).containsExactly("keyed", "second", "third", "first");
		});
	}

	@Test
	void S15_aTerminatingServerMayStillCallThoseThatStartedBeforeIt() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> saved = new ArrayList<>();
			engine.add("store", ServerSettings.DEFAULTS, Object::new);
			engine.add("server", ServerSettings.DEFAULTS, new InstanceFactory() {

				@Override
				public Object create() {
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					engine.ref("store").call((store) -> saved.add("state"));
				}

			});
			engine.runtime.start();
			engine.close();
			assertThat(saved).containsExactly("state");
		});
	}

	@Test
	void S15_aHandlerThatDoesNotEndIsInterruptedAfterTheDrainTimeout() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			List<String> log = new ArrayList<>();
			Gate gate = new Gate(scheduler, "never");
			engine.add("healthy", ServerSettings.DEFAULTS, logging("healthy", log));
			engine.add("hangs", ServerSettings.DEFAULTS, logging("hangs", log));
			engine.runtime.start();
			long start = scheduler.nanoTime();
			long[] interruptedAt = new long[1];
			GenServerRef<Object> hangs = engine.ref("hangs");
			CompletableFuture<Integer> call = hangs.callAsync((instance) -> {
				try {
					gate.pass();
				}
				catch (InterruptedException ex) {
					interruptedAt[0] = scheduler.nanoTime() - start;
				}
				return 1;
			});
			CompletableFuture<Integer> queued = hangs.callAsync((instance) -> {
				throw new AssertionError("started");
			});
			scheduler.settle();
			engine.close();
			assertThat(interruptedAt[0]).isBetween(Duration.ofMillis(100).toNanos(), Duration.ofSeconds(2).toNanos());
			assertThat(call.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(queued.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(log).containsExactlyInAnyOrder("healthy", "hangs");
		});
	}

	@Test
	void S15_aFutureThatNeverCompletesIsGivenUp() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			List<String> log = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, logging("server", log));
			engine.runtime.start();
			TestOperation operation = TestOperation.call("never", (instance, payload) -> new CompletableFuture<>());
			CompletableFuture<Object> reply = engine.runtime.server("server")
				.callAsync(null, operation, null, 0, false);
			scheduler.settle();
			engine.close();
			assertThat(reply.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(log).containsExactly("server");
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
		});
	}

	@Test
	void S15_aHandlerBesideTheTurnThatDoesNotEndIsGivenUp() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			List<String> log = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, logging("server", log));
			engine.runtime.start();
			boolean[] interrupted = new boolean[1];
			TestOperation blocked = TestOperation.concurrent("blocked", 1, (instance, payload) -> {
				try {
					new Gate(scheduler, "never").pass();
				}
				catch (InterruptedException ex) {
					interrupted[0] = true;
				}
				return null;
			});
			TestOperation awaited = TestOperation.concurrent("awaited", 1,
					(instance, payload) -> new CompletableFuture<>());
			Server server = engine.runtime.server("server");
			CompletableFuture<Object> first = server.callAsync(null, blocked, null, 0, false);
			CompletableFuture<Object> second = server.callAsync(null, awaited, null, 0, false);
			scheduler.settle();
			engine.close();
			assertThat(first.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(second.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(interrupted[0]).isTrue();
			assertThat(log).containsExactly("server");
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
		});
	}

	@Test
	void S15_aReplyThatWasPutOffFailsEvenIfItsServerHangs() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			boolean[] released = new boolean[1];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Object> owed = server.withTimeout(Duration.ofHours(1)).callAsync((instance) -> {
				GenServerContext.current().deferReply();
				return null;
			});
			scheduler.settle();
			server.cast((instance) -> {
				while (!released[0]) {
					try {
						scheduler.sleep(Duration.ofMillis(50));
					}
					catch (IllegalStateException ex) {
						Thread.interrupted();
					}
				}
			});
			scheduler.settle();
			engine.close();
			assertThat(owed.exceptionNow()).isInstanceOf(GenServerUnavailableException.class)
				.hasMessageContaining("was shut down before it answered");
			released[0] = true;
			scheduler.finish();
		});
	}

	@Test
	@RealThreads
	void S15_whoAsksAfterTheEndIsToldSo() throws Exception {
		Engine engine = Engine.onWorkers();
		engine.start("server", ServerSettings.DEFAULTS, Object::new);
		Server server = engine.runtime.server("server");
		engine.close();
		TestOperation watch = TestOperation.stream("watch", (instance, payload) -> null);
		CompletableFuture<Throwable> end = new CompletableFuture<>();
		server.stream(null, watch, null, 0, null, new Flow.Subscriber<>() {

			@Override
			public void onSubscribe(Flow.Subscription subscription) {
				subscription.request(1);
			}

			@Override
			public void onNext(Object item) {
			}

			@Override
			public void onError(Throwable failure) {
				end.complete(failure);
			}

			@Override
			public void onComplete() {
			}

		});
		assertThat(end.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isInstanceOf(GenServerUnavailableException.class);
	}

	@Test
	void S15_whatIgnoresTheInterruptIsLeftBehindAtTheDeadlineAndTheRestFails() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			List<String> handled = new ArrayList<>();
			boolean[] released = new boolean[1];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> {
				while (!released[0]) {
					try {
						scheduler.sleep(Duration.ofMillis(50));
					}
					catch (IllegalStateException ex) {
						Thread.interrupted();
					}
				}
			});
			scheduler.settle();
			TestOperation operation = TestOperation.cast("queued", (instance, payload) -> handled.add("started"));
			engine.runtime.server("server").cast(null, operation, "payload");
			CompletableFuture<Boolean> call = server.callAsync((instance) -> handled.add("started"));
			long start = scheduler.nanoTime();
			engine.close();
			assertThat(scheduler.nanoTime() - start).isLessThanOrEqualTo(Duration.ofSeconds(2).toNanos());
			assertThat(call.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(operation.discarded).hasValue(1);
			assertThat(engine.deadLetters).hasSize(2);
			// What comes back after the end finds
			// nothing to do, and reports nothing twice.
			released[0] = true;
			scheduler.finish();
			assertThat(handled).isEmpty();
			assertThat(operation.discarded).hasValue(1);
			assertThat(engine.deadLetters).hasSize(2);
		});
	}

	@Test
	void S15_serversThatHangShareOneDeadline() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			Gate gate = new Gate(scheduler, "never");
			for (int i = 0; i < 10; i++) {
				engine.add("server-" + i, ServerSettings.DEFAULTS, Object::new);
			}
			engine.runtime.start();
			boolean[] released = new boolean[1];
			for (int i = 0; i < 10; i++) {
				engine.ref("server-" + i).cast((instance) -> {
					while (!released[0]) {
						try {
							scheduler.sleep(Duration.ofMillis(100));
						}
						catch (IllegalStateException ex) {
							Thread.interrupted();
						}
					}
				});
			}
			scheduler.settle();
			long start = scheduler.nanoTime();
			engine.close();
			assertThat(scheduler.nanoTime() - start).isLessThanOrEqualTo(Duration.ofSeconds(2).toNanos());
			released[0] = true;
			gate.open();
			scheduler.finish();
		});
	}

	@Test
	void S15_aTerminationThatHangsDoesNotKeepTheOthersFromTerminating() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			List<String> log = new ArrayList<>();
			Gate gate = new Gate(scheduler, "never");
			engine.add("first", ServerSettings.DEFAULTS, logging("first", log));
			engine.add("hangs", ServerSettings.DEFAULTS, new InstanceFactory() {

				@Override
				public Object create() {
					return new Object();
				}

				@Override
				public void destroy(Object instance) throws Exception {
					gate.pass();
				}

			});
			engine.runtime.start();
			long start = scheduler.nanoTime();
			engine.close();
			assertThat(log).containsExactly("first");
			assertThat(scheduler.nanoTime() - start).isLessThanOrEqualTo(Duration.ofSeconds(2).toNanos());
			assertThat(engine.cell("hangs").life().state()).isEqualTo(ServerState.STOPPED);
		});
	}

	@Test
	void S15_aStoppedServerWithAbandonedMessagesDoesNotHoldTheDrainUp() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			server.cast(Object::hashCode);
			server.callAsync(Object::hashCode);
			engine.stop("server");
			gate.open();
			scheduler.settle();
			assertThat(engine.runtime.server("server").mailboxDepth()).isZero();
			long start = scheduler.nanoTime();
			engine.close();
			assertThat(scheduler.nanoTime()).isEqualTo(start);
		});
	}

	@Test
	void S15_aShutdownOfAnInterruptedThreadHurriesButCompletes() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler, SHORT);
			Gate gate = new Gate(scheduler, "never");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Integer> call = server.callAsync((instance) -> {
				gate.pass();
				return 1;
			});
			CompletableFuture<Integer> queued = server.callAsync(Object::hashCode);
			scheduler.settle();
			CompletableFuture<Boolean> shutdown = scheduler.spawn("shutdown", () -> {
				Thread.currentThread().interrupt();
				engine.runtime.shutdown();
				return Thread.interrupted();
			});
			scheduler.finish();
			assertThat(shutdown).isCompletedWithValue(true);
			assertThat(call.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(queued.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
		});
	}

	@Test
	void S15_aSecondShutdownDoesNothing() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, logging("server", log));
			engine.runtime.start();
			engine.close();
			engine.close();
			assertThat(log).containsExactly("server");
		});
	}

}
