package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.DeadlineWheel;
import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A call has one finite deadline, which covers everything and is handed down.
 */
class S04DeadlineTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static Duration timeOf(SeededScheduler scheduler, Runnable body) {
		long start = scheduler.nanoTime();
		body.run();
		return Duration.ofNanos(scheduler.nanoTime() - start);
	}

	@Test
	void S04_aDeadlineWhoseEndFailsDoesNotKeepTheOthersFromPassing() {
		DeadlineWheel wheel = new DeadlineWheel(0);
		List<String> passed = new ArrayList<>();
		Alarm first = new Alarm(5, () -> {
			throw new IllegalStateException("expected");
		});
		wheel.add(first);
		wheel.add(new Alarm(5, () -> passed.add("second")));
		wheel.advance(Duration.ofMillis(1).toNanos());
		wheel.advance(Duration.ofMillis(2).toNanos());
		assertThat(passed).containsExactly("second");
		assertThat(wheel.isEmpty()).isTrue();
	}

	@Test
	void S04_aCallEndsAfterFiveSecondsUnlessToldOtherwise() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> slow = engine.start("slow", ServerSettings.DEFAULTS, Object::new);
			Duration time = timeOf(scheduler,
					() -> assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> slow.call((s) -> {
						scheduler.sleep(Duration.ofSeconds(6));
						return 1;
					})));
			assertThat(time).isEqualTo(Duration.ofSeconds(5));
			engine.close();
		});
	}

	@Test
	void S04_theServersTheOperationsAndTheRefsTimeoutEachTakePrecedenceOverTheOneBefore() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			Operation plain = TestOperation.call("plain", (s, none) -> {
				scheduler.sleep(Duration.ofSeconds(9));
				return 1;
			});
			Operation own = new Operation("own", Operation.Kind.CALL, Duration.ofSeconds(2).toNanos(), false, false) {

				@Override
				public Object invoke(Object instance, Object payload, Invocation invocation) throws Throwable {
					return plain.invoke(instance, payload, invocation);
				}

			};
			engine.add("slow", ServerSettings.DEFAULTS.withCallTimeout(Duration.ofSeconds(3)), Object::new, plain, own);
			engine.runtime.start();
			Server server = engine.runtime.server("slow");
			assertThat(
					timeOf(scheduler,
							() -> assertThatExceptionOfType(GenServerTimeoutException.class)
								.isThrownBy(() -> server.call(null, plain, null, 0, false))))
				.isEqualTo(Duration.ofSeconds(3));
			assertThat(
					timeOf(scheduler,
							() -> assertThatExceptionOfType(GenServerTimeoutException.class)
								.isThrownBy(() -> server.call(null, own, null, 0, false))))
				.isEqualTo(Duration.ofSeconds(2));
			assertThat(timeOf(scheduler,
					() -> assertThatExceptionOfType(GenServerTimeoutException.class)
						.isThrownBy(() -> engine.ref("slow").withTimeout(SECOND).call(Object::hashCode))))
				.isEqualTo(SECOND);
			engine.close();
		});
	}

	@Test
	void S04_theDeadlineCoversTheWaitForRoomTheQueueAndTheRun() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<Object> server = engine.start("server",
					ServerSettings.DEFAULTS.withMailbox(1, io.genserver.Overflow.BLOCK), Object::new);
			// Runs for 400 ms; the one behind it occupies the only place until then.
			server.cast((s) -> scheduler.sleep(Duration.ofMillis(400)));
			scheduler.settle();
			server.cast((s) -> scheduler.sleep(Duration.ofMillis(400)));
			Duration time = timeOf(scheduler, () -> assertThatExceptionOfType(GenServerTimeoutException.class)
				.isThrownBy(() -> server.withTimeout(SECOND).call((s) -> {
					scheduler.sleep(Duration.ofMillis(400));
					return 1;
				}))
				.satisfies((ex) -> {
					assertThat(ex.details().room()).isEqualTo(Duration.ofMillis(400));
					assertThat(ex.details().queued()).isEqualTo(Duration.ofMillis(400));
					assertThat(ex.details().running()).isEqualTo(Duration.ofMillis(200));
				}));
			assertThat(time).isEqualTo(SECOND);
			engine.close();
		});
	}

	@Test
	void S04_aNestedCallGetsWhatRemainsIfThatIsLess() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("inner", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> outer = engine.start("outer", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> inner = engine.ref("inner");
			CompletableFuture<Duration> nested = new CompletableFuture<>();
			assertThatExceptionOfType(GenServerTimeoutException.class)
				.isThrownBy(() -> outer.withTimeout(SECOND).call((s) -> {
					scheduler.sleep(Duration.ofMillis(300));
					return inner.call((t) -> {
						nested.complete(GenServerContext.current().remaining());
						scheduler.sleep(Duration.ofSeconds(3));
						return 1;
					});
				}));
			assertThat(nested).isCompletedWithValue(Duration.ofMillis(700));
			engine.close();
		});
	}

	@Test
	void S04_aNestedCallGetsItsOwnTimeoutIfThatIsLess() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("inner", ServerSettings.DEFAULTS.withCallTimeout(Duration.ofMillis(200)), Object::new);
			GenServerRef<Object> outer = engine.start("outer", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> inner = engine.ref("inner");
			Duration time = outer
				.call((s) -> timeOf(scheduler, () -> assertThatExceptionOfType(GenServerTimeoutException.class)
					.isThrownBy(() -> inner.call((t) -> {
						scheduler.sleep(SECOND);
						return 1;
					}))));
			assertThat(time).isEqualTo(Duration.ofMillis(200));
			engine.close();
		});
	}

	@Test
	void S04_theDeadlineIsHandedDownThroughAsynchronousCallsAndSeveralServers() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("b", ServerSettings.DEFAULTS, Object::new);
			engine.add("c", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> a = engine.start("a", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Duration> last = new CompletableFuture<>();
			a.withTimeout(SECOND)
				.call((s) -> engine.ref("b")
					.callAsync(
							(t) -> engine.ref("c").call((u) -> last.complete(GenServerContext.current().remaining()))));
			scheduler.settle();
			assertThat(last).isCompletedWithValue(SECOND);
			engine.close();
		});
	}

	@Test
	void S04_aDetachedRefIgnoresWhatRemains() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("inner", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> outer = engine.start("outer", ServerSettings.DEFAULTS, Object::new);
			Duration remaining = outer.withTimeout(SECOND)
				.call((s) -> engine.ref("inner").detached().call((t) -> GenServerContext.current().remaining()));
			assertThat(remaining).isEqualTo(Duration.ofSeconds(5));
			engine.close();
		});
	}

	@Test
	void S04_detachedCodeIgnoresWhatRemainsAndCodeAfterItDoesNot() {
		Seeds.each(50, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("inner", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> outer = engine.start("outer", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> inner = engine.ref("inner");
			outer.withTimeout(SECOND).call((s) -> {
				GenServerContext context = GenServerContext.current();
				Duration within = context
					.detached(() -> inner.<Duration, Exception>call((t) -> GenServerContext.current().remaining()));
				Duration after = inner.call((t) -> GenServerContext.current().remaining());
				assertThat(within).isEqualTo(Duration.ofSeconds(5));
				assertThat(after).isEqualTo(SECOND);
				return 1;
			});
			engine.close();
		});
	}

	@Test
	void S04_aCastHasNoDeadlineToHandDown() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			engine.add("inner", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> outer = engine.start("outer", ServerSettings.DEFAULTS, Object::new);
			CompletableFuture<Duration> inCast = new CompletableFuture<>();
			CompletableFuture<Duration> inner = new CompletableFuture<>();
			outer.withTimeout(SECOND).call((s) -> {
				outer.cast((again) -> {
					inCast.complete(GenServerContext.current().remaining());
					engine.ref("inner").call((t) -> inner.complete(GenServerContext.current().remaining()));
				});
				return 1;
			});
			scheduler.settle();
			assertThat(inCast).isCompletedWithValue(null);
			assertThat(inner).isCompletedWithValue(Duration.ofSeconds(5));
			engine.close();
		});
	}

}
