package io.genserver.test.waiting;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import io.genserver.test.AutoConfigureVirtualTime;
import io.genserver.test.GenServerTest;
import io.genserver.test.ServersUnderTest;
import io.genserver.test.VirtualTime;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

/**
 * A test method that leaves a server waiting fails itself, and the next one does not.
 */
@RealThreads
class LeftWaitingTests {

	private static boolean sampling;

	static boolean isSampling() {
		return sampling;
	}

	@Test
	void inVirtualTimeAMethodThatLeavesAServerWaitingFailsAndTheNextDoesNot() {
		Map<String, Throwable> failures = failures(InVirtualTime.class, 16);
		assertThat(failures.keySet()).containsExactlyInAnyOrder("future", "nestedCall", "latch", "keyed", "suspended",
				"failsItself");
		assertThat(failures.get("future")).hasMessageStartingWith(
				"When the test method ended, servers were left waiting: server waiter, operation future (for 0 ms, sent by")
			.hasMessageEndingWith("each has a new instance for the next method.");
		assertThat(failures.get("nestedCall")).hasMessageContaining("server waiter, operation call(function)")
			.hasMessageContaining("server other, operation call(function)");
		assertThat(failures.get("latch")).hasMessageContaining("server waiter, operation latch")
			.cause()
			.hasMessageContaining("Waiter.latch");
		assertThat(failures.get("keyed")).hasMessageContaining("server each/ann, operation")
			.hasMessageNotContaining("each/bob");
		assertThat(failures.get("suspended")).hasMessageContaining("server waiter, operation call(function)")
			.hasMessageNotContaining("server other");
		assertThat(failures.get("failsItself")).hasMessage("its own");
		assertThat(failures.get("failsItself").getSuppressed()).singleElement()
			.extracting(Throwable::getMessage)
			.asString()
			.contains("server waiter, operation future");
	}

	@Test
	void inRealTimeAMethodThatLeavesAServerWaitingFailsAndTheNextDoesNot() {
		Map<String, Throwable> failures = failures(InRealTime.class, 4);
		assertThat(failures.keySet()).containsExactlyInAnyOrder("castLatch", "future");
		assertThat(failures.get("castLatch")).hasMessageContaining("server waiter, operation cast(action)");
		assertThat(failures.get("future")).as("given up at the deadline of the call")
			.hasMessageContaining("server waiter, operation call(function)");
	}

	@Test
	void aHandlerThatCannotBeEndedCostsTheContextAndNotTheNextMethod() {
		try {
			Map<String, Throwable> failures = failures(Uninterruptible.class, 2);
			assertThat(failures.keySet()).containsExactly("ignoresInterrupts");
			assertThat(failures.get("ignoresInterrupts"))
				.hasMessageContaining("server waiter, operation ignoringInterrupts")
				.hasMessageEndingWith("the application context is closed, and the next method gets a new one.");
		}
		finally {
			Waiter.never.countDown();
			Waiter.never = new CountDownLatch(1);
		}
	}

	/** What failed, by the name of the method. */
	private static Map<String, Throwable> failures(Class<?> sample, int methods) {
		sampling = true;
		try {
			Events tests = EngineTestKit.engine("junit-jupiter").selectors(selectClass(sample)).execute().testEvents();
			assertThat(tests.finished().count()).isEqualTo(methods);
			Map<String, Throwable> failures = new ConcurrentHashMap<>();
			tests.failed()
				.stream()
				.forEach((event) -> failures.put(event.getTestDescriptor().getDisplayName().replaceAll("\\(.*", ""),
						event.getRequiredPayload(TestExecutionResult.class).getThrowable().orElseThrow()));
			return failures;
		}
		finally {
			sampling = false;
		}
	}

	/** What all samples have. */
	@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
	abstract static class Samples {

		@Autowired
		GenServerRef<Waiter> waiter;

		@Autowired
		Waiting waiting;

		@Autowired
		GenServerRef<Other> other;

		@Autowired
		Keyed<Each> each;

		@Autowired
		GenServerRegistry registry;

