package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimer;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.Turn;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What controls a server is neither dropped nor delayed by a full mailbox.
 */
class S10ControlMessagesTests {

	private static void each(Body body) {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = new Gate(scheduler, "handler");
			List<String> handled = new ArrayList<>();
			server.cast((instance) -> {
				gate.pass();
				handled.add("running");
			});
			scheduler.settle();
			server.cast((instance) -> handled.add("first"));
			server.cast((instance) -> handled.add("second"));
			scheduler.spawn("blocked", () -> {
				server.cast((instance) -> handled.add("third"));
				return null;
			});
			scheduler.settle();
			body.run(scheduler, engine, server, gate, handled);
			engine.close();
		});
	}

	@Test
	void S10_whatAServerWasToldSinceCountsOverACommandThatIsFollowedLate() {
		FailingScheduler holding = new FailingScheduler(new SeededScheduler(1), () -> null);
		holding.hold(new ArrayDeque<>());
		Engine engine = new Engine(holding);
		engine.add("server", ServerSettings.DEFAULTS, Object::new);
		ServerCell cell = engine.cell("server");
		cell.command(Commands.SUSPEND);
		CellInternals.commandAgain(cell, Commands.RESUME | CellInternals.WAKE);
		assertThat(CellInternals.isAskedTo(cell, Commands.SUSPEND)).isTrue();
		assertThat(CellInternals.isAskedTo(cell, Commands.RESUME)).isFalse();
		assertThat(CellInternals.isAskedTo(cell, CellInternals.WAKE)).isTrue();
		cell.command(Commands.RESUME);
		CellInternals.commandAgain(cell, Commands.SUSPEND);
		assertThat(CellInternals.isAskedTo(cell, Commands.RESUME)).isTrue();
		assertThat(CellInternals.isAskedTo(cell, Commands.SUSPEND)).isFalse();
		cell.command(Commands.RESTART);
		CellInternals.commandAgain(cell, Commands.STOP);
		assertThat(CellInternals.isAskedTo(cell, Commands.RESTART)).as("begins after the end").isTrue();
		cell.command(Commands.STOP);
		CellInternals.commandAgain(cell, Commands.RESTART);
		assertThat(CellInternals.isAskedTo(cell, Commands.STOP)).isTrue();
		assertThat(CellInternals.isAskedTo(cell, Commands.RESTART)).isFalse();
	}

	@Test
	void S10_aStopComesBeforeWhatIsQueued() {
		each((scheduler, engine, server, gate, handled) -> {
			CompletableFuture<?> stopped = server.stop();
			gate.open();
			scheduler.settle();
			assertThat(stopped).isCompleted();
			assertThat(handled).containsExactly("running");
		});
	}

	@Test
	void S10_aPauseBeginsBeforeWhatIsQueuedAndItsEndIsHeardThoughTheMailboxIsFull() {
		each((scheduler, engine, server, gate, handled) -> {
			engine.cell("server").command(Commands.SUSPEND);
			gate.open();
			scheduler.settle();
			assertThat(handled).containsExactly("running");
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.SUSPENDED);
			engine.cell("server").command(Commands.RESUME);
			scheduler.settle();
			assertThat(handled).containsExactly("running", "first", "second", "third");
		});
	}

	@Test
	void S10_ofPausingAndResumingTheLastOneTakesEffect() {
		each((scheduler, engine, server, gate, handled) -> {
			engine.cell("server").command(Commands.RESUME);
			engine.cell("server").command(Commands.SUSPEND);
			gate.open();
			scheduler.settle();
			assertThat(handled).containsExactly("running");
			engine.cell("server").command(Commands.SUSPEND);
			engine.cell("server").command(Commands.RESUME);
			scheduler.settle();
			assertThat(handled).containsExactly("running", "first", "second", "third");
		});
	}

	@Test
	void S10_aPauseOutlastsARestart() {
		each((scheduler, engine, server, gate, handled) -> {
			ServerCell cell = engine.cell("server");
			cell.command(Commands.SUSPEND);
			gate.open();
			scheduler.settle();
			cell.command(Commands.RESTART);
			scheduler.settle();
			assertThat(cell.life().state()).isEqualTo(ServerState.SUSPENDED);
			assertThat(cell.life().restarts()).isOne();
			assertThat(handled).containsExactly("running");
			cell.command(Commands.RESUME);
			scheduler.settle();
			assertThat(handled).containsExactly("running", "first", "second", "third");
		});
	}

	@Test
	void S10_aPauseThatComesWithARestartThatHasToWaitIsNotLost() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "beside");
			TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> {
				gate.pass();
				return null;
			});
			Server server = engine.add("server", ServerSettings.DEFAULTS, Object::new, beside);
			engine.runtime.start();
			server.callAsync(null, beside, null, 0, false);
			scheduler.settle();
			assertThat(ServerInfos.of(server).inFlight()).as("what runs beside the turn").isNotNull();
			ServerCell cell = engine.cell("server");
			cell.command(Commands.RESTART);
			cell.command(Commands.SUSPEND);
			scheduler.settle();
			assertThat(cell.life().restarts()).isZero();
			gate.open();
			scheduler.settle();
			assertThat(cell.life().restarts()).isOne();
			assertThat(cell.life().state()).isEqualTo(ServerState.SUSPENDED);
			CompletableFuture<Integer> later = engine.<Object>ref("server").callAsync((instance) -> 1);
			scheduler.settle();
			assertThat(later).isNotDone();
			cell.command(Commands.RESUME);
			scheduler.settle();
			assertThat(later).isCompletedWithValue(1);
			engine.close();
		});
	}

	@Test
	void S10_whatIsSentAfterACommandWaitsForItAlthoughTheTurnHasJustLookedForCommands() {
		AtomicReference<@Nullable Runnable> hook = new AtomicReference<>();
		SeededScheduler seeded = new SeededScheduler(1);
		Engine engine = new Engine(new LendingScheduler(seeded) {

			@Override
			public long coarseTime() {
				Turn turn = Turn.current();
				Runnable now = (turn != null) ? hook.get() : null;
				if (now != null) {
					now.run();
				}
				return super.coarseTime();
			}

		});
		GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
		ServerCell cell = engine.cell("server");
		Gate gate = new Gate(seeded, "handler");
		List<String> handled = new ArrayList<>();
		// A server with timers asks for the time between the two looks of its turn.
		server.call((instance) -> GenServerContext.current().schedule(Duration.ofDays(1), () -> handled.add("tick")));
		server.cast((instance) -> gate.pass());
		seeded.settle();
		CompletableFuture<?> before = server.callAsync((instance) -> handled.add("given up"));
		hook.set(() -> {
			hook.set(null);
			before.cancel(true);
			cell.command(Commands.SUSPEND);
			server.cast((instance) -> handled.add("sent after the command"));
		});
		gate.open();
		seeded.settle();
		assertThat(hook).as("ran").hasValue(null);
		assertThat(cell.life().state()).isEqualTo(ServerState.SUSPENDED);
		assertThat(handled).isEmpty();
		assertThat(cell.mailbox().size()).isOne();
		cell.command(Commands.RESUME);
		seeded.settle();
		assertThat(handled).containsExactly("sent after the command");
		engine.close();
	}

	@Test
	void S10_inspectingWaitsForNothing() {
		each((scheduler, engine, server, gate, handled) -> {
			long before = scheduler.nanoTime();
			ServerInfo info = ServerInfos.of(engine.runtime.server("server"));
			assertThat(info.mailbox().depth()).isEqualTo(2);
			assertThat(info.inFlight()).isNotNull();
			assertThat(info.state()).isEqualTo(ServerState.RUNNING);
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			assertThat(handled).isEmpty();
			gate.open();
		});
	}

	@Test
	void S10_timersAreCancelledAndTickThoughTheMailboxIsFull() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", Engine.SMALL, Object::new);
			Gate gate = new Gate(scheduler, "handler");
			List<String> handled = new ArrayList<>();
			AtomicInteger cancelled = new AtomicInteger();
			GenServerTimer timer = server.call((instance) -> {
				GenServerContext.current().schedule(Duration.ofMillis(3), () -> handled.add("tick"));
				return GenServerContext.current().scheduleEvery(Duration.ofMillis(5), cancelled::incrementAndGet);
			});
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			server.cast((instance) -> handled.add("first"));
			server.cast((instance) -> handled.add("second"));
			assertThat(timer.cancel()).isTrue();
			scheduler.sleep(Duration.ofMillis(20));
			gate.open();
			scheduler.settle();
			assertThat(handled).hasSize(3).containsSubsequence("first", "second");
			assertThat(handled.indexOf("tick")).as("place of the tick").isLessThan(2);
			scheduler.sleep(Duration.ofMillis(20));
			assertThat(cancelled).hasValue(0);
			engine.close();
		});
	}

	@Test
	void aRefTellsTheTerminationOutsideOfTheTurn() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("server");
			GenServerRef<Object> key = engine.ref("keyed", "key");
			assertThat(key.termination()).isCompleted();
			int instance = key.call(System::identityHashCode);
			List<Object> seen = new ArrayList<>();
			CompletableFuture<?> termination = server.termination();
			CompletableFuture<?> ofKey = key.termination();
			termination.thenRun(() -> seen.add((Turn.current() != null) ? "in a turn" : "outside"));
			scheduler.settle();
			assertThat(termination).isNotDone();
			CompletableFuture<?> stopped = server.stop();
			CompletableFuture<?> keyStopped = key.stop();
			scheduler.settle();
			assertThat(List.of(termination, stopped, ofKey, keyStopped))
				.allSatisfy((end) -> assertThat(end).isCompleted());
			assertThat(seen).containsExactly("outside");
			assertThat(key.<Integer, RuntimeException>call(System::identityHashCode)).isNotEqualTo(instance);
			assertThat(server.callAsync(Object::hashCode).exceptionNow())
				.isInstanceOf(GenServerUnavailableException.class);
			engine.close();
		});
	}

	/** Part of a test. */
	private interface Body {

		void run(SeededScheduler scheduler, Engine engine, GenServerRef<Object> server, Gate gate, List<String> handled)
				throws Exception;

	}

}
