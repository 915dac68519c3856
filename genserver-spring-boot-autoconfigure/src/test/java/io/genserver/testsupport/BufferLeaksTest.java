package io.genserver.testsupport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

/** Proves that a leak is found, by planting one. */
class BufferLeaksTest {

	@Test
	void aTestThatLeaksABufferFails() {
		run("leaks").assertThatEvents()
			.haveExactly(1, event(test("leaks"), finishedWithFailure(instanceOf(AssertionError.class),
					message((text) -> text.contains("1 buffers were not released") && text.contains("planted")))));
	}

	@Test
	void aTestThatReleasesItsBuffersPasses() {
		run("releases").assertStatistics((statistics) -> statistics.started(1).succeeded(1).failed(0));
	}

	private static Events run(String method) {
		return EngineTestKit.engine("junit-jupiter")
			.selectors(selectMethod(Planted.class, method))
			.configurationParameter(BufferLeaks.PATIENCE, "0")
			.execute()
			.testEvents();
	}

	@ExtendWith(BufferLeaks.class)
	static class Planted {

		private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;

		@Test
		void leaks() {
			this.allocator.directBuffer(16).touch("planted");
		}

		@Test
		void releases() {
			this.allocator.directBuffer(16).release();
		}

	}

}
