package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.Overflow;
import io.genserver.ServerState;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.Turn;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Message;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens in the midst of the steps that start a handler beside the turn, or let a
 * sender into the mailbox: no slot of a concurrent method is lost, nor who waits for one,
 * and so calls are handled and the server can be restarted and stopped afterwards.
 */
class S03ConcurrentHandlerTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	@Test
	void S03_aSlotIsFreeAgainAfterAnErrorInAnyStep() {
		List<String> wrong = new ArrayList<>();
		int steps = new Scenario().run(Integer.MAX_VALUE, 1);
		for (int number : new int[] { 1, 3 }) {
			for (int first = 1; first <= steps; first++) {
				try {
					new Scenario().run(first, number);
				}
				catch (AssertionError ex) {
					wrong.add(String.valueOf(ex.getMessage()).lines().limit(3).toList().toString());
				}
			}
		}
		assertThat(wrong).isEmpty();
	}

	@Test
	void S03_aSlotOfACallThatIsGivenUpAsItStartsIsLeftToOthers() {
		List<String> wrong = new ArrayList<>();
		for (Turn turn : Turn.values()) {
			int steps = new Race(turn).run(Integer.MAX_VALUE);
			for (int step = 1; step <= steps; step++) {
				try {
					new Race(turn).run(step);
				}
				catch (AssertionError ex) {
					wrong.add(String.valueOf(ex.getMessage()).lines().limit(3).toList().toString());
				}
			}
		}
		assertThat(wrong).isEmpty();
	}

	@Test
	void S03_aStopThatComesAsAPostponedRestartIsDueIsNotFollowedByIt() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> {
				gate.pass();
				engine.cell("server").command(Commands.STOP);
				return 1;
			});
			engine.add("server", ServerSettings.DEFAULTS, Object::new, beside);
			engine.runtime.start();
			ServerCell cell = engine.cell("server");
			CompletableFuture<?> call = engine.runtime.server("server").callAsync(null, beside, null, 0, false);
			scheduler.settle();
			cell.command(Commands.RESTART);
			scheduler.settle();
			assertThat(CellInternals.postponed(cell)).isEqualTo(Commands.RESTART);
			gate.open();
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(call).isCompleted();
			assertThat(engine.cell("server")).as("no successor").isSameAs(cell);
			assertThat(cell.life().state()).isEqualTo(ServerState.STOPPED);
			engine.close();
		});
	}

	/**
	 * A call is about to be started beside the turn; in one of the steps of that its
	 * caller gives it up, and somebody else finds no slot free.
	 */
	private static final class Race {

		private final SeededScheduler scheduler = new SeededScheduler(1);

		private final FailingScheduler stepping = new FailingScheduler(this.scheduler, this::act);

		private final Engine engine = new Engine(this.stepping);

		private final TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> 1);

		private final CompletableFuture<Integer> awaited = new CompletableFuture<>();

		private final Turn turn;

		private @Nullable CompletableFuture<?> other;

		Race(Turn turn) {
			this.turn = turn;
		}

		private @Nullable Error act() {
			for (Message message : this.engine.cell("server").mailbox().queued()) {
				((CallMessage) message).cancelCall();
			}
			if (this.turn == Turn.RESTARTS) {
				this.engine.cell("server").command(Commands.RESTART);
			}
			else {
				this.other = besideTurn();
			}
			if (this.turn != Turn.WAITS) {
				this.awaited.complete(1);
			}
			this.scheduler.sleep(Duration.ofMillis(1));
			return null;
		}

		int run(int step) {
			this.engine.add("server", ServerSettings.DEFAULTS, Object::new, this.beside);
			this.engine.runtime.start();
			this.scheduler.spawn("other sender", () -> this.engine.ref("server").callAsync((instance) -> this.awaited));
			this.scheduler.settle();
			this.stepping.fail(step, 1);
			besideTurn();
			int steps = this.stepping.stopFailing();
			this.scheduler.settle();
			String row = "step " + step + ", the turn " + this.turn;
			if (this.other != null) {
				assertThat(this.other).as(row + ": another call").isCompleted();
			}
			this.awaited.complete(1);
			CompletableFuture<?> later = besideTurn();
			this.scheduler.sleep(Duration.ofSeconds(1));
			assertThat(later).as(row + ": a later call").isCompleted();
			if (this.turn == Turn.RESTARTS && step <= steps) {
				assertThat(this.engine.cell("server").life().restarts()).as(row + ": restarts").isOne();
			}
			this.engine.close();
			this.scheduler.finish();
			return steps;
		}

		private CompletableFuture<?> besideTurn() {
			return this.engine.runtime.server("server").callAsync(null, this.beside, null, 0, false);
		}

	}

	/** What the turn does meanwhile. */
	private enum Turn {

		WAITS, GOES_ON, RESTARTS

	}

	/** A server that awaits, and messages that may run meanwhile. */
	private static final class Scenario {

		private final SeededScheduler scheduler = new SeededScheduler(1);

		private final FailingScheduler failing = new FailingScheduler(this.scheduler,
				() -> new OutOfMemoryError("expected"));

		private final Engine engine = new Engine(this.failing);

		private final TestOperation beside = TestOperation.concurrent("beside", 1, (instance, payload) -> 1);

		int run(int first, int number) {
			AtomicInteger begun = new AtomicInteger();
			// Given up after a while: what they return never completes.
			TestOperation cast = TestOperation.concurrentCast("cast", 1, (instance, payload) -> {
				begun.incrementAndGet();
				return new CompletableFuture<>();
			});
			this.engine.add("server",
					ServerSettings.DEFAULTS.withMailbox(4, Overflow.BLOCK).withCallTimeout(Duration.ofSeconds(2)),
					Object::new, this.beside, cast);
			this.engine.runtime.start();
			GenServerRef<Object> ref = this.engine.ref("server");
			this.scheduler.settle();
			CompletableFuture<Integer> awaited = new CompletableFuture<>();
			this.scheduler.spawn("other sender", () -> ref.callAsync((instance) -> awaited));
			this.scheduler.settle();
			this.failing.fail(first, number);
			List<CompletableFuture<?>> calls = new ArrayList<>();
			attempt(() -> this.engine.runtime.server("server").cast(null, cast, null));
			for (int i = 0; i < 3; i++) {
				attempt(() -> calls.add(besideTurn()));
			}
			for (int i = 0; i < 3; i++) {
				this.scheduler.spawn("blocked-" + i, () -> {
					attempt(() -> this.engine.runtime.server("server").call(null, this.beside, null, 0, false));
					return null;
				});
			}
			this.scheduler.sleep(Duration.ofMillis(100));
			awaited.complete(1);
			attempt(() -> calls.add(besideTurn()));
			this.scheduler.sleep(Duration.ofMillis(100));
			int steps = this.failing.stopFailing();
			this.scheduler.sleep(LONG);
			String row = "from step " + first + " on " + number;
			assertThat(calls).as(row).allSatisfy((call) -> assertThat(call).isDone());
			CompletableFuture<?> later = besideTurn();
			this.scheduler.sleep(Duration.ofSeconds(1));
			assertThat(later).as(row + ": a slot").isCompleted();
			begun.set(0);
			this.engine.runtime.server("server").cast(null, cast, null);
			this.scheduler.sleep(LONG);
			assertThat(begun).as(row + ": a slot for casts").hasValue(1);
			this.engine.runtime.server("server").instances().restart(null);
			this.scheduler.sleep(Duration.ofSeconds(1));
			assertThat(this.engine.cell("server").life().restarts()).as(row + ": restarts").isPositive();
			this.engine.close();
			this.scheduler.finish();
			return steps;
		}

		private CompletableFuture<?> besideTurn() {
			return this.engine.runtime.server("server").callAsync(null, this.beside, null, 0, false);
		}

		private static void attempt(Runnable action) {
			try {
				action.run();
			}
			catch (GenServerException | VirtualMachineError ex) {
				// What a sender may get.
			}
		}

	}

}
