package io.genserver.test.slice;

import io.genserver.test.GenServerTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

class MisusedSliceTests {

	private static boolean sampling;

	static boolean isSampling() {
		return sampling;
	}

	@Test
	void virtualTimeWithoutTheAnnotationNamesIt() {
		assertThat(failure(RealTime.class)).hasMessage(
				"There is no virtual time: annotate " + RealTime.class.getName() + " @AutoConfigureVirtualTime");
	}

	@Test
	void serversThatAreSwitchedOffAreTold() {
		assertThat(failure(SwitchedOff.class)).rootCause()
			.hasMessageStartingWith("This is a test of servers, but 'genserver.enabled' is false.")
			.hasMessageContaining("@GenServerTest(properties = \"genserver.enabled=true\")");
	}

	private static Throwable failure(Class<?> sample) {
		sampling = true;
		try {
			return EngineTestKit.engine("junit-jupiter")
				.selectors(selectClass(sample))
				.execute()
				.testEvents()
				.failed()
				.stream()
				.map((event) -> event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow())
				.findFirst()
				.orElseThrow();
		}
		finally {
			sampling = false;
		}
	}

	@GenServerTest
	@DirtiesContext
	@EnabledIf("io.genserver.test.slice.MisusedSliceTests#isSampling")
	static class RealTime {

		@Test
		void advances(VirtualTime time) {
		}

	}

	@GenServerTest(properties = "genserver.enabled=false")
	@EnabledIf("io.genserver.test.slice.MisusedSliceTests#isSampling")
	static class SwitchedOff {

		@Test
		void doesNothing() {
		}

	}

}
