package io.genserver.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.WorkerScheduler;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Handlers that run longer than they should are told of while they run. */
@ExtendWith(OutputCaptureExtension.class)
@RealThreads
class SlowHandlerTests {

	private static final RuntimeSettings IMPATIENT = new RuntimeSettings(Duration.ofSeconds(10), Duration.ofSeconds(15),
			Duration.ofMillis(1), Duration.ofMinutes(1));

	private final CountDownLatch release = new CountDownLatch(1);

	@Test
	void aSlowTurnIsLoggedWithWhatItHandlesAndForWhom(CapturedOutput output) {
		try (Engine engine = new Engine(new WorkerScheduler(IMPATIENT.scheduling()), IMPATIENT)) {
			engine.start("server", ServerSettings.DEFAULTS, Object::new).cast((instance) -> this.release.await());
			awaitOutput(output, "Server server has been handling cast(action) from thread");
			this.release.countDown();
		}
	}

	@Test
	void soIsAHandlerThatRunsBesideTheTurn(CapturedOutput output) {
		try (Engine engine = new Engine(new WorkerScheduler(IMPATIENT.scheduling()), IMPATIENT)) {
			Operation beside = TestOperation.concurrent("beside", 2, (instance, payload) -> {
				this.release.await();
				return 1;
			});
			engine.add("server", ServerSettings.DEFAULTS, Object::new, beside);
			engine.runtime.start();
			engine.runtime.server("server").callAsync(null, beside, null, 0, false);
			awaitOutput(output, "Server server has been handling beside from thread");
			this.release.countDown();
		}
	}

	@Test
	void theThresholdOfAnOperationOrServerComesBeforeThatOfAll() {
		Seeds.each(1, (scheduler) -> {
			long minute = Duration.ofMinutes(1).toNanos();
			Engine engine = new Engine(scheduler);
			Gate gate = new Gate(scheduler, "handler");
			Operation patient = new TestOperation("patient", Operation.Kind.CAST, (instance, payload) -> {
				gate.pass();
				return null;
			}) {

				@Override
				public long slowNanos() {
					return minute;
				}

			};
			ServerSettings settings = ServerSettings.DEFAULTS
				.withHandlers(new ServerSettings.Handlers(Duration.ofSeconds(10), Map.of()));
			Server own = engine.add("own", settings, Object::new, patient);
			engine.add("never",
					ServerSettings.DEFAULTS.withHandlers(new ServerSettings.Handlers(Duration.ZERO, Map.of())),
					Object::new, patient);
			engine.runtime.start();
			own.cast(null, patient, null);
			engine.ref("never").cast((instance) -> new Gate(scheduler, "other").pass());
			scheduler.settle();
			long now = scheduler.nanoTime();
			assertThat(engine.cell("own").isSlow(now + minute - 1, 1)).isFalse();
			assertThat(engine.cell("own").isSlow(now + minute + 1, 1)).isTrue();
			assertThat(engine.cell("never").isSlow(now + 2 * minute, 1)).isFalse();
			gate.open();
			engine.ref("own").cast((instance) -> new Gate(scheduler, "third").pass());
			scheduler.settle();
			long then = scheduler.nanoTime();
			assertThat(engine.cell("own").isSlow(then + minute / 10, 1)).isFalse();
			assertThat(engine.cell("own").isSlow(then + minute / 5, 0)).as("although none is set for all").isTrue();
			engine.close();
		});
	}

	private static void awaitOutput(CapturedOutput output, String text) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!output.getAll().contains(text)) {
			assertThat(System.nanoTime()).as("waited in vain for: " + text).isLessThan(end);
			Thread.onSpinWait();
		}
	}

}
