package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.genserver.CallCycleException;
import io.genserver.GenServerContext;
import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.Commands;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.contract.Operation;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * While an instance takes its time to terminate, its key has no other, whatever its
 * successor is told.
 */
class S17OneLiveInstanceTests {

	@Test
	void S17_aMessageFromAnotherServersTurnDuringPassivationWaitsForItsEnd() {
		Seeds.each(100, (scheduler) -> {
			Bank bank = new Bank(scheduler);
			bank.engine.add("teller", ServerSettings.DEFAULTS, Object::new);
			bank.engine.runtime.start();
			assertThat(bank.add(100).join()).isEqualTo(100);
			bank.gate = new Gate(scheduler, "termination");
			scheduler.sleep(Duration.ofMinutes(1));
			assertThat(bank.gate.isReached()).isTrue();
			CompletableFuture<Integer> sent = bank.engine.<Object>ref("teller")
				.callAsync((teller) -> bank.ann().<Integer, RuntimeException>call((account) -> account.add(1)));
			scheduler.settle();
			assertThat(sent).isNotDone();
			assertThat(bank.made).isOne();
			bank.openGate();
			scheduler.settle();
			assertThat(sent).isCompletedWithValue(101);
			bank.close();
			assertThat(bank.stored).containsEntry("ann", 101);
		});
	}

	@Test
	void S17_aSuccessorThatIsStoppedKeepsAThirdFromStartingBeforeTheFirstHasEnded() {
		Seeds.each(100, (scheduler) -> {
			Bank bank = new Bank(scheduler);
			bank.engine.runtime.start();
			bank.add(100).join();
			bank.gate = new Gate(scheduler, "termination");
			CompletableFuture<?> first = bank.stop();
			scheduler.settle();
			CompletableFuture<Integer> toSecond = bank.add(1);
			List<Integer> casts = new ArrayList<>();
			bank.ann().cast((account) -> casts.add(1));
			scheduler.settle();
			assertThat(toSecond).as("waits for the end of the first").isNotDone();
			CompletableFuture<?> second = bank.stop();
			scheduler.settle();
			assertThat(toSecond.exceptionNow()).as("answered although the first has not ended")
				.isInstanceOfSatisfying(GenServerException.class, (ex) -> assertThat(ex.notExecuted()).isTrue());
			assertThat(bank.engine.deadLetters).hasSize(2);
			CompletableFuture<Integer> toThird = bank.add(1);
			CompletableFuture<?> terminated = bank.ann().termination();
			scheduler.settle();
			assertThat(List.of(first, second, toThird, terminated)).noneMatch(CompletableFuture::isDone);
			assertThat(bank.made).isOne();
			bank.openGate();
			scheduler.settle();
			assertThat(List.of(first, second)).allMatch(CompletableFuture::isDone);
			assertThat(toThird).isCompletedWithValue(101);
			assertThat(terminated).isNotDone();
			assertThat(casts).isEmpty();
			bank.close();
			assertThat(terminated).isDone();
			assertThat(bank.stored).containsEntry("ann", 101);
		});
	}

	@Test
	void S17_nothingButTheEndOfItsPredecessorLetsASuccessorBegin() {
		int[] commands = { CellInternals.START, CellInternals.BEGIN_AFTER_BACKOFF, Commands.STOP, Commands.SUSPEND,
				Commands.RESUME, Commands.RESTART, Commands.PASSIVATE, CellInternals.WAKE, CellInternals.FAIL,
				Commands.FAIL_PENDING, Commands.STOP | CellInternals.START };
		for (int command : commands) {
			Seeds.each(10, (scheduler) -> {
				Bank bank = new Bank(scheduler);
				bank.engine.runtime.start();
				bank.add(100).join();
				bank.gate = new Gate(scheduler, "termination");
				CompletableFuture<?> stopped = bank.stop();
				scheduler.settle();
				CompletableFuture<Integer> sent = bank.add(1);
				ServerCell successor = bank.instances().find("ann");
				assertThat(successor).isNotNull();
				successor.command(command);
				successor.start();
				CellInternals.ready(successor);
				scheduler.settle();
				assertThat(bank.made).as("instances after command %d", command).isOne();
				assertThat(successor.life().whenTerminated()).isNotDone();
				assertThat(stopped).isNotDone();
				bank.openGate();
				scheduler.settle();
				boolean stops = (command & Commands.STOP) != 0;
				assertThat(successor.life().isOver()).isEqualTo(stops);
				if (command == Commands.SUSPEND) {
					assertThat(successor.life().state()).isEqualTo(ServerState.SUSPENDED);
					successor.command(Commands.RESUME);
					scheduler.settle();
				}
				if (stops) {
					assertThat(sent).isCompletedExceptionally();
				}
				else {
					assertThat(sent).isCompletedWithValue(101);
				}
				bank.close();
			});
		}
	}

