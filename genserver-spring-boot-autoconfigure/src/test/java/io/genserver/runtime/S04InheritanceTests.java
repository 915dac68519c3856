package io.genserver.runtime;

import java.time.Duration;

import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.runtime.contract.ReplyAdapters;
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

	/** A way to ask. */
	private interface Way {

		Duration remaining(LocalRegistry registry);

	}

}
