package io.genserver.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimeoutException;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.runtime.scheduling.Workers;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Handlers keep every thread that carries virtual ones, as they compute or are pinned,
 * until the others have gone on: each test would hang if those waited for them.
 */
@RealThreads
class S18ComputingHandlersTests {

	/** Threads that carry virtual ones. */
	private static final int CARRIERS = Runtime.getRuntime().availableProcessors();

	private static final String PIN = "io.genserver.test.pin";

	private final WorkerScheduler scheduler = Workers.endingAfter(Duration.ofMillis(1).toNanos());

	private final Workers workers = Workers.of(this.scheduler);

	private final Engine engine = new Engine(this.scheduler);

	private final AtomicBoolean goOn = new AtomicBoolean();

	private final AtomicInteger computing = new AtomicInteger();

	private final CountDownLatch unpin = new CountDownLatch(1);

	private final List<CompletableFuture<?>> held = new ArrayList<>();

	@BeforeEach
	void addServers() {
		// An instance that is let go when it is idle
		// for long would keep the monitor awake.
		ServerSettings settings = ServerSettings.DEFAULTS.withIdleTimeout(null);
		this.engine.addKeyed("keeps", settings, Object::new);
		this.engine.addKeyed("other", settings.withCallTimeout(HangGuard.DURATION), Object::new);
		this.engine.runtime.start();
	}

	@AfterEach
	void close() {
		release();
		this.engine.close();
	}

	private void release() {
		this.goOn.set(true);
		this.unpin.countDown();
		this.held.forEach((call) -> assertThat(call).succeedsWithin(HangGuard.DURATION));
	}

	@Test
	void S18_otherServersGoOnWhileHandlersComputeOnEveryProcessor() {
		compute(CARRIERS);
		othersGoOn();
	}

	@Test
	void S18_otherServersGoOnWhileMoreHandlersComputeThanThereAreProcessors() {
		compute(4 * CARRIERS);
		othersGoOn();
	}

	@Test
	void S18_otherServersGoOnWhileHandlersArePinned() {
		pin(4 * CARRIERS);
		othersGoOn();
	}

	@Test
	void S18_otherServersGoOnWhileHandlersBlockInSynchronized() {
		AtomicInteger begun = new AtomicInteger();
		int number = 4 * CARRIERS;
		keep(number, () -> {
			synchronized (new Object()) {
				begun.incrementAndGet();
				this.unpin.await();
				return "released";
			}
		});
		HangGuard.await("all are in it", () -> begun.get() == number, () -> begun + " are");
		othersGoOn();
	}

	@Test
	void S18_timersTickWhileOthersCompute() {
		compute(CARRIERS);
		AtomicInteger ticks = new AtomicInteger();
		assertThat(other(0).callAsync(
				(instance) -> GenServerContext.current().scheduleEvery(Duration.ofMillis(1), ticks::incrementAndGet)))
			.succeedsWithin(HangGuard.DURATION);
		HangGuard.await("it ticks", () -> ticks.get() >= 5);
		assertThat(this.held).noneMatch(CompletableFuture::isDone);
	}

