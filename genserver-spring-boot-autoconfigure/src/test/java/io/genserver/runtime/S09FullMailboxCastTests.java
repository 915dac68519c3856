package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.CallInterruptedException;
import io.genserver.DeadLetter;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A cast that meets a full mailbox.
 */
class S09FullMailboxCastTests {

	private static GenServerRef<Object> server(Engine engine, Overflow overflow) {
		return engine.start("server", ServerSettings.DEFAULTS.withMailbox(2, overflow), Object::new);
	}

	private static Gate fill(SeededScheduler scheduler, GenServerRef<Object> server) {
		Gate gate = new Gate(scheduler, "handler");
		server.cast((instance) -> gate.pass());
		scheduler.settle();
		server.cast(Object::hashCode);
		server.cast(Object::hashCode);
		return gate;
	}

	private static void assertDropped(Engine engine, int times, DeadLetter.Reason reason) {
		assertThat(engine.deadLetters).hasSize(times).allSatisfy((letter) -> {
			assertThat(letter.server()).isEqualTo("server");
			assertThat(letter.cast()).isTrue();
			assertThat(letter.reason()).isEqualTo(reason);
		});
		assertThat(engine.cell("server").statistics().droppedCount()).isEqualTo(times);
	}

	@Test
	void S09_blockLetsTheSenderWaitUntilThereIsRoom() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.BLOCK);
			Gate gate = fill(scheduler, server);
			List<String> handled = new ArrayList<>();
			CompletableFuture<String> sent = scheduler.spawn("sender", () -> {
				server.cast((instance) -> handled.add("waited"));
				return "sent";
			});
			scheduler.settle();
			assertThat(sent).isNotDone();
			gate.open();
			scheduler.settle();
			assertThat(sent).isCompletedWithValue("sent");
			assertThat(handled).containsExactly("waited");
			assertThat(engine.deadLetters).isEmpty();
			engine.close();
		});
	}

	@Test
	void S09_blockIsBoundedByTheCallTimeout() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.BLOCK);
			Gate gate = fill(scheduler, server);
			long start = scheduler.nanoTime();
			assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> server.cast(Object::hashCode))
				.withMessageContaining("none became free in time");
			assertThat(scheduler.nanoTime() - start).isEqualTo(Duration.ofSeconds(5).toNanos());
			assertDropped(engine, 1, DeadLetter.Reason.MAILBOX_FULL);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S09_blockHoldsAPipelineOfServersBackWithoutLosingAnything() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Integer> arrived = new ArrayList<>();
			engine.add("third", Engine.SMALL, Object::new);
			engine.add("second", Engine.SMALL, Object::new);
			GenServerRef<Object> first = engine.start("first", Engine.SMALL, Object::new);
			CompletableFuture<Void> producer = scheduler.spawn("producer", () -> {
				for (int i = 0; i < 30; i++) {
					int number = i;
					first.cast((a) -> engine.ref("second").cast((b) -> engine.ref("third").cast((c) -> {
						scheduler.sleep(Duration.ofMillis(1));
						arrived.add(number);
					})));
				}
				return null;
			});
			scheduler.finish();
			producer.join();
			engine.close();
			assertThat(arrived).hasSize(30).isSorted();
			assertThat(engine.deadLetters).isEmpty();
			for (Server server : engine.runtime.servers()) {
				assertThat(engine.cell(server.name()).mailbox().highWater()).isLessThanOrEqualTo(2);
			}
		});
	}

	@Test
	void S09_blockRefusesWhereTheThreadMayNotBlock() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.BLOCK);
			Gate gate = fill(scheduler, server);
			engine.asEventLoop(() -> assertThatExceptionOfType(MailboxFullException.class)
				.isThrownBy(() -> server.cast(Object::hashCode)));
			assertDropped(engine, 1, DeadLetter.Reason.MAILBOX_FULL);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S09_interruptingASenderThatWaitsEndsTheWaitAndKeepsTheFlag() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.BLOCK);
			Gate gate = fill(scheduler, server);
			Thread[] sender = new Thread[1];
			boolean[] flag = new boolean[1];
			CompletableFuture<Void> sent = scheduler.spawn("sender", () -> {
				sender[0] = Thread.currentThread();
				try {
					server.cast((instance) -> {
						throw new AssertionError("started");
					});
					return null;
				}
				finally {
					flag[0] = Thread.interrupted();
				}
			});
			scheduler.settle();
			sender[0].interrupt();
			scheduler.settle();
			assertThat(sent.exceptionNow()).isInstanceOf(CallInterruptedException.class);
			assertThat(flag[0]).isTrue();
			assertDropped(engine, 1, DeadLetter.Reason.MAILBOX_FULL);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S09_aSenderThatWaitsIsToldWhenTheServerStops() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.BLOCK);
			Gate gate = fill(scheduler, server);
			TestOperation operation = TestOperation.cast("late", (instance, payload) -> {
				throw new AssertionError("started");
			});
			CompletableFuture<Void> sent = scheduler.spawn("sender", () -> {
				engine.runtime.server("server").cast(null, operation, "payload");
				return null;
			});
			scheduler.settle();
			engine.stop("server");
			gate.open();
			scheduler.settle();
			assertThat(sent.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(operation.discarded).hasValue(1);
			// The two that were queued and the one that waited, each once.
			assertDropped(engine, 3, DeadLetter.Reason.STOPPED);
			engine.close();
		});
	}

	@Test
	void S09_rejectRefusesAtOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.REJECT);
			Gate gate = fill(scheduler, server);
			long start = scheduler.nanoTime();
			assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> server.cast(Object::hashCode))
				.satisfies((ex) -> assertThat(ex.notExecuted()).isTrue());
			assertThat(scheduler.nanoTime()).isEqualTo(start);
			assertDropped(engine, 1, DeadLetter.Reason.MAILBOX_FULL);
			gate.open();
			engine.close();
		});
	}

	@Test
	void S09_dropNewestDiscardsTheCastThatCame() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Integer> handled = new ArrayList<>();
			GenServerRef<Object> server = server(engine, Overflow.DROP_NEWEST);
			Gate gate = new Gate(scheduler, "handler");
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			for (int i = 0; i < 5; i++) {
				int number = i;
				server.cast((instance) -> handled.add(number));
			}
			assertDropped(engine, 3, DeadLetter.Reason.MAILBOX_FULL);
			assertThat(server.tryCast(Object::hashCode)).isFalse();
			gate.open();
			scheduler.settle();
			assertThat(handled).containsExactly(0, 1);
			engine.close();
		});
	}

	@Test
	void S09_dropOldestDiscardsTheCastThatWaitedLongest() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<Integer> handled = new ArrayList<>();
			GenServerRef<Object> server = server(engine, Overflow.DROP_OLDEST);
			Gate gate = new Gate(scheduler, "handler");
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			for (int i = 0; i < 5; i++) {
				int number = i;
				server.cast((instance) -> handled.add(number));
			}
			assertDropped(engine, 3, DeadLetter.Reason.DISPLACED);
			gate.open();
			scheduler.settle();
			assertThat(handled).containsExactly(3, 4);
			engine.close();
		});
	}

	@Test
	void S09_dropOldestHasNoCastToDiscardWhenOnlyCallsWait() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = server(engine, Overflow.DROP_OLDEST);
			Gate gate = new Gate(scheduler, "handler");
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			CompletableFuture<Integer> one = server.callAsync((instance) -> 1);
			CompletableFuture<Integer> two = server.callAsync((instance) -> 2);
			server.cast((instance) -> {
				throw new AssertionError("started");
			});
			assertDropped(engine, 1, DeadLetter.Reason.MAILBOX_FULL);
			gate.open();
			scheduler.settle();
			assertThat(one).isCompletedWithValue(1);
			assertThat(two).isCompletedWithValue(2);
			engine.close();
		});
	}

	@Test
	void S09_tryCastNeverWaits() {
		for (Overflow overflow : List.of(Overflow.BLOCK, Overflow.REJECT)) {
			Seeds.each(50, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				GenServerRef<Object> server = server(engine, overflow);
				Gate gate = fill(scheduler, server);
				long start = scheduler.nanoTime();
				assertThat(server.tryCast(Object::hashCode)).isFalse();
				assertThat(scheduler.nanoTime()).isEqualTo(start);
				assertDropped(engine, 1, DeadLetter.Reason.MAILBOX_FULL);
				gate.open();
				scheduler.settle();
				assertThat(server.tryCast(Object::hashCode)).isTrue();
				engine.close();
				assertThat(server.tryCast(Object::hashCode)).isFalse();
			});
		}
	}

	@Test
	void S09_aListenerThatFailsHarmsNobody() {
		Seeds.each(50, (scheduler) -> {
			List<DeadLetter> told = new ArrayList<>();
			GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of((letter) -> {
				throw new AssertionError("planted");
			}, told::add), () -> false, scheduler);
			Server server = runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(),
					Object::new, ServerSettings.DEFAULTS));
			runtime.start();
			GenServerRef<Object> ref = new LocalRef<>(server, null);
			Gate gate = new Gate(scheduler, "handler");
			ref.cast((instance) -> gate.pass());
			scheduler.settle();
			ref.cast(Object::hashCode);
			CompletableFuture<Integer> call = ref.callAsync(Object::hashCode);
			CompletableFuture<?> stopped = server.instances().stop();
			gate.open();
			scheduler.settle();
			assertThat(call.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(stopped).isCompleted();
			assertThat(told).hasSize(2);
			runtime.shutdown();
		});
	}

}
