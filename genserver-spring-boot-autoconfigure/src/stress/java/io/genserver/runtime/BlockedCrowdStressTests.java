package io.genserver.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

import io.genserver.runtime.scheduling.Workers;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Crowds of handlers that block, alone and while others compute on all processors. Prints
 * how long they take until all wait and to go on, and how long plain virtual threads take
 * for the same, by turns.
 */
@Tag("stress")
class BlockedCrowdStressTests {

	private static final int[] HANDLERS = Arrays
		.stream(System.getProperty("genserver.blocked", "1000,10000,30000").split(","))
		.mapToInt(Integer::parseInt)
		.toArray();

	/** The first few are slow, as the code is compiled. */
	private static final int ROUNDS = 8;

	@Test
	void S18_thousandsThatWaitOnOneLatchGoOn() throws Exception {
		try (Engine engine = Engine.onWorkers()) {
			ServerSettings settings = ServerSettings.DEFAULTS.withCallTimeout(HangGuard.DURATION);
			engine.addKeyed("waits", settings, Object::new);
			engine.addKeyed("other", settings, Object::new);
			engine.runtime.start();
			Workers workers = Workers.of(engine.scheduler);
			for (int handlers : HANDLERS) {
				List<Round> ours = new ArrayList<>();
				List<Round> threads = new ArrayList<>();
				for (int round = 0; round < ROUNDS; round++) {
					ours.add(handlers(engine, workers, handlers));
					threads.add(virtualThreads(handlers));
				}
				System.out.println(handlers + " handlers and as many plain virtual threads, the least of " + ROUNDS
						+ " rounds until all waited: " + compare(ours, threads, Round::untilAllWait)
						+ "; until all had gone on: " + compare(ours, threads, Round::untilAllReplied));
			}
			HangGuard.await("the monitor rests", workers::monitorRests);
			assertThat(workers.threads()).isLessThanOrEqualTo(workers.usual());
		}
	}

	private static String compare(List<Round> ours, List<Round> threads, ToLongFunction<Round> phase) {
		long least = ours.stream().mapToLong(phase).min().orElseThrow();
		long leastOfThreads = threads.stream().mapToLong(phase).min().orElseThrow();
		return "%.1f of %.1f ms, %.1f times as long".formatted(least / 1e6, leastOfThreads / 1e6,
				(double) least / leastOfThreads);
	}

	private static Round handlers(Engine engine, Workers workers, int handlers) throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(handlers);
		List<CompletableFuture<Integer>> calls = new ArrayList<>();
		long begin = System.nanoTime();
		for (int i = 0; i < handlers; i++) {
			calls.add(engine.<Object>ref("waits", "key-" + i).callAsync((instance) -> {
				begun.countDown();
				release.await();
				return 1;
			}));
		}
		begun.await();
		long untilAllWait = System.nanoTime() - begin;
		HangGuard.await("all are set aside", () -> workers.listed() <= 64);
		for (int i = 0; i < 1000; i++) {
			assertThat(engine.<Object>ref("other", "key-" + i).<Integer, RuntimeException>call((instance) -> 1))
				.isOne();
		}
		// Of a tick that begins from here on; the last one may have been before.
		HangGuard.await("the monitor walks few", () -> workers.walked() < 64 + 64 + handlers / 100,
				() -> workers.walked() + " are walked");
		return new Round(untilAllWait, release(release, calls));
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
	private static Round virtualThreads(int threads) throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(threads);
		List<CompletableFuture<Integer>> replies = new ArrayList<>();
		long begin = System.nanoTime();
		for (int i = 0; i < threads; i++) {
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
		return new Round(System.nanoTime() - begin, release(release, replies));
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

	/**
	 * What one round took, in nanoseconds.
	 *
	 * @param untilAllWait from the first message until all wait
	 * @param untilAllReplied from the moment the latch opens until every caller has its
	 * reply
	 */
	private record Round(long untilAllWait, long untilAllReplied) {
	}

}
