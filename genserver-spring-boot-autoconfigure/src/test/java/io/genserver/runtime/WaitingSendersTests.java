package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.Overflow;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.mailbox.WaitingSenders;
import io.genserver.runtime.message.Message;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Senders that wait for room.
 */
class WaitingSendersTests {

	private static Gate fill(SeededScheduler scheduler, GenServerRef<Object> server, int capacity) {
		Gate gate = new Gate(scheduler, "handler");
		server.cast((instance) -> gate.pass());
		scheduler.settle();
		for (int i = 0; i < capacity; i++) {
			server.cast(Object::hashCode);
		}
		return gate;
	}

	@Test
	void S03_sendersThatCouldNotBeToldOfTheEndAtFirstAreToldLater() {
		Engine engine = new Engine(new SeededScheduler(1));
		engine.start("server", Engine.SMALL, Object::new);
		ServerCell cell = engine.cell("server");
		WaitingSenders<Message> room = new WaitingSenders<>(cell.mailbox(), cell.inbox());
		List<TestMessage> messages = List.of(new TestMessage(1), new TestMessage(2), new TestMessage(3));
		for (TestMessage each : messages) {
			room.add(each);
			each.failsToEnd = 1;
		}
		cell.mailbox().close();
		for (int i = 0; i < messages.size(); i++) {
			assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> room.admit());
		}
		room.admit();
		assertThat(messages).allMatch(Message::isOver);
		assertThat(room.size()).isZero();
	}

	@Test
	void aPlaceThatIsNotGivenOutYetIsKeptForThoseWhoWaitAlready() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS.withMailbox(4, Overflow.BLOCK),
					Object::new);
			Gate first = fill(scheduler, server, 0);
			List<Boolean> taken = new ArrayList<>();
			// Now one place of four is free, too few for the turn to give it out.
			server.cast((instance) -> taken.add(server.tryCast(Object::hashCode)));
			for (int i = 0; i < 3; i++) {
				server.cast(Object::hashCode);
			}
			CompletableFuture<String> patient = scheduler.spawn("patient", () -> {
				server.cast(Object::hashCode);
				return "sent";
			});
			scheduler.settle();
			first.open();
			scheduler.finish();
			assertThat(taken).containsExactly(false);
			assertThat(patient).isCompletedWithValue("sent");
			engine.close();
		});
	}

	@Test
	void aPlaceThatIsFreeIsKeptForThoseWhoWaitAlready() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = fill(scheduler, server, 2);
			List<String> order = new ArrayList<>();
			scheduler.spawn("patient", () -> {
				server.cast((instance) -> order.add("patient"));
				return null;
			});
			scheduler.settle();
			// Takes what it can get, but never the place of one that came before.
			scheduler.spawn("pushy", () -> {
				while (!server.tryCast((instance) -> order.add("pushy"))) {
					scheduler.sleep(Duration.ofMillis(1));
				}
				return null;
			});
			gate.open();
			scheduler.finish();
			assertThat(order).containsExactly("patient", "pushy");
			engine.close();
		});
	}

	@Test
	void oneThatGivesUpWaitingMakesWayForTheNext() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = fill(scheduler, server, 2);
			CompletableFuture<Integer> impatient = scheduler.spawn("impatient",
					() -> server.withTimeout(Duration.ofMillis(10)).call((instance) -> 1));
			scheduler.settle();
			CompletableFuture<Integer> patient = scheduler.spawn("patient", () -> server.call((instance) -> 2));
			scheduler.settle();
			scheduler.sleep(Duration.ofMillis(20));
			assertThat(impatient.exceptionNow()).isInstanceOf(GenServerTimeoutException.class);
			gate.open();
			scheduler.settle();
			assertThat(patient).isCompletedWithValue(2);
			engine.close();
		});
	}

	@Test
	void itsWatcherLetsSendersInThoughTheServerIsStuckInOneMessage() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS.withMailbox(4, Overflow.BLOCK),
					Object::new);
			Gate first = fill(scheduler, server, 0);
			Gate second = new Gate(scheduler, "second");
			server.cast((instance) -> second.pass());
			for (int i = 0; i < 3; i++) {
				server.cast(Object::hashCode);
			}
			CompletableFuture<String> waiting = scheduler.spawn("sender", () -> {
				server.cast(Object::hashCode);
				return "sent";
			});
			scheduler.settle();
			assertThat(waiting).isNotDone();
			// Less than half of the mailbox gets free, so its turn lets nobody in.
			first.open();
			scheduler.sleep(Duration.ofMillis(2));
			assertThat(second.isReached()).isTrue();
			assertThat(waiting).isCompletedWithValue("sent");
			second.open();
			engine.close();
		});
	}

	@Test
	void whoeverWaitsIsServedOrToldWhateverHappensMeanwhile() {
		Seeds.each(500, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			int capacity = 1 + scheduler.choices().nextInt(3);
			engine.addKeyed("server", ServerSettings.DEFAULTS.withMailbox(capacity, Overflow.BLOCK)
				.withCallTimeout(Duration.ofMillis(30)), Object::new);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server", "k");
			List<CompletableFuture<Object>> senders = new ArrayList<>();
			AtomicInteger handled = new AtomicInteger();
			for (int i = 0; i < 6; i++) {
				boolean call = i % 2 == 0;
				senders.add(scheduler.spawn("sender-" + i, () -> {
					int accepted = 0;
					for (int n = 0; n < 5; n++) {
						try {
							if (call) {
								server.call((instance) -> handled.incrementAndGet());
							}
							else {
								server.cast((instance) -> {
									handled.incrementAndGet();
									scheduler.sleep(Duration.ofMillis(scheduler.choices().nextInt(12)));
								});
							}
							accepted++;
						}
						catch (GenServerException ex) {
							assertThat(ex.notExecuted() || ex instanceof GenServerTimeoutException).isTrue();
						}
					}
					return accepted;
				}));
			}
			if (scheduler.choices().nextBoolean()) {
				scheduler.spawn("stopper", () -> {
					scheduler.sleep(Duration.ofMillis(scheduler.choices().nextInt(20)));
					ServerCell cell = engine.runtime.server("server").instances().find("k");
					if (cell != null) {
						cell.command(Commands.STOP);
					}
					return null;
				});
			}
			scheduler.finish();
			assertThat(senders).allMatch(CompletableFuture::isDone);
			senders.forEach(CompletableFuture::join);
			engine.close();
		});
	}

	@Test
	@RealThreads
	void manyRealThreadsGetThroughAMailboxOfOnePlace() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			AtomicInteger sum = new AtomicInteger();
			GenServerRef<int[]> server = engine.start("server",
					ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK).withCallTimeout(Duration.ofSeconds(60)),
					() -> new int[1]);
			int threads = 16;
			int each = 200;
			CyclicBarrier start = new CyclicBarrier(threads);
			List<CompletableFuture<Void>> senders = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				boolean call = i % 2 == 0;
				CompletableFuture<Void> sender = new CompletableFuture<>();
				senders.add(sender);
				Thread.ofVirtual().start(() -> {
					try {
						start.await();
						for (int n = 0; n < each; n++) {
							if (call) {
								server.call((state) -> state[0]++);
							}
							else {
								server.cast((state) -> state[0]++);
							}
							sum.incrementAndGet();
						}
						sender.complete(null);
					}
					catch (Throwable ex) {
						sender.completeExceptionally(ex);
					}
				});
			}
			CompletableFuture.allOf(senders.toArray(CompletableFuture[]::new)).get(HangGuard.SECONDS, TimeUnit.SECONDS);
			assertThat(server.<Integer, RuntimeException>call((state) -> state[0])).isEqualTo(threads * each)
				.isEqualTo(sum.get());
			assertThat(engine.cell("server").mailbox().highWater()).isOne();
		}
	}

}
