package io.genserver.runtime;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.BlockingCallException;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A call that meets a full mailbox.
 */
class S08FullMailboxCallTests {

	private static Gate fill(SeededScheduler scheduler, GenServerRef<Object> server) {
		Gate gate = new Gate(scheduler, "handler");
		server.cast((instance) -> gate.pass());
		scheduler.settle();
		server.cast(Object::hashCode);
		server.cast(Object::hashCode);
		return gate;
	}

	@Test
	void S08_aBlockingCallerWaitsForRoomAndIsServedWhenThereIsSome() {
		for (Overflow overflow : List.of(Overflow.BLOCK, Overflow.REJECT)) {
			Seeds.each(100, (scheduler) -> {
				Engine engine = new Engine(scheduler);
				GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS.withMailbox(2, overflow),
						Object::new);
				Gate gate = fill(scheduler, server);
				CompletableFuture<Integer> call = scheduler.spawn("caller", () -> server.call((instance) -> 7));
				scheduler.settle();
				scheduler.advance(Duration.ofMillis(4_990));
				scheduler.settle();
				assertThat(call).isNotDone();
				gate.open();
				scheduler.settle();
				assertThat(call).isCompletedWithValue(7);
				engine.close();
			});
		}
	}

	@Test
	void S08_aBlockingCallerGivesUpAtItsDeadline() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = fill(scheduler, server);
			long start = scheduler.nanoTime();
			assertThatExceptionOfType(GenServerTimeoutException.class)
				.isThrownBy(() -> server.withTimeout(Duration.ofSeconds(2)).call(Object::hashCode))
				.satisfies((ex) -> assertThat(ex.phase()).isEqualTo(Phase.ROOM));
			assertThat(scheduler.nanoTime() - start).isEqualTo(Duration.ofSeconds(2).toNanos());
			gate.open();
			engine.close();
		});
	}

	@Test
	void S08_callersThatWaitForRoomAreServedInTheOrderTheyCame() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			StringBuilder served = new StringBuilder();
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = fill(scheduler, server);
			for (String name : List.of("a", "b", "c", "d")) {
				scheduler.spawn(name, () -> server.call((instance) -> served.append(name)));
				scheduler.settle();
			}
			gate.open();
			scheduler.finish();
			assertThat(served).hasToString("abcd");
			engine.close();
		});
	}

	@Test
	void S08_anAsynchronousCallIsRefusedAtOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = fill(scheduler, server);
			CompletableFuture<Integer> call = server.callAsync(Object::hashCode);
			assertThat(call.exceptionNow()).isInstanceOfSatisfying(MailboxFullException.class, (ex) -> {
				assertThat(ex.notExecuted()).isTrue();
				assertThat(ex).hasMessageContaining("Mailbox of server is full (2)")
					.hasMessageContaining("genserver.servers.server.mailbox.capacity");
			});
			assertThat(engine.deadLetters).singleElement().satisfies((letter) -> {
				assertThat(letter.cast()).isFalse();
				assertThat(letter.reason()).isEqualTo(io.genserver.DeadLetter.Reason.MAILBOX_FULL);
			});
			gate.open();
			engine.close();
		});
	}

	@Test
	@RealThreads
	void S08_aBlockingCallOnANonBlockingThreadFailsAtOnceWhetherThereIsRoomOrNot() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			CountDownLatch running = new CountDownLatch(1);
			CountDownLatch release = new CountDownLatch(1);
			AtomicReference<Throwable> withRoom = new AtomicReference<>();
			AtomicReference<Throwable> without = new AtomicReference<>();
			Thread eventLoop = Thread.ofPlatform().name("event-loop-1").start(() -> engine.asEventLoop(() -> {
				withRoom.set(failureOf(server));
				server.cast((instance) -> {
					running.countDown();
					release.await();
				});
				await(running);
				assertThat(server.tryCast(Object::hashCode)).isTrue();
				assertThat(server.tryCast(Object::hashCode)).isTrue();
				without.set(failureOf(server));
			}));
			assertThat(eventLoop.join(HangGuard.DURATION)).isTrue();
			release.countDown();
			for (Throwable failure : List.of(withRoom.get(), without.get())) {
				assertThat(failure)
					.isInstanceOfSatisfying(BlockingCallException.class, (ex) -> assertThat(ex.notExecuted()).isTrue())
					.hasMessageContaining("event-loop-1")
					.hasMessageContaining("server call(function)")
					.hasMessageContaining("CompletableFuture or Mono")
					.hasMessageContaining("callAsync(...)");
			}
			assertThat(server.<Integer, RuntimeException>call((instance) -> 1)).isOne();
		}
	}

	private static Throwable failureOf(GenServerRef<Object> server) {
		try {
			server.call(Object::hashCode);
			return new AssertionError("did not fail");
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			assertThat(latch.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
