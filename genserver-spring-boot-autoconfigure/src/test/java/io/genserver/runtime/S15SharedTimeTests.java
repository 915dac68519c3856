package io.genserver.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.genserver.test.SeededScheduler;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The time that stages of one shutdown share, in virtual time.
 */
class S15SharedTimeTests {

	private static LifecycleStage stage(Consumer<ShutdownTime> stop) {
		return new LifecycleStage() {

			@Override
			public void start() {
			}

			@Override
			public void stop(ShutdownTime time) {
				stop.accept(time);
			}

		};
	}

	private static LifecycleStage sleeping(SeededScheduler scheduler, int seconds) {
		return stage((time) -> scheduler.sleep(Duration.ofSeconds(seconds)));
	}

	@Test
	void S15_stagesShareOneDeadline() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofSeconds(10), Duration.ofSeconds(15)));
			ShutdownTime time = engine.runtime.shutdownTime();
			time.stop(sleeping(scheduler, 4));
			List<Duration> left = new ArrayList<>();
			time.stop(stage((shared) -> {
				left.add(shared.leftToDrain());
				left.add(shared.left());
				scheduler.sleep(Duration.ofSeconds(8));
				left.add(shared.leftToDrain());
				left.add(shared.left());
			}));
			assertThat(left).containsExactly(Duration.ofSeconds(6), Duration.ofSeconds(11), Duration.ZERO,
					Duration.ofSeconds(3));
		});
	}

	@Test
	void S15_serversHaveWhatStagesBeforeThemLeft() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofSeconds(10), Duration.ofSeconds(15)));
			Gate gate = new Gate(scheduler, "never");
			engine.start("hangs", ServerSettings.DEFAULTS, Object::new).cast((instance) -> gate.pass());
			scheduler.settle();
			long before = scheduler.nanoTime();
			engine.runtime.shutdownTime().stop(sleeping(scheduler, 9));
			engine.close();
			assertThat(Duration.ofNanos(scheduler.nanoTime() - before)).isLessThanOrEqualTo(Duration.ofSeconds(15));
		});
	}

	@Test
	void S15_whatOthersTakeBetweenTwoStagesDoesNotCount() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofSeconds(10), Duration.ofSeconds(15)));
			List<Integer> handled = new ArrayList<>();
			engine.start("server", ServerSettings.DEFAULTS, Object::new).cast((instance) -> {
				scheduler.sleep(Duration.ofSeconds(40));
				handled.add(1);
			});
			engine.runtime.shutdownTime().stop(sleeping(scheduler, 1));
			scheduler.sleep(Duration.ofSeconds(35));
			engine.close();
			assertThat(handled).containsExactly(1);
		});
	}

	@Test
	void S15_theNextShutdownAfterAStartHasAllTheTime() {
		Seeds.each(20, (scheduler) -> {
			Engine engine = new Engine(scheduler, Engine.shutdown(Duration.ofSeconds(10), Duration.ofSeconds(15)));
			engine.start("server", ServerSettings.DEFAULTS, Object::new);
			engine.runtime.shutdownTime().stop(sleeping(scheduler, 14));
			engine.close();
			engine.runtime.start();
			assertThat(engine.runtime.shutdownTime().left()).hasSeconds(15);
			engine.close();
		});
	}

}