	@Test
	void S18_handlersThatWaitForEachOtherMeetWhileOthersCompute() throws Exception {
		compute(CARRIERS);
		int parties = 100;
		CyclicBarrier barrier = new CyclicBarrier(parties);
		List<CompletableFuture<Integer>> calls = new ArrayList<>();
		for (int i = 0; i < parties; i++) {
			calls.add(other(i).callAsync((instance) -> barrier.await(HangGuard.SECONDS, TimeUnit.SECONDS)));
		}
		CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	@Test
	void S18_nestedCallsGoOnWhileOthersCompute() throws Exception {
		compute(CARRIERS);
		assertThat(descend(20)).isEqualTo(20);
	}

	@Test
	void S04_aDeadlineIsToldToWhatDependsOnTheFutureWhileHandlersComputeOnEveryProcessor() throws Exception {
		CompletableFuture<Object> late = this.engine.ref("keeps", "late")
			.withTimeout(Duration.ofMillis(50))
			.callAsync((instance) -> compute());
		CompletableFuture<Throwable> told = new CompletableFuture<>();
		late.whenComplete((value, failure) -> told.complete(failure));
		compute(CARRIERS);
		assertThat(told.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isInstanceOf(GenServerTimeoutException.class);
		assertThat(this.goOn).isFalse();
	}

	@Test
	void S04_aBlockedCallerIsToldOfItsDeadlineWhileHandlersComputeOnEveryProcessor() {
		compute(CARRIERS);
		assertThatExceptionOfType(GenServerTimeoutException.class).isThrownBy(() -> this.engine.ref("keeps", "late")
			.withTimeout(Duration.ofMillis(50))
			.call((instance) -> compute()));
		assertThat(this.goOn).isFalse();
	}

	@Test
	void S18_whenItIsOverPlatformThreadsEndAndTheMonitorRests() {
		compute(2 * CARRIERS);
		othersGoOn();
		assertThat(this.workers.platformThreads()).isPositive();
		release();
		HangGuard.await("platform threads end", () -> this.workers.platformThreads() == 0);
		HangGuard.await("no worker is taken for late", () -> !this.workers.isStarved());
		HangGuard.await("the monitor rests", this.workers::monitorRests);
	}

	private void othersGoOn() {
		for (int i = 0; i < 20; i++) {
			assertThat(other(i).callAsync((instance) -> "there")).succeedsWithin(HangGuard.DURATION);
			assertThat(other(i).<String, RuntimeException>call((instance) -> "there")).isEqualTo("there");
		}
		assertThat(this.held).noneMatch(CompletableFuture::isDone);
	}

	private int descend(int levels) throws Exception {
		return (levels == 0) ? 0 : other(levels).<Integer, Exception>call((instance) -> 1 + descend(levels - 1));
	}

	private GenServerRef<Object> other(int number) {
		return this.engine.ref("other", "key-" + number);
	}

	/** Handlers that compute until the test ends. */
	private void compute(int number) {
		keep(number, this::compute);
		HangGuard.await("all carriers are taken", () -> this.computing.get() >= Math.min(number, CARRIERS));
	}

	private Object compute() {
		this.computing.incrementAndGet();
		while (!this.goOn.get()) {
			Thread.onSpinWait();
		}
		return "computed";
	}

	/** Handlers that wait with a frame on their stack that no virtual thread leaves. */
	private void pin(int number) {
		AtomicInteger pins = new AtomicInteger();
		System.getProperties().put(PIN, (Runnable) () -> {
			pins.incrementAndGet();
			try {
				this.unpin.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		keep(number, () -> Class.forName(Pinned.class.getName(), true, new Again()));
		HangGuard.await("all carriers are taken", () -> pins.get() >= Math.min(number, CARRIERS));
	}

	private void keep(int number, Keeping keeping) {
		for (int i = 0; i < number; i++) {
			this.held.add(this.engine.ref("keeps", "key-" + i)
				.withTimeout(HangGuard.DURATION)
				.callAsync((instance) -> keeping.run()));
		}
	}

	private interface Keeping {

		Object run() throws Exception;

	}

	/**
	 * Pins the thread that initializes it. Its loader puts it into a package of its own,
	 * so what it runs comes by a way that anybody may take.
	 */
	static final class Pinned {

		static {
			((Runnable) System.getProperties().get(PIN)).run();
		}

		private Pinned() {
		}

	}

	/** Defines the class again, so that it is initialized again. */
	private static final class Again extends ClassLoader {

		Again() {
			super(S18ComputingHandlersTests.class.getClassLoader());
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.equals(Pinned.class.getName())) {
				return super.loadClass(name, resolve);
			}
			try (InputStream code = Pinned.class.getResourceAsStream("S18ComputingHandlersTests$Pinned.class")) {
				byte[] bytes = code.readAllBytes();
				return defineClass(name, bytes, 0, bytes.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}
