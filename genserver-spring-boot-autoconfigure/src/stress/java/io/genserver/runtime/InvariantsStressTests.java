package io.genserver.runtime;

import io.genserver.SupervisionStrategy;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@link S03ExactlyOnceTests} holds under some hundred seeds holds under thousands.
 */
@Tag("stress")
class InvariantsStressTests {

	@ParameterizedTest
	@EnumSource(SupervisionStrategy.class)
	void S03_whateverHappensEveryCallCompletesOnceAndNothingElseIsBroken(SupervisionStrategy strategy) {
		int seeds = Integer.getInteger("genserver.seeds", 4_000);
		Seeds.each(seeds, (scheduler) -> new Mayhem(scheduler, strategy).run());
		System.out.println("Invariants with failures that " + strategy + ": hold under seeds 1 to " + seeds);
	}

}
