package io.genserver.rpc.server;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import io.genserver.Cast;
import io.genserver.GenServer;
import io.genserver.actuate.RpcObservations;
import io.genserver.remote.RpcException;
import io.genserver.rpc.client.GenServerClient;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Requests observed at both ends of a connection. What a tracer would do is done by two
 * handlers: the sender's puts a trace into the carrier, the receiver's finds it there.
 */
@RealThreads
class RpcObservationsTest {

	private static final Duration GUARD = HangGuard.DURATION;

	private static final String TRACE_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

	private final TestObservationRegistry here = TestObservationRegistry.create();

	private final RpcApplication application = RpcApplication.start(Config.class,
			"genserver.observations.enabled=true");

	private final TestObservationRegistry there = this.application.bean(TestObservationRegistry.class);

	private final GenServerClient client;

	RpcObservationsTest() {
		this.here.observationConfig().observationHandler(new Sending());
		this.client = GenServerClient.builder()
			.interceptor(new RpcObservations(this.here))
			.connect(URI.create("ws://localhost:" + this.application.port() + "/ws"));
	}

	@AfterEach
	void stop() {
		this.client.close();
		this.application.close();
	}

	/** The reply may be here before its observation there has stopped. */
	private void awaitServed() throws InterruptedException {
		assertThat(this.application.bean(Receiving.class).stopped.tryAcquire(HangGuard.SECONDS, TimeUnit.SECONDS))
			.isTrue();
	}

	@Test
	void aCallIsObservedAtBothEndsAndItsTraceGoesWithIt() throws Exception {
		Observation work = Observation.start("work", this.here);
		Till till = this.client.server("till", Till.class);
		assertThat(work.scoped(() -> till.pay(3))).isEqualTo(TRACE_PARENT);
		work.stop();
		this.here.assertThat()
			.hasAnObservation((each) -> each.hasNameEqualTo("genserver.client.calls")
				.hasContextualNameEqualTo("till.pay")
				.hasParentObservationEqualTo(work)
				.hasLowCardinalityKeyValue("operation", "till.pay")
				.hasLowCardinalityKeyValue("kind", "call")
				.hasLowCardinalityKeyValue("outcome", "success"));
		awaitServed();
		this.there.assertThat()
			.hasAnObservation((each) -> each.hasNameEqualTo("genserver.calls")
				.hasContextualNameEqualTo("till.pay")
				.hasLowCardinalityKeyValue("server", "till")
				.hasLowCardinalityKeyValue("operation", "pay")
				.hasLowCardinalityKeyValue("outcome", "success"));
	}

	@Test
	void theTraceOfACastAndAStreamGoesWithThem() throws Exception {
		Till till = this.client.server("till", Till.class);
		till.open("it");
		assertThat(TillServer.opened.get(HangGuard.SECONDS, TimeUnit.SECONDS)).isEqualTo(TRACE_PARENT);
		StepVerifier.create(till.receipts()).expectNext(TRACE_PARENT).expectComplete().verify(GUARD);
		this.here.assertThat()
			.hasAnObservation(
					(each) -> each.hasContextualNameEqualTo("till.open").hasLowCardinalityKeyValue("kind", "cast"));
		this.here.assertThat()
			.hasAnObservation((each) -> each.hasContextualNameEqualTo("till.receipts")
				.hasLowCardinalityKeyValue("kind", "stream"));
	}

	@Test
	void aFailureIsTheErrorAtBothEnds() throws Exception {
		Till till = this.client.server("till", Till.class);
		assertThatExceptionOfType(RpcException.class).isThrownBy(() -> till.pay(-1));
		this.here.assertThat().hasSingleObservationThat().hasError().hasLowCardinalityKeyValue("outcome", "error");
		awaitServed();
		this.there.assertThat()
			.hasObservationWithNameEqualTo("genserver.calls")
			.that()
			.hasError()
			.hasLowCardinalityKeyValue("outcome", "error");
	}

	interface Till {

		@Nullable String pay(int amount);

		@Cast
		void open(String what);

		Flux<String> receipts();

	}

	@GenServer("till")
	static class TillServer implements Till {

		static CompletableFuture<@Nullable String> opened = new CompletableFuture<>();

		private final ObservationRegistry registry;

		TillServer(ObservationRegistry registry) {
			this.registry = registry;
			opened = new CompletableFuture<>();
		}

		private @Nullable String trace() {
			Observation current = this.registry.getCurrentObservation();
			return (current != null) ? current.getContextView().get(Receiving.TRACE) : null;
		}

		@Override
		public @Nullable String pay(int amount) {
			if (amount < 0) {
				throw new IllegalArgumentException("no refunds");
			}
			return trace();
		}

		@Override
		public void open(String what) {
			opened.complete(trace());
		}

		@Override
		public Flux<String> receipts() {
			return Flux.just(String.valueOf(trace()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Config {

		@Bean
		Receiving receiving() {
			return new Receiving();
		}

		@Bean
		TestObservationRegistry observations(Receiving receiving) {
			TestObservationRegistry registry = TestObservationRegistry.create();
			registry.observationConfig().observationHandler(receiving);
			return registry;
		}

		@Bean
		TillServer till(ObservationRegistry registry) {
			return new TillServer(registry);
		}

	}

	/** What a tracer does where a request is made. */
	private static final class Sending implements ObservationHandler<SenderContext<Object>> {

		@Override
		public void onStart(SenderContext<Object> context) {
			context.getSetter().set(context.getCarrier(), "traceparent", TRACE_PARENT);
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof SenderContext;
		}

	}

	/** What a tracer does where a request is served. */
	static final class Receiving implements ObservationHandler<ReceiverContext<Object>> {

		static final String TRACE = "trace";

		final Semaphore stopped = new Semaphore(0);

		@Override
		public void onStart(ReceiverContext<Object> context) {
			context.put(TRACE, String.valueOf(context.getGetter().get(context.getCarrier(), "traceparent")));
		}

		@Override
		public void onStop(ReceiverContext<Object> context) {
			this.stopped.release();
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ReceiverContext;
		}

	}

}
