package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import io.genserver.CallCycleException;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.Overflow;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.mailbox.MailboxContents;
import io.genserver.test.SeededScheduler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Asynchronous calls that wait for room in a full mailbox, without a thread. */
class S08WaitingForRoomTests {

	private static Gate fill(SeededScheduler scheduler, GenServerRef<List<Integer>> server) {
		Gate gate = new Gate(scheduler, "handler");
		server.callAsync((instance) -> {
			gate.pass();
			return null;
		});
		scheduler.settle();
		server.callAsync((instance) -> instance.add(-2));
		server.callAsync((instance) -> instance.add(-1));
		return gate;
	}

	private static GenServerRef<List<Integer>> start(Engine engine, Overflow overflow) {
		return engine.start("server", ServerSettings.DEFAULTS.withMailbox(2, overflow), ArrayList::new);
	}

	private static List<Integer> content(GenServerRef<List<Integer>> server) {
		return server.call((instance) -> List.copyOf(instance));
	}

	@Test
	void S08_aCallThatWaitsForRoomHoldsNoThreadAndIsAnsweredOnceThereIsRoom() {
		for (Overflow overflow : Overflow.values()) {
			Seeds.each(30, (scheduler) -> {
				try (Engine engine = new Engine(scheduler)) {
					GenServerRef<List<Integer>> server = start(engine, overflow);
					Gate gate = fill(scheduler, server);
					List<CompletableFuture<Boolean>> calls = new ArrayList<>();
					engine.asEventLoop(() -> IntStream.range(0, 2)
						.forEach((i) -> calls.add(server.waitingForRoom().callAsync((instance) -> instance.add(i)))));
					assertThat(server.callAsync(List::size)).isCompletedExceptionally();
					scheduler.settle();
					assertThat(calls).noneMatch(CompletableFuture::isDone);
					assertThat(engine.cell("server").mailbox().size()).isEqualTo(2);
					gate.open();
					scheduler.finish();
					assertThat(calls).allSatisfy((call) -> assertThat(call).isCompletedWithValue(true));
					assertThat(content(server)).containsExactly(-2, -1, 0, 1);
					assertThat(engine.cell("server").mailbox().highWater()).isEqualTo(2);
				}
			});
		}
	}

