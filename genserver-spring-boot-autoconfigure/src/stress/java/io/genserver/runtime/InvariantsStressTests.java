package io.genserver.runtime;

import java.time.Duration;

import io.genserver.SupervisionStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link S03ExactlyOnceTests} holds under some hundred seeds holds under thousands:
 * as many as there is time for.
 */
@Tag("stress")
class InvariantsStressTests {

	@ParameterizedTest
	@EnumSource(SupervisionStrategy.class)
	void S03_whateverHappensEveryCallCompletesOnceAndNothingElseIsBroken(SupervisionStrategy strategy) {
		Duration limit = Duration.ofSeconds(Long.getLong("genserver.seeds.seconds", 120));
		long seeds = Seeds.within(limit, 4_000, (scheduler) -> new Mayhem(scheduler, strategy).run());
		assertThat(seeds).as("seeds, with a limit of %s", limit).isPositive();
		System.out.println("Invariants with failures that " + strategy + ": hold under seeds 1 to " + seeds);
	}

}
