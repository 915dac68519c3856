package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.DeadLetter;
import io.genserver.Envelope;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.Overflow;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.InstanceLifecycle;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.TurnRunner;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.Message;
import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever the code of others throws, every call gets its outcome and every server goes
 * on.
 */
class FailingListenersTests {

	@Test
	void S03_listenersOfTheRuntimeAndOfEventsThatThrowBreakNoTurn() {
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		List<Logger> loggers = Stream.of(InstanceLifecycle.class, TurnRunner.class)
			.map((type) -> (Logger) LoggerFactory.getLogger(type))
			.toList();
		loggers.forEach((logger) -> {
			logger.setLevel(Level.WARN);
			logger.setAdditive(false);
			logger.addAppender(log);
		});
		Seeds.each(100, (scheduler) -> {
			GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, () -> List.of(new Broken()),
					List.of((letter) -> {
						throw new AssertionError("dead letter");
					}), () -> false, (event) -> {
						throw new AssertionError("event");
					}, scheduler);
			Server server = runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(),
					Object::new, Engine.SMALL.withStrategy(SupervisionStrategy.RESTART)));
			runtime.start();
			GenServerRef<Object> ref = new LocalRef<>(server, null);
			List<Integer> handled = new ArrayList<>();
			ref.cast((instance) -> handled.add(1));
			ref.cast((instance) -> handled.add(2));
			assertThat(ref.<Integer, RuntimeException>call((instance) -> 3)).isEqualTo(3);
			assertThat(ref.callAsync((instance) -> 4).join()).isEqualTo(4);
			CompletableFuture<Integer> failing = ref.callAsync((instance) -> {
				throw new IllegalStateException("handler");
			});
			CompletableFuture<Integer> late = ref.withTimeout(Duration.ofMillis(1)).callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(5));
				return 1;
			});
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(failing.exceptionNow()).hasMessage("handler");
			assertThat(late).isCompletedExceptionally();
			assertThat(ref.<Integer, RuntimeException>call((instance) -> 5)).isEqualTo(5);
			assertThat(handled).containsExactly(1, 2);
			runtime.shutdown();
			assertThat(ref.callAsync((instance) -> 6).exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
		});
		loggers.forEach((logger) -> {
			logger.detachAppender(log);
			logger.setAdditive(true);
			logger.setLevel(null);
		});
		assertThat(log.list).extracting(ILoggingEvent::getMessage)
			.anyMatch((line) -> line.startsWith("A listener of the event"))
			.noneMatch((line) -> line.contains("broke off"));
	}

	@Test
	void anExceptionThatCannotDescribeItselfReachesItsCallerAndTheServerGoesOn() {
		Seeds.each(50, (scheduler) -> {
			for (SupervisionStrategy strategy : SupervisionStrategy.values()) {
				Engine engine = new Engine(scheduler);
				GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS.withStrategy(strategy),
						Object::new);
				Mute mute = new Mute();
				CompletableFuture<Integer> call = server.callAsync((instance) -> {
					throw mute;
				});
				server.tryCast((instance) -> {
					throw mute;
				});
				scheduler.sleep(Duration.ofSeconds(1));
				assertThat(call.exceptionNow() == mute).isTrue();
				boolean stops = strategy == SupervisionStrategy.STOP;
				assertThat(engine.cell("server").life().state())
					.isEqualTo(stops ? ServerState.STOPPED : ServerState.RUNNING);
				engine.close();
			}
		});
	}

	@Test
	void aTurnThatBreaksOffInTheEngineEndsItsCallAndTheServerGoesOn() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Object> source = new CompletableFuture<>();
			Operation broken = new Unsound((instance, payload) -> payload);
			CompletableFuture<Object> complete = engine.runtime.server("server")
				.callAsync(null, broken, CompletableFuture.completedFuture(1), 0, false);
			CompletableFuture<Object> pending = engine.runtime.server("server")
				.callAsync(null, broken, source, 0, false);
			scheduler.settle();
			source.complete(1);
			scheduler.settle();
			assertThat(complete.exceptionNow()).hasMessage("engine");
			assertThat(pending.exceptionNow()).hasMessage("engine");
			assertThat(server.<Integer, RuntimeException>call((instance) -> 2)).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S03_aCastWhoseTurnBreaksOffInTheEngineIsReportedOnceAsFailed() {
		Seeds.each(10, (scheduler) -> {
			List<@Nullable Throwable> ends = new ArrayList<>();
			Engine engine = new Engine(scheduler, new GenServerInterceptor() {

				@Override
				public void ended(Envelope envelope, @Nullable Throwable failure) {
					if (envelope.isCast()) {
						ends.add(failure);
					}
				}

			});
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			Operation broken = new Unsound(Operation.Kind.CAST, (instance, payload) -> payload);
			engine.runtime.server("server").cast(null, broken, CompletableFuture.completedFuture(1));
			scheduler.settle();
			assertThat(ends).singleElement().isInstanceOf(IllegalStateException.class);
			assertThat(server.<Integer, RuntimeException>call((instance) -> 2)).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void aPayloadThatCannotBeDiscardedStillEndsItsCall() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			Operation sticky = new Unsound((instance, payload) -> payload);
			CompletableFuture<Object> call = engine.runtime.server("server")
				.callAsync(null, sticky, "payload", Duration.ofMillis(1).toNanos(), false);
			scheduler.sleep(Duration.ofMillis(5));
			assertThat(call).isCompletedExceptionally();
			assertThat(engine.cell("server").mailbox().size()).isZero();
			gate.open();
			engine.close();
		});
	}

	@Test
	void deadLetterListenersAreToldOutsideTheLockOfTheRoom() throws Exception {
		CompletableFuture<Boolean> free = new CompletableFuture<>();
		AtomicReference<ServerCell> cell = new AtomicReference<>();
		GenServerRuntime runtime = new GenServerRuntime(RuntimeSettings.DEFAULTS, null, List.of((letter) -> {
			if (letter.reason() == DeadLetter.Reason.STOPPED && !letter.cast()) {
				Message stranger = new TestMessage(1);
				CompletableFuture<Void> lock = CompletableFuture.runAsync(() -> cell.get().leftRoom(stranger));
				free.complete(isDone(lock));
			}
		}), () -> false);
		Server server = runtime.add(new ServerDefinition("server", Object.class, List.of(), false, List.of(),
				Object::new, ServerSettings.DEFAULTS.withMailbox(1, Overflow.BLOCK)));
		runtime.start();
		cell.set(server.instances().single());
		GenServerRef<Object> ref = new LocalRef<>(server, null);
		CompletableFuture<Void> gate = new CompletableFuture<>();
		ref.cast((instance) -> gate.join());
		while (cell.get().work().current() == null) {
			Thread.onSpinWait();
		}
		assertThat(ref.tryCast(Object::hashCode)).isTrue();
		CompletableFuture<Object> blocked = new CompletableFuture<>();
		Thread.startVirtualThread(() -> {
			try {
				blocked.complete(ref.call(Object::hashCode));
			}
			catch (RuntimeException ex) {
				blocked.completeExceptionally(ex);
			}
		});
		while (CellInternals.waiting(cell.get()) == 0) {
			Thread.onSpinWait();
		}
		server.instances().stop();
		gate.complete(null);
		assertThat(blocked).failsWithin(HangGuard.DURATION);
		assertThat(free.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		runtime.shutdown();
	}

	private static boolean isDone(CompletableFuture<?> future) {
		try {
			future.get(10, TimeUnit.SECONDS);
			return true;
		}
		catch (Exception ex) {
			return false;
		}
	}

	/** A throwable whose author made a mistake. */
	private static final class Mute extends RuntimeException {

		@Override
		public String getMessage() {
			throw new IllegalStateException("no message");
		}

	}

	/** An operation that breaks where the engine does not expect it. */
	private static final class Unsound extends TestOperation {

		Unsound(Handler handler) {
			this(Kind.CALL, handler);
		}

		Unsound(Kind kind, Handler handler) {
			super("unsound", kind, handler);
		}

		@Override
		public boolean unwrapsStage() {
			throw new IllegalStateException("engine");
		}

		@Override
		public void discard(@Nullable Object payload) {
			throw new IllegalStateException("discard");
		}

	}

	/** Throws where it may not. */
	private static final class Broken implements GenServerInterceptor {

		@Override
		public void starting(Envelope envelope) {
			throw new AssertionError("starting");
		}

		@Override
		public void ended(Envelope envelope, @Nullable Throwable failure) {
			throw new AssertionError("ended");
		}

		@Override
		public void repliedLate(Envelope envelope) {
			throw new AssertionError("repliedLate");
		}

	}

}
