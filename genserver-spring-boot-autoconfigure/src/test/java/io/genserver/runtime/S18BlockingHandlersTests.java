package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import io.genserver.GenServerRef;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers may block; that delays their server only.
 */
class S18BlockingHandlersTests {

	private static final int MANY = 1000;

	@Test
	void S18_aBacklogLongerThanOneTurnIsHandledToItsEnd() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler);
			GenServerRef<int[]> server = engine.start("server", ServerSettings.DEFAULTS, () -> new int[1]);
			Gate gate = new Gate(scheduler, "handler");
			server.cast((state) -> gate.pass());
			scheduler.settle();
			List<CompletableFuture<Integer>> backlog = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				backlog.add(server.callAsync((state) -> ++state[0]));
			}
			gate.open();
			scheduler.settle();
			for (int i = 0; i < 500; i++) {
				assertThat(backlog.get(i)).isCompletedWithValue(i + 1);
			}
			engine.close();
		});
	}

	/**
	 * As a handler goes on that has waited, each frame below it is brought back alone.
	 */
	@Test
	@RealThreads
	void S18_thereAreFewFramesBelowAHandler() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			GenServerRef<Object> server = engine.start("server", ServerSettings.DEFAULTS, Object::new);
			List<String> frames = server.call((instance) -> StackWalker.getInstance()
				.walk((stack) -> stack.filter((frame) -> frame.getClassName().startsWith("io.genserver.runtime."))
					.filter((frame) -> !frame.getClassName().startsWith(S18BlockingHandlersTests.class.getName()))
					.map((frame) -> frame.getClassName() + "." + frame.getMethodName())
					.toList()));
			assertThat(frames).hasSizeLessThanOrEqualTo(10);
		}
	}

	@Test
	@RealThreads
	void S18_aThousandHandlersThatMeetAtOneBarrierAllPass() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			CyclicBarrier barrier = new CyclicBarrier(MANY);
			for (int i = 0; i < MANY; i++) {
				engine.add("server-" + i, ServerSettings.DEFAULTS, Object::new);
			}
			engine.runtime.start();
			List<CompletableFuture<Integer>> calls = new ArrayList<>();
			for (int i = 0; i < MANY; i++) {
				calls.add(engine.<Object>ref("server-" + i)
					.withTimeout(Duration.ofMinutes(1))
					.callAsync((instance) -> barrier.await(HangGuard.SECONDS, TimeUnit.SECONDS)));
			}
			CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(40, TimeUnit.SECONDS);
		}
	}

	@Test
	@RealThreads
	void S18_blockingInALockDelaysThatServerOnly() throws Exception {
		ReentrantLock lock = new ReentrantLock();
		lock.lock();
		try (Engine engine = Engine.onWorkers()) {
			int blocked = 20;
			for (int i = 0; i < blocked; i++) {
				engine.add("blocked-" + i, ServerSettings.DEFAULTS, Object::new);
			}
			GenServerRef<Object> free = engine.start("free", ServerSettings.DEFAULTS, Object::new);
			List<CompletableFuture<Integer>> waiting = new ArrayList<>();
			for (int i = 0; i < blocked; i++) {
				waiting
					.add(engine.<Object>ref("blocked-" + i).withTimeout(Duration.ofMinutes(1)).callAsync((instance) -> {
						lock.lock();
						lock.unlock();
						return 1;
					}));
			}
			for (int i = 0; i < 1000; i++) {
				assertThat(free.<Integer, RuntimeException>call((instance) -> 1)).isOne();
			}
			assertThat(waiting).noneMatch(CompletableFuture::isDone);
			lock.unlock();
			CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
	}

	@Test
	@RealThreads
	void S18_aChainOfNestedCallsLongerThanThereAreWorkersCompletes() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			int depth = 200;
			for (int i = 0; i <= depth; i++) {
				engine.add("server-" + i, ServerSettings.DEFAULTS.withCallTimeout(Duration.ofSeconds(30)), Object::new);
			}
			engine.runtime.start();
			assertThat(engine.<Object>ref("server-0").<Integer, Exception>call((instance) -> descend(engine, 1, depth)))
				.isEqualTo(depth);
		}
	}

	private static int descend(Engine engine, int level, int depth) throws Exception {
		return (level > depth) ? depth : engine.<Object>ref("server-" + level)
			.<Integer, Exception>call((instance) -> descend(engine, level + 1, depth));
	}

	@Test
	@RealThreads
	void S18_aServerMadeReadyByAHandlerThatThenBlocksIsNotHeldUp() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			engine.add("other", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> blocks = engine.start("blocks", ServerSettings.DEFAULTS, Object::new);
			GenServerRef<Object> other = engine.ref("other");
			for (int i = 0; i < 50; i++) {
				CountDownLatch done = new CountDownLatch(1);
				// The cast goes to the queue of the worker that is about to block.
				boolean passed = blocks.withTimeout(Duration.ofMinutes(1)).call((instance) -> {
					other.cast((o) -> done.countDown());
					return done.await(HangGuard.SECONDS, TimeUnit.SECONDS);
				});
				assertThat(passed).isTrue();
			}
		}
	}

}
