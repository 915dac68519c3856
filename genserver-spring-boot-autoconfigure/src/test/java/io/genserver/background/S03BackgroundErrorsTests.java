package io.genserver.background;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.background.Completion.Reason;
import io.genserver.log.Throwables;
import io.genserver.runtime.Thrown;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a background service, its consumer and its listener throw, and wherever memory
 * runs out, it is restarted as often as it may be, and its end is known.
 */
@RealThreads
class S03BackgroundErrorsTests {

	private static final RestartPolicy OFTEN = new RestartPolicy(1_000, Duration.ofDays(1), Duration.ZERO,
			Duration.ZERO);

	@ParameterizedTest
	@EnumSource(Thrown.class)
	void S03_whateverAStepOrAConsumerThrowsTheServiceGoesOn(Thrown thrown) throws Exception {
		BackgroundServices services = new BackgroundServices(ServiceEnvironment.system(), (event) -> {
		}, Duration.ofSeconds(10));
		AtomicInteger steps = new AtomicInteger();
		AtomicInteger items = new AtomicInteger();
		BackgroundHandle<?> handle = services
			.spawn(ServiceDefinition.of("service", (BackgroundService<Integer>) (token) -> {
				if (steps.incrementAndGet() % 2 == 0 && steps.get() < 10) {
					throw Throwables.sneaky(thrown.make());
				}
				return (steps.get() < 20) ? Step.item(1) : Step.done();
			}).withConsumer((item) -> {
				if (items.incrementAndGet() == 3) {
					throw Throwables.sneaky(thrown.make());
				}
				return true;
			}).withRestarts(OFTEN));
		assertThat(end(handle).reason()).isEqualTo(Reason.DONE);
		assertThat(handle.info().restarts()).isEqualTo(5);
		assertThat(handle.info().lastFailure()).isNotNull();
		services.close();
	}

	@Test
	void S03_afterAnErrorInAnyStepTheServiceIsDoneOrItsEndIsKnown() throws Exception {
		int calls = attempt(Integer.MAX_VALUE);
		assertThat(calls).isGreaterThan(10);
		for (int failing = 1; failing <= calls; failing++) {
			attempt(failing);
		}
	}

	/** Returns how many calls there were that could have failed. */
	private static int attempt(int failing) throws Exception {
		Short environment = new Short(failing);
		List<BackgroundServiceEvent> events = new CopyOnWriteArrayList<>();
		BackgroundServices services = new BackgroundServices(environment, events::add, Duration.ofSeconds(10));
		AtomicInteger steps = new AtomicInteger();
		ServiceDefinition<Integer, ?> definition = ServiceDefinition
			.of("service", (BackgroundService<Integer>) (token) -> {
				if (steps.incrementAndGet() % 3 == 0 && steps.get() < 10) {
					throw new IllegalStateException("expected");
				}
				return (steps.get() < 20) ? Step.next(Duration.ofNanos(1)) : Step.done();
			})
			.withRestarts(OFTEN);
		try {
			BackgroundHandle<?> handle = services.spawn(definition);
			Completion completion = end(handle);
			assertThat(completion.reason()).as("call %s of %s", failing, environment.failed).isEqualTo(Reason.DONE);
		}
		catch (OutOfMemoryError ex) {
			assertThat(environment.failed).as("where a service may be refused").isIn("newThread", "now", "nanoTime");
		}
		environment.over = true;
		assertThat(services.shutdown()).as("left over, call %s", failing).isEmpty();
		return environment.calls.get();
	}

	private static Completion end(BackgroundHandle<?> handle) throws Exception {
		CompletableFuture<Completion> completion = handle.completion();
		return completion.get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	/** An environment that is short of memory once. */
	private static final class Short implements ServiceEnvironment {

		private final ServiceEnvironment system = ServiceEnvironment.system();

		private final AtomicInteger calls = new AtomicInteger();

		private final int failing;

		private volatile String failed = "none";

		private volatile boolean over;

		Short(int failing) {
			this.failing = failing;
		}

		private void step(String name) {
			if (!this.over && this.calls.incrementAndGet() == this.failing) {
				this.failed = name;
				throw new OutOfMemoryError("expected");
			}
		}

		@Override
		public Instant now() {
			step("now");
			return this.system.now();
		}

		@Override
		public long nanoTime() {
			step("nanoTime");
			return this.system.nanoTime();
		}

		@Override
		public double random() {
			step("random");
			return this.system.random();
		}

		@Override
		public Registration after(Duration delay, Runnable task) {
			step("after");
			return this.system.after(delay, task);
		}

		@Override
		public Thread newThread(String name, Runnable task) {
			step("newThread");
			return this.system.newThread(name, task);
		}

	}

}
