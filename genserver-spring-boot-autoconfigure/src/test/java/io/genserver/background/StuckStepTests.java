package io.genserver.background;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.genserver.actuate.BackgroundServicesEndpoint;
import io.genserver.actuate.BackgroundServicesHealthIndicator;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What a background service does too long is in flight, in the log and in health.
 */
@RealThreads
class StuckStepTests {

	private static final StepLimits LIMITS = new StepLimits(Duration.ofSeconds(1), Duration.ofMinutes(1));

	private final VirtualTime time = new VirtualTime();

	private final BackgroundServices services = new BackgroundServices(this.time, (event) -> {
	}, Duration.ofSeconds(10), LIMITS);

	private final BackgroundServicesHealthIndicator health = new BackgroundServicesHealthIndicator(this.services);

	private final CountDownLatch entered = new CountDownLatch(1);

	private final CountDownLatch gate = new CountDownLatch(1);

	private final Logger logger = (Logger) LoggerFactory.getLogger(BackgroundServices.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void end() throws Exception {
		this.logger.detachAppender(this.log);
		this.gate.countDown();
		this.services.names().forEach(this.services::cancel);
		for (Thread thread : this.time.threads()) {
			assertThat(thread.join(HangGuard.DURATION)).isTrue();
		}
	}

	@Test
	void aStepThatHangsIsLoggedOnceAndThenOutOfService() throws Exception {
		BackgroundHandle<?> feed = this.services.spawn("feed", (token) -> block());
		awaitEntered();
		assertThat(feed.info().inFlight()).isEqualTo(inFlight("step", Duration.ZERO));
		this.time.advance(Duration.ofMillis(999));
		assertThat(warnings()).isEmpty();
		this.time.advance(Duration.ofMillis(1));
		assertThat(warnings()).containsExactly("Background service 'feed' has been busy with its step for 1000 ms;"
				+ " genserver.background.services.feed.slow-step-threshold sets when that is logged");
		this.time.advance(Duration.ofSeconds(59));
		assertThat(warnings()).hasSize(1);
		assertThat(this.time.delays()).isEmpty();
		assertThat(this.health.health().getStatus()).isEqualTo(Status.UP);
		this.time.advance(Duration.ofMillis(1));
		Health stuck = this.health.health();
		assertThat(stuck.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
		assertThat(stuck.getDetails()).containsEntry("stuck",
				Map.of("feed", Map.of("operation", "step", "ageMillis", 60_001L, "stuckStepLimitMillis", 60_000L)));
		assertThat(new BackgroundServicesEndpoint(this.services).service("feed").inFlight())
			.hasToString("InFlightDescription[operation=step, ageMillis=60001, stuck=true]");
		this.gate.countDown();
		feed.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS);
		assertThat(feed.info().inFlight()).isNull();
		assertThat(this.health.health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void aConsumerThatHangsIsPartOfTheStep() throws Exception {
		this.services.spawn("feed", (BackgroundService<Integer>) (token) -> Step.item(1), (item) -> {
			block();
			return false;
		});
		awaitEntered();
		this.time.advance(Duration.ofMinutes(2));
		assertThat(warnings()).singleElement().asString().contains("'feed'", "step for 120000 ms");
		assertThat(this.health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@Test
	void whatHangsGoesOnToShowWhileTheNextRunWaitsForIt() throws Exception {
		BackgroundHandle<?> feed = this.services.start(ServiceDefinition.of("feed", (token) -> block()));
		awaitEntered();
		feed.restart();
		this.time.advance(Duration.ofMinutes(2));
		assertThat(feed.state()).isEqualTo(ServiceState.RESTARTING);
		assertThat(feed.info().inFlight()).isEqualTo(inFlight("step", Duration.ofMinutes(2)));
		assertThat(this.health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@Test
	void anInstanceThatIsDestroyedForTooLongShows() throws Exception {
		BackgroundHandle<?> feed = this.services
			.start(ServiceDefinition.ofEach("feed", () -> (token) -> Step.done(), (instance) -> block()));
		awaitEntered();
		this.time.advance(Duration.ofMinutes(2));
		assertThat(warnings()).singleElement().asString().contains("'feed'", "@PreDestroy for 120000 ms");
		assertThat(feed.info().inFlight()).isEqualTo(inFlight("@PreDestroy", Duration.ofMinutes(2)));
		assertThat(this.health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@Test
	void anInstanceThatIsMadeForTooLongShowsAtARestart() throws Exception {
		CountDownLatch first = new CountDownLatch(1);
		BackgroundHandle<?> feed = this.services.start(ServiceDefinition.ofEach("feed", () -> {
			if (first.getCount() == 0) {
				block();
			}
			first.countDown();
			return (token) -> Step.done();
		}, (instance) -> {
		}));
		feed.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS);
		feed.restart();
		awaitEntered();
		this.time.advance(Duration.ofMinutes(2));
		assertThat(warnings()).singleElement().asString().contains("'feed'", "constructor for 120000 ms");
		assertThat(feed.info().inFlight()).isEqualTo(inFlight("constructor", Duration.ofMinutes(2)));
	}

	@Test
	void stepsThatEndInTimeAndPausesDoNotShow() throws Exception {
		CountDownLatch twice = new CountDownLatch(2);
		BackgroundHandle<?> feed = this.services.spawn("feed", (token) -> {
			twice.countDown();
			return Step.next(Duration.ofHours(1));
		});
		this.time.awaitTimer(Duration.ofHours(1));
		this.time.advance(Duration.ofHours(1));
		assertThat(twice.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		this.time.awaitTimer(Duration.ofHours(1));
		this.time.advance(Duration.ofMinutes(59));
		assertThat(warnings()).isEmpty();
		assertThat(feed.info().inFlight()).isNull();
		assertThat(this.health.health().getStatus()).isEqualTo(Status.UP);
		assertThat(this.time.delays()).containsExactly(Duration.ofMinutes(1));
	}

	@Test
	void aStepIsMeasuredFromItsOwnBeginning() throws Exception {
		CountDownLatch goOn = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		this.services.spawn("feed", (token) -> {
			if (goOn.getCount() > 0) {
				begun.countDown();
				goOn.await();
				return Step.next();
			}
			return block();
		});
		assertThat(begun.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
		this.time.advance(Duration.ofMillis(600));
		goOn.countDown();
		awaitEntered();
		this.time.advance(Duration.ofMillis(600));
		assertThat(warnings()).isEmpty();
		this.time.advance(Duration.ofMillis(400));
		assertThat(warnings()).singleElement().asString().contains("step for 1000 ms");
	}

	@Test
	void zeroIsNoLimit() throws Exception {
		BackgroundHandle<?> feed = this.services
			.start(ServiceDefinition.of("feed", (token) -> block()).withStepLimits(StepLimits.NONE));
		awaitEntered();
		this.time.advance(Duration.ofDays(100));
		assertThat(warnings()).isEmpty();
		assertThat(feed.info().inFlight())
			.isEqualTo(new ServiceInfo.InFlight("step", Duration.ofDays(100), Duration.ZERO));
		assertThat(this.health.health().getStatus()).isEqualTo(Status.UP);
		assertThatIllegalArgumentException().isThrownBy(() -> new StepLimits(Duration.ofNanos(-1), Duration.ZERO))
			.withMessageContaining("negative");
	}

	private Step<Object> block() {
		this.entered.countDown();
		boolean waiting = true;
		while (waiting) {
			try {
				this.gate.await();
				waiting = false;
			}
			catch (InterruptedException ex) {
				// It hangs whatever is done about it.
			}
		}
		return Step.done();
	}

	private void awaitEntered() throws InterruptedException {
		assertThat(this.entered.await(HangGuard.SECONDS, TimeUnit.SECONDS)).isTrue();
	}

	private List<String> warnings() {
		return List.copyOf(this.log.list)
			.stream()
			.filter((event) -> event.getLevel() == Level.WARN)
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	private static ServiceInfo.InFlight inFlight(String operation, Duration age) {
		return new ServiceInfo.InFlight(operation, age, LIMITS.stuck());
	}

}
