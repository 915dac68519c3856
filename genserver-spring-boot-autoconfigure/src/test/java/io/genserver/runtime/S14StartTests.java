package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.BlockingCallException;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerState;
import io.genserver.runtime.ServerSettings.StartFailure;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.supervision.Supervision;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How servers start. What needs an application context is tested with the context.
 */
class S14StartTests {

	private static final ServerSettings MARK_FAILED = new ServerSettings(1024, ServerSettings.DEFAULTS.overflow(),
			ServerSettings.DEFAULTS.callTimeout(), Supervision.DEFAULTS, 100_000, null, StartFailure.MARK_FAILED);

	@Test
	void S14_messagesSentBeforeTheStartWaitForItInOrder() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			engine.add("server", ServerSettings.DEFAULTS, () -> {
				log.add("init");
				return log;
			});
			GenServerRef<List<String>> server = engine.ref("server");
			server.cast((list) -> list.add("cast"));
			CompletableFuture<Boolean> call = server.callAsync((list) -> list.add("call"));
			scheduler.settle();
			assertThat(log).isEmpty();
			assertThat(engine.cell("server").life().state()).isEqualTo(ServerState.NEW);
			engine.runtime.start();
			scheduler.settle();
			assertThat(log).containsExactly("init", "cast", "call");
			assertThat(call).isCompletedWithValue(true);
			engine.close();
		});
	}

	@Test
	void S14_serversStartOneAfterTheOtherInTheOrderTheyWereAdded() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			for (String name : List.of("a", "b", "c")) {
				engine.add(name, ServerSettings.DEFAULTS, () -> {
					log.add(name + " begins");
					scheduler.letOthersRun();
					log.add(name + " is there");
					return new Object();
				});
			}
			engine.runtime.start();
			assertThat(log).containsExactly("a begins", "a is there", "b begins", "b is there", "c begins",
					"c is there");
			engine.close();
		});
	}

	@Test
	void S14_aCallFromAnInitStartsItsTargetFirst() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> started = new ArrayList<>();
			engine.add("first", ServerSettings.DEFAULTS, () -> {
				engine.ref("second").call(Object::hashCode);
				started.add("first");
				return new Object();
			});
			engine.add("second", ServerSettings.DEFAULTS, () -> {
				engine.ref("third").call(Object::hashCode);
				started.add("second");
				return new Object();
			});
			engine.add("third", ServerSettings.DEFAULTS, () -> {
				started.add("third");
				return new Object();
			});
			long before = scheduler.nanoTime();
			engine.runtime.start();
			assertThat(started).containsExactly("third", "second", "first");
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.close();
		});
	}

	@Test
	void S14_aCallFromAnInitStartsWhatItsTargetNeedsInItsHandler() {
		Seeds.each(100, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("first", ServerSettings.DEFAULTS, Object::new);
			engine.add("second", ServerSettings.DEFAULTS, () -> {
				// The first is there already, but it asks the third.
				engine.ref("first").call((instance) -> engine.ref("third").call(Object::hashCode));
				return new Object();
			});
			engine.add("third", ServerSettings.DEFAULTS, Object::new);
			long before = scheduler.nanoTime();
			engine.runtime.start();
			assertThat(scheduler.nanoTime()).isEqualTo(before);
			engine.close();
		});
	}

	@Test
	void S14_aBlockingCallFromTheThreadThatStartsTheApplicationFailsAtOnceAndSaysWhatToDo() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("server", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> server = engine.ref("server");
			assertThatExceptionOfType(BlockingCallException.class).isThrownBy(() -> server.call(Object::hashCode))
				.withMessageContaining("would block the thread that starts the application")
				.withMessageContaining("ApplicationRunner");
			CompletableFuture<Integer> elsewhere = scheduler.spawn("other", () -> server.call((instance) -> 1));
			scheduler.settle();
			engine.runtime.start();
			scheduler.settle();
			assertThat(elsewhere).isCompletedWithValue(1);
			assertThat(server.<Integer, RuntimeException>call((instance) -> 2)).isEqualTo(2);
			engine.close();
		});
	}

	@Test
	void S14_aFailingStartFailsTheStartOfAllAndStopsWhatHasStarted() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			engine.add("healthy", ServerSettings.DEFAULTS, logging("healthy", log));
			engine.add("broken", ServerSettings.DEFAULTS, () -> {
				throw new IllegalStateException("no database");
			});
			engine.add("never", ServerSettings.DEFAULTS, logging("never", log));
			GenServerRef<Object> never = engine.ref("never");
			CompletableFuture<Integer> early = never.callAsync(Object::hashCode);
			assertThatExceptionOfType(ServerStartException.class).isThrownBy(engine.runtime::start)
				.withMessage("Server broken failed to start: java.lang.IllegalStateException: no database")
				.satisfies((ex) -> assertThat(ex.server()).isEqualTo("broken"));
			assertThat(log).containsExactly("create healthy", "destroy healthy");
			scheduler.settle();
			assertThat(early.exceptionNow()).isInstanceOf(GenServerUnavailableException.class);
			assertThat(engine.runtime.isRunning()).isFalse();
		});
	}

	@Test
	void S14_whereConfiguredAFailingStartMarksTheServerFailedAndTheOthersStart() {
		Seeds.each(200, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("broken", MARK_FAILED, () -> {
				throw new IllegalStateException("no database");
			});
			GenServerRef<Object> healthy = engine.start("healthy", ServerSettings.DEFAULTS, Object::new);
			assertThat(engine.cell("broken").life().state()).isEqualTo(ServerState.FAILED);
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> engine.ref("broken").call(Object::hashCode))
				.withMessageContaining("Server broken has failed")
				.withRootCauseInstanceOf(IllegalStateException.class);
			assertThat(healthy.<Integer, RuntimeException>call((instance) -> 1)).isOne();
			engine.close();
		});
	}

	@Test
	void S14_aShutdownDuringTheStartEndsIt() {
		Seeds.each(300, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			List<String> log = new ArrayList<>();
			engine.add("slow", MARK_FAILED, () -> {
				scheduler.letOthersRun();
				return logging("slow", log).create();
			});
			engine.add("other", ServerSettings.DEFAULTS, logging("other", log));
			scheduler.spawn("closer", () -> {
				engine.runtime.shutdown();
				return null;
			});
			try {
				engine.runtime.start();
			}
			catch (ServerStartException | IllegalStateException ex) {
				// Told that it was in vain.
			}
			scheduler.finish();
			assertThat(engine.runtime.isRunning()).isFalse();
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> engine.ref("other").cast(Object::hashCode));
		});
	}

	@Test
	void S14_aServerAddedLaterStartsAtOnce() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			Server late = engine.add("late", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start(late);
			assertThat(engine.<Object>ref("late").<Integer, RuntimeException>call((instance) -> 1)).isOne();
			Server broken = engine.add("broken", ServerSettings.DEFAULTS, () -> {
				throw new IllegalStateException("no database");
			});
			assertThatExceptionOfType(ServerStartException.class).isThrownBy(() -> engine.runtime.start(broken));
			assertThat(engine.runtime.isRunning()).isTrue();
			engine.close();
		});
	}

	@Test
	void S14_aServerAddedAfterTheShutdownIsRefusedInsteadOfWaitingForEver() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			engine.close();
			assertThatExceptionOfType(GenServerUnavailableException.class)
				.isThrownBy(() -> engine.runtime.start(engine.add("late", ServerSettings.DEFAULTS, Object::new)));
		});
	}

	private static InstanceFactory logging(String name, List<String> log) {
		return new InstanceFactory() {

			@Override
			public Object create() {
				log.add("create " + name);
				return new Object();
			}

			@Override
			public void destroy(Object instance) {
				log.add("destroy " + name);
			}

		};
	}

	@Test
	void S14_aServerAddedLaterThatCannotStartLeavesItsNameFree() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.runtime.start();
			Server broken = engine.add("late", ServerSettings.DEFAULTS, () -> {
				throw new IllegalStateException("broken");
			});
			assertThatExceptionOfType(ServerStartException.class).isThrownBy(() -> engine.runtime.start(broken));
			Server mended = engine.add("late", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start(mended);
			assertThat(engine.<Object>ref("late").<Integer, RuntimeException>call((state) -> 1)).isEqualTo(1);
			engine.close();
		});
	}

}
