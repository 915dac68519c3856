package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.genserver.Call;
import io.genserver.CallFunction;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.Request;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.runtime.message.AsyncCall;
import io.genserver.test.SeededScheduler;
import io.genserver.testsupport.Reachable;
import io.genserver.testsupport.RemainingTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A nested call inherits what remains, whichever way it is made.
 */
class S04InheritanceTests {

	private static final Duration OUTER = Duration.ofMillis(100);

	private static void through(Way way) {
		Seeds.each(30, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			LocalRegistry registry = new LocalRegistry(engine.runtime, new ReflectiveContracts(ReplyAdapters.JDK),
					ServerSettings.DEFAULTS);
			engine.start("outer", ServerSettings.DEFAULTS, Object::new);
			registry.start("inner", RemainingTime.Clock.class, RemainingTime.Clock::new);
			Duration remaining = engine.<Object>ref("outer").withTimeout(OUTER).call((instance) -> {
				scheduler.sleep(Duration.ofMillis(30));
				return way.remaining(registry);
			});
			assertThat(remaining).isPositive().isLessThanOrEqualTo(Duration.ofMillis(70));
			engine.close();
		});
	}

	@Test
	void S04_throughAProxy() {
		through((registry) -> registry.contract("inner", RemainingTime.class).remaining());
	}

	@Test
	void S04_throughAnAsynchronousMethodOfAProxy() {
		through((registry) -> registry.contract("inner", RemainingTime.class).later().join());
	}

	@Test
	void S04_throughARef() {
		through((registry) -> registry.<RemainingTime.Clock>ref("inner").call(RemainingTime.Clock::remaining));
	}

	@Test
	void S04_throughTheRegistry() {
		through((registry) -> registry.call("inner", new RemainingTime.Question()));
	}

	@Test
	void S04_aTimeoutNamesTheServerAndOperationWhoseDeadlineWasInherited() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Object> inner = slow(engine, scheduler);
				GenServerRef<Object> middle = engine.ref("middle");
				CompletableFuture<GenServerTimeoutException> failure = new CompletableFuture<>();
				TestOperation work = TestOperation.call("work", (instance, none) -> middle.call((same) -> {
					try {
						return inner.withTimeout(Duration.ofHours(1)).<Integer, RuntimeException>call(Object::hashCode);
					}
					catch (GenServerTimeoutException ex) {
						failure.complete(ex);
						return null;
					}
				}));
				engine.addKeyed("outer", ServerSettings.DEFAULTS, Object::new, work);
				engine.runtime.start();
				engine.runtime.server("outer").callAsync("key", work, null, OUTER.toNanos(), false);
				scheduler.finish();
				GenServerTimeoutException inherited = failure.resultNow();
				assertThat(inherited).hasMessageContaining("timed out after 100 ms")
					.hasMessageContaining("deadline inherited from outer/key work")
					.hasMessageContaining("@Call(detached = true)");
				assertThat(inherited.details().inheritedFrom()).isEqualTo("outer/key work");
			}
		});
	}

	@Test
	void S04_soDoesThatOfAnAsynchronousCallAndOfOneToManyKeys() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				GenServerRef<Object> inner = slow(engine, scheduler);
				engine.addKeyed("rooms", ServerSettings.DEFAULTS, () -> {
					scheduler.sleep(Duration.ofSeconds(10));
					return new Object();
				});
				engine.runtime.start();
				List<CompletableFuture<?>> nested = new ArrayList<>();
				engine.<Object>ref("middle").withTimeout(OUTER).callAsync((instance) -> {
					nested.add(inner.callAsync(Object::hashCode));
					nested.add(engine.runtime.server("rooms")
						.sender()
						.call("a", LambdaOperation.CALL,
								(CallFunction<Object, Integer, RuntimeException>) Object::hashCode));
					return new CompletableFuture<>();
				});
				scheduler.finish();
				assertThat(nested).hasSize(2)
					.allSatisfy((each) -> assertThat(each.exceptionNow())
						.hasMessageContaining("deadline inherited from middle call(function)"));
			}
		});
	}

	@Test
	void S04_nothingOfTheCallWhoseDeadlineWasInheritedIsKept() {
		Seeds.each(1, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			AsyncCall outer = call(engine);
			AsyncCall handled = call(engine);
			handled.inheritDeadline(outer);
			assertThat(Reachable.contains(handled, outer)).isTrue();
			AsyncCall refused = call(engine);
			refused.inheritDeadline(handled);
			assertThat(Reachable.contains(refused, handled)).as("the one between").isFalse();
			assertThat(Reachable.contains(refused, outer)).isTrue();
			handled.cancelCall();
			refused.refuse(new IllegalStateException("full"));
			assertThat(Reachable.contains(handled, outer)).isFalse();
			assertThat(Reachable.contains(refused, outer)).isFalse();
		});
	}

	private static AsyncCall call(Engine engine) {
		return new AsyncCall(LambdaOperation.CALL, null, Thread.currentThread(), engine.scheduler,
				engine.runtime.replyWait(), 0, 1);
	}

	@Test
	void S04_anOperationThatIsDetachedByContractHasItsOwnTimeOnly() {
		Seeds.each(20, (scheduler) -> {
			try (Engine engine = new Engine(scheduler)) {
				LocalRegistry registry = new LocalRegistry(engine.runtime, new ReflectiveContracts(ReplyAdapters.JDK),
						ServerSettings.DEFAULTS);
				engine.start("outer", ServerSettings.DEFAULTS, Object::new);
				registry.start("archive", ArchiveServer.class, ArchiveServer::new);
				Archive archive = registry.contract("archive", Archive.class);
				List<Duration> remaining = new ArrayList<>();
				CompletableFuture<List<Integer>> written = new CompletableFuture<>();
				engine.<Object>ref("outer").withTimeout(OUTER).callAsync((instance) -> {
					int size = archive.write(scheduler, remaining);
					int later = archive.writeLater(scheduler, remaining).join();
					written.complete(List.of(size, later, registry.call("archive", new Backup(scheduler, remaining))));
					return null;
				});
				scheduler.finish();
				assertThat(written.resultNow()).containsExactly(1, 2, 3);
				assertThat(remaining).allSatisfy((each) -> assertThat(each).isGreaterThan(Duration.ofMinutes(59)));
			}
		});
	}

	/** A server that never answers in time, and one that asks others. */
	private static GenServerRef<Object> slow(Engine engine, SeededScheduler scheduler) {
		engine.add("inner", ServerSettings.DEFAULTS, () -> {
			return new Object() {
				@Override
				public int hashCode() {
					scheduler.sleep(Duration.ofSeconds(10));
					return 1;
				}
			};
		});
		engine.add("middle", ServerSettings.DEFAULTS, Object::new);
		return engine.ref("inner");
	}

	interface Archive {

		@Call(timeout = "1h", detached = true)
		int write(SeededScheduler scheduler, List<Duration> remaining);

		@Call(timeout = "1h", detached = true)
		CompletableFuture<Integer> writeLater(SeededScheduler scheduler, List<Duration> remaining);

	}

	/** A message of which the same holds. */
	record Backup(SeededScheduler scheduler, List<Duration> remaining) implements Request<Integer> {
	}

	/** Takes longer than its callers have. */
	static final class ArchiveServer implements Archive {

		@Override
		public int write(SeededScheduler scheduler, List<Duration> remaining) {
			remaining.add(GenServerContext.current().remaining());
			scheduler.sleep(Duration.ofSeconds(10));
			return remaining.size();
		}

		@Override
		public CompletableFuture<Integer> writeLater(SeededScheduler scheduler, List<Duration> remaining) {
			return CompletableFuture.completedFuture(write(scheduler, remaining));
		}

		@Call(timeout = "1h", detached = true)
		int on(Backup backup) {
			return write(backup.scheduler(), backup.remaining());
		}

	}

	/** A way to ask. */
	private interface Way {

		Duration remaining(LocalRegistry registry);

	}

}