	@Test
	void S17_aShutdownEndsWhatWaitsForAnInstanceThatTerminatesSlowly() {
		Seeds.each(100, (scheduler) -> {
			Bank bank = new Bank(scheduler);
			bank.engine.runtime.start();
			bank.add(100).join();
			bank.gate = new Gate(scheduler, "termination");
			bank.stop();
			scheduler.settle();
			CompletableFuture<Integer> sent = bank.add(1);
			ServerCell successor = bank.instances().find("ann");
			scheduler.spawn("opens", () -> {
				scheduler.sleep(Duration.ofMillis(scheduler.choices().nextInt(3_000)));
				bank.openGate();
				return null;
			});
			bank.close();
			assertThat(sent).isDone();
			assertThat(bank.live).as("live instances").isZero();
			assertThat(successor.life().isOver()).isTrue();
			assertThat(bank.stored).containsEntry("ann", sent.isCompletedExceptionally() ? 100 : 101);
		});
	}

	@Test
	void S11_aTerminationThatCallsItsOwnKeyWouldWaitForItself() {
		Seeds.each(50, (scheduler) -> {
			Bank bank = new Bank(scheduler);
			bank.engine.add("teller", ServerSettings.DEFAULTS, Object::new);
			List<Throwable> failures = new ArrayList<>();
			GenServerRef<Object> teller = bank.engine.ref("teller");
			CallTo itself = () -> bank.ann().<Integer, RuntimeException>call((account) -> account.add(1));
			bank.whileTerminating = () -> {
				failures.add(failureOf(itself));
				failures.add(failureOf(() -> teller.<Integer, RuntimeException>call((instance) -> itself.call())));
			};
			bank.engine.runtime.start();
			bank.add(100).join();
			long begin = scheduler.nanoTime();
			CompletableFuture<?> stopped = bank.stop();
			scheduler.settle();
			assertThat(stopped).isDone();
			assertThat(scheduler.nanoTime() - begin).as("time that passed").isZero();
			assertThat(failures).hasSize(2).allMatch(CallCycleException.class::isInstance);
			assertThat(failures.get(0)).hasMessageContaining("account/ann -> account/ann");
			bank.whileTerminating = () -> {
			};
			bank.close();
		});
	}

