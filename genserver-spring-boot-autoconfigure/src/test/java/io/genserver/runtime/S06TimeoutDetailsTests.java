package io.genserver.runtime;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A timeout says where the time went.
 */
class S06TimeoutDetailsTests {

	private static final TestOperation GET = TestOperation.call("get", (instance, payload) -> {
		((Step) payload).run();
		return null;
	});

	private static final TestOperation SET = TestOperation.cast("set", (instance, payload) -> {
		((Step) payload).run();
		return null;
	});

	private static GenServerTimeoutException call(Engine engine, Duration timeout, Step body) {
		return catchThrowableOfType(GenServerTimeoutException.class,
				() -> engine.runtime.server("kv").call(null, GET, body, timeout.toNanos(), false));
	}

	private static Engine kv(SeededScheduler scheduler) {
		Engine engine = new Engine(scheduler);
		engine.add("kv", Engine.SMALL, Object::new, GET, SET);
		engine.runtime.start();
		return engine;
	}

	@Test
	void S06_inPhaseRoom() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = kv(scheduler);
			Server server = engine.runtime.server("kv");
			server.cast(null, SET, (Step) () -> scheduler.sleep(Duration.ofSeconds(3)));
			scheduler.settle();
			scheduler.advance(Duration.ofMillis(500));
			server.cast(null, SET, (Step) () -> {
			});
			server.cast(null, SET, (Step) () -> {
			});
			GenServerTimeoutException timeout = call(engine, Duration.ofSeconds(1), () -> {
			});
			assertThat(timeout).hasMessage("Call of kv get timed out after 1000 ms in phase ROOM (room 1000 ms,"
					+ " queued 0 ms, running 0 ms); mailbox 2 of 2; in flight: set for 1500 ms");
			assertThat(timeout.phase()).isEqualTo(Phase.ROOM);
			assertThat(timeout.notExecuted()).isTrue();
			GenServerTimeoutException.Details details = timeout.details();
			assertThat(details.server()).isEqualTo("kv");
			assertThat(details.key()).isNull();
			assertThat(details.operation()).isEqualTo("get");
			assertThat(details.timeout()).isEqualTo(Duration.ofSeconds(1));
			assertThat(details.room()).isEqualTo(Duration.ofSeconds(1));
			assertThat(details.queued()).isZero();
			assertThat(details.running()).isZero();
			assertThat(details.depth()).isEqualTo(2);
			assertThat(details.capacity()).isEqualTo(2);
			assertThat(details.inFlight().operation()).isEqualTo("set");
			assertThat(details.inFlight().age()).isEqualTo(Duration.ofMillis(1500));
			engine.close();
		});
	}

	@Test
	void S06_inPhaseQueued() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = kv(scheduler);
			engine.runtime.server("kv").cast(null, SET, (Step) () -> scheduler.sleep(Duration.ofSeconds(3)));
			scheduler.settle();
			GenServerTimeoutException timeout = call(engine, Duration.ofSeconds(1), () -> {
			});
			assertThat(timeout).hasMessage("Call of kv get timed out after 1000 ms in phase QUEUED (room 0 ms,"
					+ " queued 1000 ms, running 0 ms); mailbox 1 of 2; in flight: set for 1000 ms");
			assertThat(timeout.phase()).isEqualTo(Phase.QUEUED);
			assertThat(timeout.notExecuted()).isTrue();
			engine.close();
		});
	}

	@Test
	void S06_inPhaseRunning() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = kv(scheduler);
			engine.runtime.server("kv").cast(null, SET, (Step) () -> scheduler.sleep(Duration.ofMillis(400)));
			scheduler.settle();
			GenServerTimeoutException timeout = call(engine, Duration.ofSeconds(1),
					() -> scheduler.sleep(Duration.ofSeconds(2)));
			assertThat(timeout).hasMessage("Call of kv get timed out after 1000 ms in phase RUNNING (room 0 ms,"
					+ " queued 400 ms, running 600 ms); mailbox 0 of 2; in flight: get for 600 ms");
			assertThat(timeout.phase()).isEqualTo(Phase.RUNNING);
			assertThat(timeout.notExecuted()).isFalse();
			engine.close();
		});
	}

	@Test
	void S06_aCallThatWaitedForRoomAndInTheQueueTellsTheTwoApart() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = kv(scheduler);
			Server server = engine.runtime.server("kv");
			for (int i = 0; i < 3; i++) {
				server.cast(null, SET, (Step) () -> scheduler.sleep(Duration.ofMillis(400)));
				scheduler.settle();
			}
			GenServerTimeoutException timeout = call(engine, Duration.ofSeconds(1), () -> {
			});
			assertThat(timeout).hasMessage("Call of kv get timed out after 1000 ms in phase QUEUED (room 400 ms,"
					+ " queued 600 ms, running 0 ms); mailbox 1 of 2; in flight: set for 200 ms");
			engine.close();
		});
	}

	@Test
	void S06_aKeyedServersTimeoutNamesTheKeyAndAnAsynchronousOneSaysTheSame() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.addKeyed("room", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.start();
			GenServerRef<Object> lobby = engine.ref("room", "lobby");
			CompletableFuture<Integer> call = lobby.withTimeout(Duration.ofMillis(10)).callAsync((instance) -> {
				scheduler.sleep(Duration.ofMillis(50));
				return 1;
			});
			scheduler.sleep(Duration.ofMillis(20));
			assertThat(call.exceptionNow()).isInstanceOfSatisfying(GenServerTimeoutException.class, (timeout) -> {
				assertThat(timeout.details().key()).isEqualTo("lobby");
				assertThat(timeout).hasMessageStartingWith("Call of room/lobby call(function) timed out after 10 ms");
			});
			engine.close();
		});
	}

	/** Something a handler does. */
	private interface Step {

		void run() throws Exception;

	}

}
