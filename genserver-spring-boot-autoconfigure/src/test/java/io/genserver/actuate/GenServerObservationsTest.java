package io.genserver.actuate;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.genserver.GenServer;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerTimeoutException;
import io.genserver.autoconfigure.actuate.GenServerMetricsAutoConfiguration;
import io.genserver.autoconfigure.actuate.GenServerObservationAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.testsupport.HangGuard;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class GenServerObservationsTest {

	private final TestObservationRegistry observations = TestObservationRegistry.create();

	private final ApplicationContextRunner servers = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class,
				GenServerObservationAutoConfiguration.class, GenServerMetricsAutoConfiguration.class))
		.withUserConfiguration(FrontServer.class, BackServer.class);

	private final ApplicationContextRunner observed = this.servers
		.withBean(ObservationRegistry.class, () -> this.observations)
		.withPropertyValues("genserver.observations.enabled=true");

	private final ApplicationContextRunner withMeters = this.servers.withConfiguration(
			AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
					SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class));

	@Test
	void aCallIsAnObservationWithServerOperationOutcomeAndKey() {
		this.observed.run((context) -> {
			context.getBean(GenServerRegistry.class).ref(BackServer.class, "ann").call(BackServer::count);
			this.observations.assertThat()
				.hasNumberOfObservationsEqualTo(1)
				.hasObservationWithNameEqualTo("genserver.calls")
				.that()
				.hasBeenStarted()
				.hasBeenStopped()
				.doesNotHaveError()
				.hasContextualNameEqualTo("back.call(function)")
				.hasLowCardinalityKeyValue("server", "back")
				.hasLowCardinalityKeyValue("operation", "call(function)")
				.hasLowCardinalityKeyValue("outcome", "success")
				.hasHighCardinalityKeyValue("key", "ann");
		});
	}

	@Test
	void aCallMadeInAHandlerBelongsToTheCallItHandlesAndThatToItsSenders() {
		this.observed.run((context) -> {
			Front front = context.getBean(Front.class);
			Observation request = Observation.start("request", this.observations);
			request.scoped(() -> front.count("ann"));
			request.stop();
			this.observations.assertThat()
				.hasAnObservation((each) -> each.hasContextualNameEqualTo("front.count")
					.doesNotHaveHighCardinalityKeyValueWithKey("key")
					.hasParentObservationEqualTo(request));
			this.observations.assertThat()
				.hasAnObservation((each) -> each.hasContextualNameEqualTo("back.call(function)")
					.hasParentObservationContextMatching((parent) -> parent instanceof Observation.ContextView view
							&& "front.count".equals(view.getContextualName())));
		});
	}

	@Test
	void whatFollowsTheMessageIsNotLeftOnTheThread() {
		this.observed.run((context) -> {
			GenServerRef<FrontServer> front = context.getBean(GenServerRegistry.class).ref("front");
			CompletableFuture<@Nullable Observation> unobserved = new CompletableFuture<>();
			front.call((server) -> 0);
			front.cast((server) -> unobserved.complete(this.observations.getCurrentObservation()));
			assertThat(unobserved.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isNull();
			this.observations.assertThat().hasNumberOfObservationsEqualTo(1);
		});
	}

	@Test
	void theFailureOfACallIsItsObservationsError() {
		this.observed.run((context) -> {
			IllegalStateException failure = new IllegalStateException("no");
			assertThatIllegalStateException()
				.isThrownBy(() -> context.getBean(GenServerRegistry.class).<FrontServer>ref("front").call((server) -> {
					throw failure;
				}));
			this.observations.assertThat()
				.hasSingleObservationThat()
				.hasError(failure)
				.hasLowCardinalityKeyValue("outcome", "error");
		});
	}

	@Test
	void aCallEndsAtItsDeadlineWhateverItsHandlerDoes() {
		this.observed.run((context) -> {
			GenServerRef<FrontServer> front = context.getBean(GenServerRegistry.class).ref("front");
			CountDownLatch release = new CountDownLatch(1);
			assertThatExceptionOfType(GenServerTimeoutException.class)
				.isThrownBy(() -> front.withTimeout(Duration.ofMillis(1)).call((server) -> {
					release.await();
					return 0;
				}));
			this.observations.assertThat()
				.hasSingleObservationThat()
				.hasBeenStopped()
				.hasLowCardinalityKeyValue("outcome", "timeout");
			release.countDown();
		});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void aContinuationDoesNotEndItsCallAgain(CapturedOutput output) {
		this.observed.run((context) -> {
			GenServerRef<FrontServer> front = context.getBean(GenServerRegistry.class).ref("front");
			CompletableFuture<@Nullable Observation> seen = new CompletableFuture<>();
			front.call((server) -> {
				GenServerContext.current().continueWith(() -> seen.complete(this.observations.getCurrentObservation()));
				return 0;
			});
			assertThat(seen.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isNotNull();
			front.call((server) -> 0);
			this.observations.assertThat().hasNumberOfObservationsEqualTo(2);
			// The registry refuses a second stop, and the engine logs what an interceptor
			// throws then.
			assertThat(output).doesNotContain(GenServerObservations.class.getName());
		});
	}

	@Test
	void withoutBeingAskedForNothingIsObserved() {
		this.servers.withBean(ObservationRegistry.class, () -> this.observations)
			.run((context) -> assertThat(context).doesNotHaveBean(GenServerObservations.class));
		this.servers.withPropertyValues("genserver.observations.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerObservations.class));
		this.observed.withClassLoader(new FilteredClassLoader(ObservationRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerObservations.class));
	}

	@Test
	void aRegistryThatObservesNothingIsNotAsked() {
		this.servers.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.withPropertyValues("genserver.observations.enabled=true")
			.run((context) -> assertThat(context.getBean(Front.class).count("ann")).isOne());
	}

	@Test
	void theTimerOfCallsIsThatOfTheirObservations() {
		this.withMeters.withPropertyValues("genserver.observations.enabled=true").run((context) -> {
			context.getBean(Front.class).count("ann");
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.get("genserver.calls").tag("server", "front").timers()).singleElement()
				.satisfies((timer) -> {
					assertThat(timer.count()).isOne();
					assertThat(timer.getId().getTag("outcome")).isEqualTo("success");
					assertThat(timer.getId().getTag("operation")).isEqualTo("count");
					assertThat(timer.getId().getTag("key")).isNull();
				});
			assertThat(meters.get("genserver.mailbox.wait").tag("server", "front").timer().count()).isOne();
		});
		this.withMeters.run((context) -> {
			context.getBean(Front.class).count("ann");
			assertThat(context.getBean(MeterRegistry.class).get("genserver.calls").tag("server", "front").timers())
				.hasSize(1);
		});
	}

	@Test
	void anApplicationMayNameThemOtherwise() {
		this.withMeters.withPropertyValues("genserver.observations.enabled=true")
			.withBean(CallObservationConvention.class, OwnConvention::new)
			.run((context) -> {
				context.getBean(Front.class).count("ann");
				assertThat(context.getBean(MeterRegistry.class).get("genserver.calls").tag("tenant", "acme").timers())
					.hasSize(2);
			});
	}

	interface Front {

		int count(String key);

	}

	@GenServer("front")
	static class FrontServer implements Front {

		private final GenServerRegistry registry;

		FrontServer(GenServerRegistry registry) {
			this.registry = registry;
		}

		@Override
		public int count(String key) {
			return this.registry.ref(BackServer.class, key).call(BackServer::count);
		}

	}

	@GenServer(name = "back", keyed = true)
	static class BackServer {

		private int count;

		int count() {
			return ++this.count;
		}

	}

	static class OwnConvention extends CallObservationConvention {

		@Override
		public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
			return super.getLowCardinalityKeyValues(context).and(KeyValue.of("tenant", "acme"));
		}

	}

}