	@Test
	void S01_nothingRunsBesideAConstructorThatWaits() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "other");
			engine.add("other", ServerSettings.DEFAULTS, Object::new);
			Operation overlapping = TestOperation.concurrent("overlapping", 2, (instance, payload) -> instance);
			Server slow = engine.addKeyed("slow", ServerSettings.DEFAULTS, () -> {
				GenServerRef<Object> other = engine.ref("other");
				return other.<Object, InterruptedException>call((instance) -> {
					gate.pass();
					return "made";
				});
			}, overlapping);
			engine.runtime.start();
			CompletableFuture<Object> first = slow.callAsync("key", overlapping, null, 0, false);
			scheduler.settle();
			CompletableFuture<Object> second = slow.callAsync("key", overlapping, null, 0, false);
			scheduler.settle();
			assertThat(List.of(first, second)).noneMatch(CompletableFuture::isDone);
			gate.open();
			scheduler.settle();
			assertThat(List.of(first, second)).allMatch((call) -> "made".equals(call.join()));
			engine.close();
		});
	}

	@Test
	void S13_aRestartWhileTheInstanceTerminatesBeginsAgainAfterItsEnd() {
		Seeds.each(100, (scheduler) -> {
			Bank bank = new Bank(scheduler);
			Server single = bank.engine.add("single", ServerSettings.DEFAULTS, bank.new Accounts());
			bank.engine.runtime.start();
			for (Instances instances : List.of(single.instances(), bank.instances())) {
				String key = (instances == bank.instances()) ? "ann" : null;
				GenServerRef<Account> ref = new LocalRef<>(
						bank.engine.runtime.server((key != null) ? "account" : "single"), key);
				assertThat(ref.<Integer, RuntimeException>call((account) -> account.add(1))).isOne();
				bank.gate = new Gate(scheduler, "termination");
				CompletableFuture<?> stopped = ref.stop();
				if (scheduler.choices().nextBoolean()) {
					scheduler.settle();
				}
				int before = bank.made;
				instances.restart(key);
				scheduler.settle();
				assertThat(bank.made).isEqualTo(before);
				bank.openGate();
				scheduler.settle();
				assertThat(stopped).isDone();
				assertThat(bank.made).isEqualTo(before + 1);
				assertThat(ref.<Integer, RuntimeException>call((account) -> account.add(1))).isEqualTo(2);
				// The other way round the stop counts.
				instances.restart(key);
				ref.stop();
				scheduler.settle();
				assertThat(bank.live).isZero();
			}
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> bank.engine.<Account>ref("single").call((account) -> account.add(1)));
			bank.close();
		});
	}

	private static Throwable failureOf(CallTo call) {
		try {
			call.call();
			throw new AssertionError("no failure");
		}
		catch (RuntimeException ex) {
			return ex;
		}
	}

	/** A call that may fail. */
	private interface CallTo {

		int call();

	}

	/** Accounts that load their balance when they start and store it when they end. */
	private static final class Bank {

		private final SeededScheduler scheduler;

		private final Engine engine;

		private final Map<String, Integer> stored = new HashMap<>();

		private int live;

		private int made;

		/** Holds terminations up, if there is one. */
		private Gate gate;

		private Runnable whileTerminating = () -> {
		};

		Bank(SeededScheduler scheduler) {
			this.scheduler = scheduler;
			this.engine = new Engine(scheduler);
			this.engine.addKeyed("account", ServerSettings.DEFAULTS.withIdleTimeout(Duration.ofSeconds(4)),
					new Accounts());
		}

		GenServerRef<Account> ann() {
			return this.engine.ref("account", "ann");
		}

		Instances instances() {
			return this.engine.runtime.server("account").instances();
		}

		CompletableFuture<Integer> add(int amount) {
			CompletableFuture<Integer> reply = ann().withTimeout(Duration.ofMinutes(5))
				.callAsync((account) -> account.add(amount));
			this.scheduler.settle();
			return reply;
		}

		CompletableFuture<?> stop() {
			return ann().stop();
		}

		void openGate() {
			Gate closed = this.gate;
			this.gate = null;
			closed.open();
		}

		void close() {
			this.engine.close();
			this.scheduler.finish();
		}

		/** Makes accounts. */
		private final class Accounts implements InstanceFactory {

			@Override
			public Object create() {
				assertThat(++Bank.this.live).as("live instances").isOne();
				Bank.this.made++;
				GenServerContext context = GenServerContext.current();
				String name = (context.key() != null) ? context.key() : context.name();
				return new Account(name, Bank.this.stored.getOrDefault(name, 0));
			}

			@Override
			public void destroy(Object instance) throws Exception {
				Account account = (Account) instance;
				Bank.this.whileTerminating.run();
				Gate closed = Bank.this.gate;
				if (closed != null) {
					closed.pass();
				}
				Bank.this.stored.put(account.name, account.balance);
				Bank.this.live--;
			}

		}

	}

	/** The state of a server. */
	private static final class Account {

		private final String name;

		private int balance;

		Account(String name, int balance) {
			this.name = name;
			this.balance = balance;
		}

		int add(int amount) {
			this.balance += amount;
			return this.balance;
		}

	}

}