	@Test
	void S08_noMoreWaitThanTheMailboxHolds() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<List<Integer>> server = start(engine, Overflow.BLOCK);
				Gate gate = fill(scheduler, server);
				List<CompletableFuture<Boolean>> calls = IntStream.range(0, 3)
					.mapToObj((i) -> server.waitingForRoom().<Boolean>callAsync((instance) -> instance.add(i)))
					.toList();
				assertThat(calls.get(2).exceptionNow()).isInstanceOf(MailboxFullException.class)
					.hasMessageContaining("as many calls wait for room in it")
					.hasMessageContaining("genserver.servers.server.mailbox.capacity");
				calls.get(0).cancel(false);
				CompletableFuture<Boolean> instead = server.waitingForRoom().callAsync((instance) -> instance.add(4));
				gate.open();
				scheduler.finish();
				assertThat(instead).isCompletedWithValue(true);
				assertThat(content(server)).containsExactly(-2, -1, 1, 4);
			}
		});
	}

	/** Whatever is sent after it, by whatever way, and whoever makes room meanwhile. */
	@Test
	void S02_whatItsSenderSendsLaterDoesNotOvertakeIt() {
		for (Overflow overflow : Overflow.values()) {
			Seeds.each(100, (scheduler) -> {
				try (Engine engine = new Engine(scheduler)) {
					GenServerRef<List<Integer>> server = start(engine, overflow);
					Gate gate = fill(scheduler, server);
					CompletableFuture<List<Integer>> sent = scheduler.spawn("sender", () -> {
						List<Integer> accepted = new ArrayList<>();
						for (int i = 0; i < 12; i++) {
							int number = i;
							scheduler.letOthersRun();
							boolean taken = switch (scheduler.choices().nextInt(4)) {
								case 0 ->
									isAccepted(server.waitingForRoom().callAsync((instance) -> instance.add(number)));
								case 1 -> isAccepted(server.callAsync((instance) -> instance.add(number)));
								case 2 -> server.<Boolean, RuntimeException>call((instance) -> instance.add(number));
								default -> server.tryCast((instance) -> instance.add(number));
							};
							if (taken) {
								accepted.add(number);
							}
						}
						return accepted;
					});
					scheduler.spawn("opener", () -> {
						gate.open();
						return null;
					});
					scheduler.finish();
					List<Integer> content = content(server).stream().filter((number) -> number >= 0).toList();
					assertThat(content).isSorted();
					assertThat(sent.resultNow()).containsAll(content);
					if (overflow != Overflow.DROP_OLDEST) {
						assertThat(content).isEqualTo(sent.resultNow());
					}
				}
			});
		}
	}

	/** Places are given out once half the mailbox is free: some are free before. */
	@Test
	void S02_norWhilePlacesAreFreeThatWereNotGivenOutYet() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<List<Integer>> server = engine.start("server",
						ServerSettings.DEFAULTS.withMailbox(8, Overflow.BLOCK), ArrayList::new);
				Gate first = new Gate(scheduler, "first");
				List<Boolean> taken = new ArrayList<>();
				server.cast((instance) -> first.pass());
				scheduler.settle();
				server.cast((instance) -> instance.add(-2));
				server.cast((instance) -> taken.add(server.tryCast((same) -> same.add(2))));
				for (int i = 0; i < 6; i++) {
					server.cast((instance) -> instance.add(-1));
				}
				CompletableFuture<Boolean> waiting = server.waitingForRoom().callAsync((instance) -> instance.add(1));
				first.open();
				scheduler.finish();
				assertThat(taken).containsExactly(true);
				assertThat(waiting).isCompletedWithValue(true);
				assertThat(content(server)).endsWith(1, 2);
			}
		});
	}

	private static boolean isAccepted(CompletableFuture<?> call) {
		return !call.isCompletedExceptionally();
	}

	@Test
	void S05_oneThatIsCancelledOrWhoseTimeIsOverNeverStartsAndLetsItsPlaceInTheLineGo() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<List<Integer>> server = start(engine, Overflow.BLOCK);
				Gate gate = fill(scheduler, server);
				GenServerRef<List<Integer>> waiting = server.waitingForRoom();
				CompletableFuture<Boolean> late = waiting.withTimeout(Duration.ofMillis(10))
					.callAsync((instance) -> instance.add(1));
				CompletableFuture<Boolean> cancelled = waiting.callAsync((instance) -> instance.add(2));
				cancelled.cancel(false);
				scheduler.advance(Duration.ofMillis(20));
				scheduler.settle();
				assertThat(late.exceptionNow()).isInstanceOfSatisfying(GenServerTimeoutException.class, (ex) -> {
					assertThat(ex.phase()).isEqualTo(Phase.ROOM);
					assertThat(ex.notExecuted()).isTrue();
				});
				CompletableFuture<Boolean> next = waiting.callAsync((instance) -> instance.add(3));
				CompletableFuture<Boolean> last = waiting.callAsync((instance) -> instance.add(4));
				gate.open();
				scheduler.finish();
				assertThat(List.of(next, last)).allSatisfy((call) -> assertThat(call).isCompletedWithValue(true));
				assertThat(content(server)).containsExactly(-2, -1, 3, 4);
			}
		});
	}

	@Test
	void S03_atAStopAndAtAShutdownItFailsAtOnceAndWasNotExecuted() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<List<Integer>> server = start(engine, Overflow.BLOCK);
			Gate gate = fill(scheduler, server);
			CompletableFuture<Boolean> call = server.waitingForRoom().callAsync((instance) -> instance.add(1));
			if (scheduler.choices().nextBoolean()) {
				server.stop();
			}
			else {
				scheduler.spawn("shutdown", () -> {
					engine.close();
					return null;
				});
			}
			scheduler.settle();
			gate.open();
			scheduler.finish();
			assertThat(call).isDone();
			if (call.isCompletedExceptionally()) {
				assertThat(call.exceptionNow()).isInstanceOfSatisfying(GenServerUnavailableException.class,
						(ex) -> assertThat(ex.notExecuted()).isTrue());
			}
			engine.close();
		});
	}

	/** Its turn goes on, and drains the mailbox: nothing waits for itself. */
	@Test
	void S11_aServerWaitsForRoomInItsOwnMailboxWithoutHoldingItsTurn() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<List<Integer>> server = start(engine, Overflow.BLOCK);
				List<CompletableFuture<Boolean>> calls = new ArrayList<>();
				List<@Nullable Throwable> joined = new ArrayList<>();
				server.callAsync((instance) -> {
					GenServerRef<List<Integer>> self = GenServerContext.current()
						.<List<Integer>>self()
						.waitingForRoom();
					for (int i = 0; i < 4; i++) {
						int number = i;
						calls.add(self.callAsync((same) -> same.add(number)));
					}
					try {
						calls.get(3).get();
					}
					catch (ExecutionException ex) {
						joined.add(ex.getCause());
					}
					return null;
				});
				scheduler.finish();
				assertThat(joined).hasSize(1).allSatisfy((ex) -> assertThat(ex).isInstanceOf(CallCycleException.class));
				assertThat(calls.subList(0, 3)).allSatisfy((call) -> assertThat(call).isCompletedWithValue(true));
				assertThat(content(server)).containsExactly(0, 1, 2);
			}
		});
	}

	@Test
	void S17_passivationLosesNoneThatWaits() {
		Seeds.each(50, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				engine.addKeyed("rooms",
						ServerSettings.DEFAULTS.withMailbox(4, Overflow.BLOCK).withIdleTimeout(Duration.ofMillis(4)),
						ArrayList::new);
				engine.runtime.start();
				GenServerRef<List<Integer>> room = engine.<List<Integer>>ref("rooms", "a").waitingForRoom();
				List<CompletableFuture<Boolean>> calls = new ArrayList<>();
				scheduler.spawn("sender", () -> {
					for (int i = 0; i < 8; i++) {
						int number = i;
						calls.add(room.callAsync((instance) -> instance.add(number)));
						scheduler.sleep(Duration.ofMillis(scheduler.choices().nextInt(8)));
					}
					return null;
				});
				scheduler.finish();
				assertThat(calls).hasSize(8).allSatisfy((call) -> assertThat(call).isCompletedWithValue(true));
			}
		});
	}

	@Test
	void S05_itKeepsNothingWhereItWaited() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<List<Integer>> server = start(engine, Overflow.BLOCK);
				Gate gate = fill(scheduler, server);
				CompletableFuture<Boolean> call = server.waitingForRoom().callAsync((instance) -> instance.add(1));
				gate.open();
				scheduler.finish();
				assertThat(call).isCompletedWithValue(true);
				ServerCell cell = engine.cell("server");
				assertThat(MailboxContents.keepsNothing(cell.mailbox())).isTrue();
				assertThat(MailboxContents.emptyEntries(cell.mailbox())).isBetween(0, 2);
			}
		});
	}

}