		void allAreNew(ServersUnderTest servers) {
			assertThat(servers.deadLetters()).isEmpty();
			assertThat(this.waiter.call(Waiter::messages)).isOne();
			assertThat(this.other.call(Other::messages)).isOne();
			assertThat(this.each.ref("ann").call(Each::messages)).isOne();
			assertThat(this.each.ref("bob").call(Each::messages)).isOne();
		}

	}

	@GenServerTest(properties = { "genserver.test.settle-timeout=3s", "genserver.servers.waiter.call-timeout=1h" })
	@AutoConfigureVirtualTime
	@DirtiesContext
	@EnabledIf("io.genserver.test.waiting.LeftWaitingTests#isSampling")
	static class InVirtualTime extends Samples {

		@Test
		@Order(1)
		void future() {
			this.waiting.future();
		}

		@Test
		@Order(2)
		void afterFuture(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(5)
		void nestedCall() {
			this.other.callAsync(Other::future);
			GenServerRef<Other> callee = this.other;
			this.waiter.callAsync((server) -> server.nested(callee));
		}

		@Test
		@Order(6)
		void afterNestedCall(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(7)
		void latch() {
			this.waiting.latch();
		}

		@Test
		@Order(8)
		void afterLatch(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(9)
		void keyed() {
			assertThat(this.each.ref("bob").call(Each::messages)).isOne();
			this.each.ref("ann").callAsync(Each::future);
		}

		@Test
		@Order(10)
		void afterKeyed(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(11)
		void suspended() {
			this.registry.suspend("other");
			GenServerRef<Other> callee = this.other;
			this.waiter.callAsync((server) -> server.nested(callee));
		}

		@Test
		@Order(12)
		void afterSuspended(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(13)
		void failsItself() {
			this.waiting.future();
			throw new AssertionError("its own");
		}

		@Test
		@Order(14)
		void afterFailsItself(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(15)
		void onlySuspends() {
			this.registry.suspend("other");
			this.registry.suspend("each", "ann");
			this.other.cast(Other::messages);
			this.each.ref("ann").cast(Each::messages);
		}

		@Test
		@Order(16)
		void afterOnlySuspends(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(17)
		void timersAreNoWait(VirtualTime time) {
			this.waiter.cast(Waiter::later);
			CompletableFuture<?> reply = this.waiter.withTimeout(Duration.ofSeconds(1)).callAsync(Waiter::future);
			time.advance(Duration.ofSeconds(2));
			assertThat(reply).isCompletedExceptionally();
		}

		@Test
		@Order(18)
		void afterTimers(ServersUnderTest servers) {
			allAreNew(servers);
		}

	}

	@GenServerTest(properties = "genserver.test.settle-timeout=3s")
	@DirtiesContext
	@EnabledIf("io.genserver.test.waiting.LeftWaitingTests#isSampling")
	static class InRealTime extends Samples {

		@Test
		@Order(1)
		void castLatch() {
			this.waiter.cast(Waiter::latch);
		}

		@Test
		@Order(2)
		void afterCastLatch(ServersUnderTest servers) {
			allAreNew(servers);
		}

		@Test
		@Order(5)
		void future() {
			this.waiter.withTimeout(Duration.ofMillis(1500)).callAsync(Waiter::future);
		}

		@Test
		@Order(6)
		void afterFuture(ServersUnderTest servers) {
			allAreNew(servers);
		}

	}

	@GenServerTest(properties = { "genserver.test.settle-timeout=3s", "genserver.shutdown.timeout=200ms",
			"genserver.shutdown.drain-timeout=100ms" })
	@DirtiesContext
	@EnabledIf("io.genserver.test.waiting.LeftWaitingTests#isSampling")
	static class Uninterruptible extends Samples {

		@Test
		@Order(1)
		void ignoresInterrupts() {
			this.waiting.ignoringInterrupts();
		}

		@Test
		@Order(2)
		void afterIgnoresInterrupts(ServersUnderTest servers) {
			allAreNew(servers);
		}

	}

}
