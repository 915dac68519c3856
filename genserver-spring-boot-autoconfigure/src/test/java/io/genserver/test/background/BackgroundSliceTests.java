package io.genserver.test.background;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundService;
import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceDefinition;
import io.genserver.background.ServiceState;
import io.genserver.background.Step;
import io.genserver.test.AutoConfigureVirtualTime;
import io.genserver.test.GenServerTest;
import io.genserver.test.VirtualTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Background services of a slice run in the time of its servers. */
@GenServerTest({ SumServer.class, Feed.class, FeedConsumer.class })
@AutoConfigureVirtualTime
@DirtiesContext
class BackgroundSliceTests {

	@Autowired
	Feed feed;

	@Autowired
	Sum sum;

	@Autowired
	BackgroundServices services;

	@Autowired
	VirtualTime time;

	@BeforeEach
	void rest() {
		this.time.settle();
		this.feed.looks = 0;
	}

	@RepeatedTest(3)
	void aStepIsMadeAtItsMomentAndNotBefore() {
		this.feed.outside.add(3);
		this.feed.outside.add(4);
		this.time.advance(Duration.ofSeconds(9));
		assertThat(this.sum.total()).isZero();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(this.sum.total()).as("all there is, at once").isEqualTo(7);
		assertThat(this.feed.looks).isOne();
		this.time.advance(Duration.ofMinutes(1));
		assertThat(this.feed.looks).isEqualTo(7);
	}

	@Test
	void settleWaitsForStepsThatAreDue() {
		AtomicInteger steps = new AtomicInteger();
		BackgroundHandle<?> job = this.services.spawn("job",
				(token) -> (steps.incrementAndGet() < 1000) ? Step.next() : Step.done());
		this.time.settle();
		assertThat(steps).hasValue(1000);
		assertThat(job.state()).isEqualTo(ServiceState.DONE);
	}

	@RepeatedTest(2)
	void aServiceThatFailsIsRestartedAfterItsPauseInVirtualTime() {
		assertThat(this.services.find("feed").state()).isEqualTo(ServiceState.RUNNING);
		this.feed.failure = new IllegalStateException("on purpose");
		this.time.advance(Duration.ofSeconds(10));
		assertThat(this.services.find("feed").state()).isEqualTo(ServiceState.RESTARTING);
		this.feed.failure = null;
		this.feed.outside.add(5);
		this.time.advance(Duration.ofMillis(400));
		assertThat(this.sum.total()).isZero();
		this.time.advance(Duration.ofMillis(100));
		assertThat(this.sum.total()).isEqualTo(5);
	}

	@Test
	void itsTimesAreVirtual() {
		Instant before = this.time.now();
		this.time.advance(Duration.ofHours(1));
		this.services.restart("feed");
		this.time.settle();
		assertThat(this.services.find("feed").info().started()).isEqualTo(before.plus(Duration.ofHours(1)));
	}

	@RepeatedTest(2)
	void aStepThatWaitsForAServerIsAtRestAndIsInterruptedInVirtualTime() {
		BackgroundHandle<?> asking = this.services.spawn(ServiceDefinition.of("asking", asking()));
		this.time.settle();
		asking.cancel();
		this.time.advance(Duration.ofMillis(999));
		assertThat(asking.state()).isEqualTo(ServiceState.CANCELLING);
		this.time.advance(Duration.ofMillis(1));
		assertThat(asking.completion()).isCompleted();
	}

	@RepeatedTest(2)
	void whatAMethodLeavesRunningEndsWithIt() {
		assertThat(this.services.names()).contains("feed").doesNotContain("asking", "pausing");
		this.services.spawn(ServiceDefinition.of("asking", asking()));
		this.services.spawn("pausing", (token) -> Step.next(Duration.ofDays(1)));
		this.services.cancel("feed");
		this.time.settle();
		assertThat(this.services.find("feed").state()).isEqualTo(ServiceState.CANCELLED);
	}

	@Test
	void aServiceThatWaitsForTheRunBeforeItDoesNotHoldTimeUp() {
		BackgroundHandle<?> asking = this.services.start(ServiceDefinition.of("lasting", asking()));
		this.time.settle();
		asking.restart();
		this.time.settle();
		assertThat(asking.info().restarts()).isZero();
		this.time.advance(Duration.ofSeconds(1));
		assertThat(asking.info().restarts()).isOne();
	}

	@Test
	void aHandlerCannotLetTimePassNorCanAStep() {
		BackgroundHandle<?> job = this.services.spawn("job", (token) -> {
			this.time.advance(Duration.ofSeconds(1));
			return Step.done();
		});
		this.time.settle();
		assertThat(job.state()).isEqualTo(ServiceState.FAILED);
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> {
			throw job.completion().join().cause();
		}).withMessageContaining("test's thread");
	}

	/** Its step waits for a reply that does not come. */
	private BackgroundService<Integer> asking() {
		return (token) -> {
			this.sum.next().get();
			return Step.next();
		};
	}

}
