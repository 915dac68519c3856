package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.scheduling.Workers;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Crowds of handlers that block, alone and while others compute on all processors. Prints
 * how long they take to go on, and how long plain virtual threads take.
 */
@Tag("stress")
class BlockedCrowdStressTests {

	private static final int HANDLERS = Integer.getInteger("genserver.blocked", 30_000);

	/** The first few are slow, as the code is compiled. */
	private static final int ROUNDS = 8;

	@Test
	void S18_thousandsThatWaitOnOneLatchGoOn() throws Exception {
		List<String> rounds = new ArrayList<>();
		long least = Long.MAX_VALUE;
		long leastOfThreads = Long.MAX_VALUE;
		try (Engine engine = Engine.onWorkers()) {
			// Instances that are let go when they are
			// idle for long would keep the monitor awake.
			ServerSettings settings = ServerSettings.DEFAULTS.withCallTimeout(HangGuard.DURATION).withIdleTimeout(null);
			engine.addKeyed("waits", settings, Object::new);
			engine.addKeyed("other", settings, Object::new);
			engine.runtime.start();
			Workers workers = Workers.of(engine.scheduler);
			for (int round = 0; round < ROUNDS; round++) {
				long took = handlers(engine, workers);
				long tookThreads = virtualThreads();
				rounds.add("%.1f of %.1f ms".formatted(took / 1e6, tookThreads / 1e6));
				least = Math.min(least, took);
				leastOfThreads = Math.min(leastOfThreads, tookThreads);
			}
			HangGuard.await("the monitor rests", workers::monitorRests);
			assertThat(workers.threads()).isLessThanOrEqualTo(workers.usual());
		}
		System.out.println(HANDLERS + " handlers that waited on one latch went on, and as many plain virtual threads: "
				+ String.join(", ", rounds)
				+ "; the least of all rounds %.1f times as long".formatted((double) least / leastOfThreads));
	}

	/** From the moment the latch opens until every caller has its reply. */
	private static long handlers(Engine engine, Workers workers) throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		AtomicInteger begun = new AtomicInteger();
		List<CompletableFuture<Integer>> calls = new ArrayList<>();
		for (int i = 0; i < HANDLERS; i++) {
			calls.add(engine.<Object>ref("waits", "key-" + i).callAsync((instance) -> {
				begun.incrementAndGet();
				release.await();
				return 1;
			}));
		}
		HangGuard.await("all wait", () -> begun.get() == HANDLERS, () -> begun + " wait");
		HangGuard.await("all are set aside", () -> workers.listed() <= 64);
		for (int i = 0; i < 1000; i++) {
			assertThat(engine.<Object>ref("other", "key-" + i).<Integer, RuntimeException>call((instance) -> 1))
				.isOne();
		}
		// Of a tick that begins from here on; the last one may have been before.
		HangGuard.await("the monitor walks few", () -> workers.walked() < 64 + 64 + HANDLERS / 100,
				() -> workers.walked() + " are walked");
		return release(release, calls);
	}

	/** Waits for the last first, as the latch lets go of it last: only once, nearly. */
	private static long release(CountDownLatch release, List<CompletableFuture<Integer>> replies) throws Exception {
		long begin = System.nanoTime();
		release.countDown();
		for (CompletableFuture<Integer> reply : replies.reversed()) {
			reply.get(HangGuard.SECONDS, TimeUnit.SECONDS);
		}
		return System.nanoTime() - begin;
	}

	/** The same with threads that complete futures. */
	private static long virtualThreads() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(HANDLERS);
		List<CompletableFuture<Integer>> replies = new ArrayList<>();
		for (int i = 0; i < HANDLERS; i++) {
			CompletableFuture<Integer> reply = new CompletableFuture<>();
			replies.add(reply);
			Thread.ofVirtual().start(() -> {
				begun.countDown();
				try {
					release.await();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
				reply.complete(1);
			});
		}
		begun.await();
		return release(release, replies);
	}

	@Test
	void S18_othersAreServedWhileHandlersComputeAndBlock() throws Exception {
		int processors = Runtime.getRuntime().availableProcessors();
		for (int round = 0; round < 20; round++) {
			AtomicBoolean goOn = new AtomicBoolean();
			CountDownLatch release = new CountDownLatch(1);
			AtomicInteger waiting = new AtomicInteger();
			try (Engine engine = Engine.onWorkers()) {
				engine.addKeyed("any", ServerSettings.DEFAULTS.withCallTimeout(HangGuard.DURATION), Object::new);
				engine.runtime.start();
				List<CompletableFuture<Integer>> calls = new ArrayList<>();
				for (int i = 0; i < (1 + round % 4) * processors; i++) {
					calls.add(engine.<Object>ref("any", "computes-" + i).callAsync((instance) -> {
						while (!goOn.get()) {
							Thread.onSpinWait();
						}
						return 1;
					}));
				}
				int blocked = 20 * round;
				for (int i = 0; i < blocked; i++) {
					calls.add(engine.<Object>ref("any", "waits-" + i).callAsync((instance) -> {
						waiting.incrementAndGet();
						release.await();
						return 1;
					}));
				}
				HangGuard.await("all wait", () -> waiting.get() == blocked, () -> waiting + " wait");
				for (int i = 0; i < 100; i++) {
					assertThat(engine.<Object>ref("any", "other-" + i).<Integer, RuntimeException>call((instance) -> 1))
						.isOne();
				}
				goOn.set(true);
				release.countDown();
				CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
					.get(HangGuard.SECONDS, TimeUnit.SECONDS);
			}
		}
		System.out.println("Others were served in 20 rounds with up to " + 4 * processors
				+ " handlers that compute and 380 that block");
	}

}
