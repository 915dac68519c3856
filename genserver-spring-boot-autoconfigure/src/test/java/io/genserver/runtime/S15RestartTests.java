package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.Reply;
import io.genserver.ServerState;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Servers that start again after all were shut down, and timers around a shutdown.
 */
class S15RestartTests {

	private static final class Counter {

		private int value;

		int next() {
			return ++this.value;
		}

	}

	private static final class Instances implements InstanceFactory {

		private final AtomicInteger alive = new AtomicInteger();

		private int most;

		@Override
		public Object create() {
			this.most = Math.max(this.most, this.alive.incrementAndGet());
			return new Counter();
		}

		@Override
		public void destroy(Object instance) {
			this.alive.decrementAndGet();
		}

	}

	@Test
	void S15_afterAShutdownServersStartAgainWithNewInstancesBehindTheSameRefs() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Counter::new);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, Counter::new);
			GenServerRef<Counter> server = engine.ref("server");
			GenServerRef<Counter> keyed = engine.ref("keyed", "k");
			for (int life = 0; life < 3; life++) {
				CompletableFuture<Integer> early = server.callAsync(Counter::next);
				if (life > 0) {
					assertThat(early.exceptionNow()).isInstanceOf(GenServerUnavailableException.class)
						.hasMessageContaining("stopped");
				}
				engine.runtime.start();
				int first = (life == 0) ? 2 : 1;
				assertThat(server.call(Counter::next)).isEqualTo(first);
				assertThat(keyed.call(Counter::next)).isEqualTo(1);
				assertThat(keyed.call(Counter::next)).isEqualTo(2);
				assertThat(engine.runtime.isRunning()).isTrue();
				engine.close();
				assertThatExceptionOfType(GenServerUnavailableException.class)
					.isThrownBy(() -> server.call(Counter::next));
				assertThatExceptionOfType(GenServerUnavailableException.class)
					.isThrownBy(() -> keyed.cast(Counter::next));
			}
		});
	}

	@Test
	void S15_terminationFollowsTheOrderOfTheLatestStart() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			for (String name : List.of("first", "second")) {
				engine.add(name, ServerSettings.DEFAULTS, new InstanceFactory() {

					@Override
					public Object create() {
						log.add("+" + name);
						return new Object();
					}

					@Override
					public void destroy(Object instance) {
						log.add("-" + name);
					}

				});
			}
			engine.runtime.start();
			engine.close();
			engine.runtime.start();
			engine.close();
			assertThat(log).containsExactly("+first", "+second", "-second", "-first", "+first", "+second", "-second",
					"-first");
		});
	}

	@Test
	void S15_anInstanceThatWasLeftBehindEndsBeforeItsSuccessorStarts() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofMillis(10), Duration.ofMillis(600)));
			Instances instances = new Instances();
			Instances keys = new Instances();
			engine.add("server", ServerSettings.DEFAULTS, instances);
			engine.addKeyed("keyed", ServerSettings.DEFAULTS, keys);
			boolean[] released = new boolean[1];
			engine.runtime.start();
			List<GenServerRef<Counter>> refs = List.of(engine.ref("server"), engine.ref("keyed", "k"));
			refs.forEach((ref) -> ref.cast((counter) -> {
				while (!released[0]) {
					try {
						scheduler.sleep(Duration.ofMillis(50));
					}
					catch (IllegalStateException ex) {
						Thread.interrupted();
					}
				}
			}));
			scheduler.settle();
			engine.close();
			engine.runtime.start();
			CompletableFuture<Integer> early = refs.get(1).callAsync(Counter::next);
			scheduler.settle();
			assertThat(early).isNotDone();
			released[0] = true;
			scheduler.finish();
			for (GenServerRef<Counter> ref : refs) {
				assertThat(ref.call(Counter::next)).isPositive();
			}
			assertThat(instances.most).isOne();
			assertThat(keys.most).isOne();
			assertThat(early).isCompleted();
			engine.close();
			assertThat(instances.alive).hasValue(0);
			assertThat(keys.alive).hasValue(0);
		});
	}

	@Test
	void S15_aHandlerMayStopAndStartAllServers() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Instances instances = new Instances();
			engine.add("admin", ServerSettings.DEFAULTS, instances);
			engine.add("other", ServerSettings.DEFAULTS, Counter::new);
			engine.runtime.start();
			GenServerRef<Counter> admin = engine.ref("admin");
			GenServerRef<Counter> other = engine.ref("other");
			other.call(Counter::next);
			admin.cast((counter) -> {
				engine.runtime.shutdown();
				engine.runtime.start();
			});
			scheduler.finish();
			scheduler.settle();
			assertThat(other.call(Counter::next)).isOne();
			assertThat(admin.call(Counter::next)).isOne();
			assertThat(instances.most).isOne();
			engine.close();
		});
	}

	@Test
	@RealThreads
	void S15_onRealThreadsWorkersDeadlinesAndTimersWorkAgain() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Counter> server = engine.start("server", ServerSettings.DEFAULTS, Counter::new);
			for (int life = 0; life < 20; life++) {
				assertThat(server.callAsync(Counter::next).get(30, TimeUnit.SECONDS)).isEqualTo(1);
				CompletableFuture<String> ticked = new CompletableFuture<>();
				server.cast((counter) -> GenServerContext.current()
					.schedule(Duration.ofNanos(1), () -> ticked.complete("ticked")));
				assertThat(ticked.get(30, TimeUnit.SECONDS)).isEqualTo("ticked");
				engine.close();
				engine.runtime.start();
			}
		}
	}

	@Test
	void S15_timersStopTickingWhenTheDrainBegins() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			int[] ticks = new int[1];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server.cast((instance) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(1), () -> ticks[0]++));
			scheduler.sleep(Duration.ofMillis(5));
			assertThat(ticks[0]).isPositive();
			server.cast((instance) -> gate.pass());
			scheduler.settle();
			scheduler.sleep(Duration.ofMillis(3));
			CompletableFuture<Void> shutdown = scheduler.spawn("shutdown", () -> {
				engine.close();
				return null;
			});
			scheduler.settle();
			int before = ticks[0];
			scheduler.sleep(Duration.ofMillis(50));
			gate.open();
			scheduler.finish();
			assertThat(shutdown).isCompleted();
			assertThat(ticks[0]).isEqualTo(before);
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.STOPPED);
		});
	}

	@Test
	void S15_aTaskThatBecomesDueWhileItsServerDrainsIsRun() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<String> answered = server.callAsync((instance) -> {
				Reply<String> reply = GenServerContext.current().deferReply();
				GenServerContext.current().schedule(Duration.ofMillis(20), () -> reply.complete("flushed"));
				return null;
			});
			scheduler.settle();
			engine.close();
			assertThat(answered).isCompletedWithValue("flushed");
		});
	}

	@Test
	void timersPauseAndTickOnceForWhatTheyMissed() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			int[] ticks = new int[1];
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			server
				.cast((instance) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(10), () -> ticks[0]++));
			scheduler.sleep(Duration.ofMillis(35));
			scheduler.settle();
			assertThat(ticks[0]).isEqualTo(3);
			engine.runtime.pauseTimers();
			scheduler.sleep(Duration.ofMillis(100));
			assertThat(ticks[0]).isEqualTo(3);
			assertThat(server.<String, RuntimeException>call((instance) -> "served")).isEqualTo("served");
			engine.runtime.resumeTimers();
			scheduler.settle();
			assertThat(ticks[0]).isEqualTo(4);
			scheduler.sleep(Duration.ofMillis(25));
			assertThat(ticks[0]).isBetween(6, 7);
			engine.close();
		});
	}

}
