package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.GenServerRef;
import io.genserver.ServerInfo;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.InstanceLifecycle;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every step of a server that fails is logged with its cause, and none leaves anything.
 */
class S13EveryStepTests {

	private static final ServerSettings RESTARTING = ServerSettings.DEFAULTS.withStrategy(SupervisionStrategy.RESTART);

	@Test
	void S13_everyStepIsLoggedWithItsCause() {
		Logger logger = (Logger) LoggerFactory.getLogger(InstanceLifecycle.class);
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		log.start();
		logger.addAppender(log);
		try {
			SeededScheduler scheduler = new SeededScheduler(1);
			Engine engine = new Engine(scheduler);
			AtomicInteger made = new AtomicInteger();
			GenServerRef<Object> server = engine.start("server", RESTARTING, () -> {
				if (made.incrementAndGet() == 3) {
					throw new IllegalStateException("no database");
				}
				return new Object();
			});
			fail(server);
			scheduler.sleep(Duration.ofMillis(200));
			fail(server);
			scheduler.sleep(Duration.ofSeconds(1));
			fail(server);
			scheduler.sleep(Duration.ofSeconds(1));
			engine.close();
		}
		finally {
			logger.detachAppender(log);
		}
		List<String> steps = log.list.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(Level.WARN))
			.map((event) -> event.getLevel() + " " + event.getFormattedMessage().replaceAll("[0-9]+ ms", "N ms") + ": "
					+ event.getThrowableProxy().getMessage())
			.toList();
		assertThat(steps).containsExactly("WARN Server server restarts in N ms: broken",
				"WARN Server server restarts in N ms: broken", "ERROR Server server failed to start again: no database",
				"WARN Server server restarts in N ms: no database",
				"ERROR Server server has failed: it was restarted 3 times within PT5S: broken");
	}

	@Test
	void S13_aKeyedInstanceThatCannotBeMadeLeavesNothingAndTheNextMessageTriesAgain() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger made = new AtomicInteger();
			engine.addKeyed("keyed", RESTARTING, () -> {
				scheduler.letOthersRun();
				if (made.incrementAndGet() == 1) {
					throw new IllegalStateException("no database");
				}
				return new Object();
			});
			engine.runtime.start();
			GenServerRef<Object> first = engine.ref("keyed", "first");
			List<CompletableFuture<Integer>> calls = List.of(first.callAsync((instance) -> 1),
					scheduler.spawn("blocked", () -> first.call((instance) -> 1)));
			scheduler.finish();
			assertThat(calls)
				.anySatisfy((call) -> assertThat(call.exceptionNow()).isInstanceOf(IllegalStateException.class)
					.hasMessage("no database"));
			assertThat(calls).filteredOn(CompletableFuture::isCompletedExceptionally)
				.allSatisfy((call) -> assertThat(call.exceptionNow()).hasMessage("no database"));
			ServerInfo info = ServerInfos.of(engine.runtime.server("keyed"));
			assertThat(info.failed()).isEqualTo(1);
			assertThat(info.failures()).singleElement().satisfies((failure) -> {
				assertThat(failure.key()).isEqualTo("first");
				assertThat(failure.operation()).isEqualTo("constructor");
				assertThat(failure.message()).isEqualTo("no database");
			});
			first.stop();
			scheduler.settle();
			assertThat(engine.runtime.server("keyed").instances().all()).isEmpty();
			GenServerRef<Object> second = engine.ref("keyed", "second");
			assertThat(second.<Integer, RuntimeException>call((instance) -> 2)).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S13_anInstanceThatFailsAtAnyStepIsGoneBeforeTheNextIsMade() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AtomicInteger alive = new AtomicInteger();
			List<String> zombies = new ArrayList<>();
			InstanceFactory fragile = new InstanceFactory() {

				@Override
				public Object create() {
					scheduler.letOthersRun();
					if (scheduler.choices().nextInt(4) == 0) {
						throw new IllegalStateException("constructor");
					}
					if (alive.incrementAndGet() > 1) {
						zombies.add("two alive");
					}
					return new Object();
				}

				@Override
				public void destroy(Object instance) {
					scheduler.letOthersRun();
					alive.decrementAndGet();
					if (scheduler.choices().nextInt(3) == 0) {
						throw new IllegalStateException("termination");
					}
				}

			};
			engine.addKeyed("keyed", RESTARTING, fragile);
			engine.runtime.start();
			GenServerRef<Object> server = engine.ref("keyed", "key");
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < 12; i++) {
				boolean fails = i % 3 == 0;
				calls.add(server.callAsync((instance) -> {
					if (fails) {
						throw new IllegalStateException("handler");
					}
					return 1;
				}));
				scheduler.sleep(Duration.ofMillis(scheduler.choices().nextInt(300)));
			}
			engine.close();
			scheduler.finish();
			assertThat(calls).allSatisfy((call) -> assertThat(call).isDone());
			assertThat(zombies).isEmpty();
			assertThat(alive).hasValue(0);
		});
	}

	@Test
	void S17_restartingOneKeyLeavesTheOthersAlone() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> one = engine.ref("keyed", "one");
			GenServerRef<Object> two = engine.ref("keyed", "two");
			int first = one.call(System::identityHashCode);
			int second = two.call(System::identityHashCode);
			engine.runtime.server("keyed").instances().restart("one");
			scheduler.settle();
			assertThat(one.<Integer, RuntimeException>call(System::identityHashCode)).isNotEqualTo(first);
			assertThat(two.<Integer, RuntimeException>call(System::identityHashCode)).isEqualTo(second);
			engine.close();
		});
	}

	private static void fail(GenServerRef<Object> server) {
		CompletableFuture<Object> failed = server.callAsync((state) -> {
			throw new IllegalStateException("broken");
		});
		assertThat(failed).satisfies((call) -> {
			try {
				call.join();
			}
			catch (RuntimeException ex) {
				assertThat(ex).hasRootCauseMessage("broken");
			}
		});
	}

}
