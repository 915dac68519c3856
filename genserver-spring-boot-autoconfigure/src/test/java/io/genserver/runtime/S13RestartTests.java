package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerContext;
import io.genserver.GenServerEvent;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.CellInternals;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.supervision.RestartHistory;
import io.genserver.runtime.supervision.Supervision;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Restarts: what they keep, what they cost, and when they end.
 */
class S13RestartTests {

	private static final ServerSettings RESTARTING = ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESTART);

	@Test
	void S13_aRestartMakesANewInstanceAndLosesOnlyTheFailingMessage() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger made = new AtomicInteger();
			GenServerRef<AtomicInteger> server = engine.start("server", RESTARTING,
					() -> new AtomicInteger(made.incrementAndGet() * 100));
			Gate gate = new Gate(scheduler, "handler");
			CompletableFuture<Integer> failing = server.callAsync((state) -> {
				gate.pass();
				throw new IllegalStateException("broken");
			});
			List<CompletableFuture<Integer>> queued = new ArrayList<>();
			for (int i = 0; i < 5; i++) {
				queued.add(server.callAsync(AtomicInteger::incrementAndGet));
			}
			gate.open();
			scheduler.sleep(Duration.ofSeconds(1));
			assertThat(failing.exceptionNow()).isInstanceOf(IllegalStateException.class).hasMessage("broken");
			for (int i = 0; i < 5; i++) {
				assertThat(queued.get(i)).isCompletedWithValue(201 + i);
			}
			assertThat(made).hasValue(2);
			assertThat(engine.events).extracting(GenServerEvent::kind)
				.containsExactly(GenServerEvent.Kind.STARTED, GenServerEvent.Kind.RESTARTED);
			engine.close();
		});
	}

	@Test
	void S13_aRestartCancelsTimersAndContinuations() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger ticks = new AtomicInteger();
			GenServerRef<Object> server = engine.start("server", RESTARTING, Object::new);
			server.call(
					(state) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(1), ticks::incrementAndGet));
			assertThatThrownBy(() -> server.call((state) -> {
				GenServerContext.current().continueWith(ticks::incrementAndGet);
				throw new IllegalStateException("broken");
			})).hasMessage("broken");
			int before = ticks.get();
			scheduler.sleep(Duration.ofSeconds(2));
			assertThat(ticks).hasValue(before);
			engine.close();
		});
	}

	@Test
	void S13_theFourthRestartWithinTheWindowMakesTheServerFailAndCallsFailAtOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", RESTARTING, Object::new);
			for (int i = 0; i < 4; i++) {
				fail(server);
			}
			scheduler.settle();
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.FAILED);
			long before = scheduler.nanoTime();
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> server.call(Object::hashCode))
				.withMessageContaining("has failed")
				.withRootCauseInstanceOf(IllegalStateException.class);
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.runtime.server("server").instances().restart(null);
			assertThat(server.<Integer, RuntimeException>call((state) -> 1)).isEqualTo(1);
			engine.close();
		});
	}

	@Test
	void S13_restartsThatAreFarApartDoNotAddUp() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", RESTARTING, Object::new);
			for (int i = 0; i < 10; i++) {
				fail(server);
				scheduler.sleep(Duration.ofSeconds(3));
			}
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.RUNNING);
			assertThat(engine.cell("server").life().restarts()).isEqualTo(10);
			engine.close();
		});
	}

	@Test
	void S13_pausesDoubleUpToTheLimit() {
		Seeds.each(50, (scheduler) -> {
			Supervision supervision = new Supervision(SupervisionStrategy.RESTART, SupervisionStrategy.RESTART,
					List.of(), 6, Duration.ofMinutes(1), Duration.ofMillis(100), Duration.ofSeconds(1));
			RestartHistory history = supervision.history();
			for (long most : new long[] { 100, 200, 400, 800, 1000, 1000 }) {
				long pause = history.next(scheduler.nanoTime(), scheduler.random()) / 1_000_000;
				assertThat(pause).isBetween(most * 8 / 10 - 1, most);
			}
			assertThat(history.next(scheduler.nanoTime(), scheduler.random())).isEqualTo(-1);
		});
	}

	@Test
	void S13_afterHundredsOfRestartsThePauseIsStillTheLongestAndJitterShortensItByAFifthAtMost() {
		for (Duration initial : List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofMillis(100),
				Duration.ofSeconds(1))) {
			RestartHistory history = new RestartHistory(Integer.MAX_VALUE, Duration.ofMinutes(1), initial,
					Duration.ofSeconds(1));
			long now = 0;
			for (int i = 0; i < 1000; i++) {
				double random = (i % 10) / 10.0;
				long pause = history.next(now, random);
				long full = Math.round(pause / (1 - 0.2 * random));
				if (initial.isZero()) {
					assertThat(pause).isZero();
				}
				else if (i > 40) {
					assertThat(full).isBetween(999_999_000L, 1_000_001_000L);
				}
				assertThat(pause).isBetween(0L, 1_000_000_000L);
				now += pause;
			}
			assertThat(history.next(now + Duration.ofMinutes(1).toNanos(), 0)).as("after a quiet window")
				.isEqualTo(initial.toNanos());
		}
	}

	@Test
	void S13_thePauseGrowsAlsoWhereRestartsLeaveTheWindowOneByOne() {
		RestartHistory history = new RestartHistory(10, Duration.ofMinutes(10), Duration.ofMillis(500),
				Duration.ofSeconds(30));
		long pause = 0;
		for (int i = 0; i < 20; i++) {
			pause = history.next(Duration.ofMinutes(2 * i).toNanos(), 0);
		}
		assertThat(pause).isEqualTo(Duration.ofSeconds(30).toNanos());
	}

	@Test
	void S13_aConstructorThatFailsAgainCountsAsRestartAndLeavesNoZombie() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger made = new AtomicInteger();
			GenServerRef<Object> server = engine.start("server", RESTARTING, () -> {
				if (made.incrementAndGet() > 1) {
					throw new IllegalStateException("cannot start");
				}
				return new Object();
			});
			fail(server);
			CompletableFuture<Integer> queued = server.callAsync(Object::hashCode);
			scheduler.sleep(Duration.ofSeconds(3));
			assertThat(made).hasValue(4);
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.FAILED);
			assertThat(queued.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			engine.close();
		});
	}

	@Test
	void S13_aKeyThatHasFailedFailsAloneAndIsForgottenAfterItsIdleTime() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.addKeyed("keyed", RESTARTING.withIdleTimeout(Duration.ofSeconds(8)), Object::new);
			engine.runtime.start();
			GenServerRef<Object> bad = engine.ref("keyed", "bad");
			for (int i = 0; i < 4; i++) {
				fail(bad);
			}
			assertThatExceptionOfType(GenServerUnavailableException.class).isThrownBy(() -> bad.call(Object::hashCode));
			GenServerRef<Object> good = engine.ref("keyed", "good");
			assertThat(good.<Integer, RuntimeException>call((state) -> 1)).isEqualTo(1);
			scheduler.sleep(Duration.ofSeconds(20));
			assertThat(bad.<Integer, RuntimeException>call((state) -> 1)).isEqualTo(1);
			engine.close();
		});
	}

	@Test
	void S13_theStrategyOfTheMostSpecificTypeCounts() {
		Supervision supervision = new Supervision(SupervisionStrategy.RESUME, SupervisionStrategy.RESTART,
				List.of(Map.entry(RuntimeException.class, SupervisionStrategy.RESTART),
						Map.entry(IllegalArgumentException.class, SupervisionStrategy.STOP)),
				3, Duration.ofSeconds(5), Duration.ZERO, Duration.ZERO);
		assertThat(supervision.strategyFor(new Exception())).isEqualTo(SupervisionStrategy.RESUME);
		assertThat(supervision.strategyFor(new IllegalStateException())).isEqualTo(SupervisionStrategy.RESTART);
		assertThat(supervision.strategyFor(new NumberFormatException())).isEqualTo(SupervisionStrategy.STOP);
		assertThat(supervision.strategyFor(new StackOverflowError())).isEqualTo(SupervisionStrategy.RESTART);
		assertThat(Supervision.DEFAULTS.strategyFor(new IllegalStateException())).isEqualTo(SupervisionStrategy.RESUME);
	}

	private static void fail(GenServerRef<Object> server) {
		assertThatThrownBy(() -> server.call((state) -> {
			throw new IllegalStateException("broken");
		})).hasMessage("broken");
	}

	@Test
	void S13_aRestartAskedForBeforeAStartThatFailsMakesNoInstanceAfterTheFailure() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger made = new AtomicInteger();
			Server server = engine.add("server", RESTARTING, () -> {
				if (made.incrementAndGet() == 1) {
					throw new IllegalStateException("no database");
				}
				return new Object();
			});
			ServerCell cell = engine.cell("server");
			server.instances().restart(null);
			assertThatThrownBy(engine.runtime::start).hasMessageContaining("server");
			scheduler.finish();
			assertThat(cell.life().state()).isEqualTo(ServerState.FAILED);
			assertThat(CellInternals.instance(cell)).isNull();
			assertThat(made).hasValue(1);
		});
	}

}
