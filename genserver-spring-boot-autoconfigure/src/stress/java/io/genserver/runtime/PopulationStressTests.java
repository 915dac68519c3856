package io.genserver.runtime;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How much idle instances weigh.
 */
@Tag("stress")
class PopulationStressTests {

	@Test
	void S17_aMillionIdleInstancesFitIntoOneGibibyte() throws Exception {
		int count = Integer.getInteger("genserver.instances", 1_000_000);
		ChildJvm child = ChildJvm.run("-Xmx1g -XX:+UseSerialGC", System.getProperty("java.class.path"),
				Population.class, Integer.toString(count));
		assertThat(child.exitCode()).as(child.output()).isZero();
		System.out.println(child.output().strip());
	}

}
