package io.genserver.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.autoconfigure.actuate.GenServerBackgroundActuatorAutoConfiguration;
import io.genserver.autoconfigure.actuate.GenServerBackgroundHealthAutoConfiguration;
import io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundService;
import io.genserver.background.BackgroundServices;
import io.genserver.background.CancellationToken;
import io.genserver.background.ServiceState;
import io.genserver.background.Step;
import io.genserver.testsupport.HangGuard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.reactive.server.EntityExchangeResult;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Endpoint and health of the background services, as a client of an application sees
 * them.
 */
class BackgroundServicesActuatorTest {

	private ConfigurableApplicationContext context;

	private WebTestClient client;

	@BeforeEach
	void start() {
		start("unrestricted");
	}

	private void start(String access) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "management.endpoints.web.exposure.include=*",
					"management.endpoint.backgroundservices.access=" + access,
					"management.endpoint.health.show-details=always", "genserver.background.max-restarts=0",
					"spring.reactor.netty.shutdown-quiet-period=0s")
			.run();
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + this.context.getEnvironment().getProperty("local.server.port") + "/actuator")
			.responseTimeout(HangGuard.DURATION)
			.build();
	}

	@AfterEach
	void stop() {
		this.context.close();
	}

	@Test
	void showsAllServicesAndOne() throws Exception {
		end("importer");
		this.client.get()
			.uri("/backgroundservices")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.services.length()")
			.isEqualTo(2)
			.jsonPath("$.services.importer.state")
			.isEqualTo("DONE")
			.jsonPath("$.services.ticker.state")
			.isEqualTo("RUNNING");
		this.client.get()
			.uri("/backgroundservices/importer")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.type")
			.isEqualTo(Importer.class.getName())
			.jsonPath("$.steps")
			.isEqualTo(1)
			.jsonPath("$.restarts")
			.isEqualTo(0)
			.jsonPath("$.started")
			.value(String.class, (started) -> assertThat(started).endsWith("Z"))
			.jsonPath("$.lastFailure")
			.doesNotExist();
		assertThat(status("/backgroundservices/none")).isEqualTo(404);
	}

	@Test
	void cancelsAndRestartsAService() throws Exception {
		assertThat(act("ticker", "cancel").getStatus().value()).isEqualTo(204);
		end("ticker");
		this.client.get()
			.uri("/backgroundservices/ticker")
			.exchange()
			.expectBody()
			.jsonPath("$.state")
			.isEqualTo("CANCELLED");
		assertThat(act("ticker", "RESTART").getStatus().value()).isEqualTo(204);
		assertThat(this.context.getBean(BackgroundServices.class).find("ticker").state()).isIn(ServiceState.RUNNING,
				ServiceState.RESTARTING);
	}

	@Test
	void refusesWhatItDoesNotKnow() {
		EntityExchangeResult<String> unknown = act("none", "cancel");
		assertThat(unknown.getStatus().value()).isEqualTo(404);
		assertThat(unknown.getResponseBody()).contains("There is no background service 'none'")
			.contains("ticker, importer");
		EntityExchangeResult<String> bad = act("ticker", "explode");
		assertThat(bad.getStatus().value()).isEqualTo(400);
		assertThat(bad.getResponseBody()).contains("no action 'explode'").contains("cancel, restart");
		this.context.getBean(BackgroundServices.class).close();
		EntityExchangeResult<String> late = act("ticker", "restart");
		assertThat(late.getStatus().value()).isEqualTo(409);
		assertThat(late.getResponseBody()).contains("shutting down");
	}

	@Test
	void onlyShowsUnlessMoreIsAllowed() {
		this.context.close();
		start("read-only");
		assertThat(status("/backgroundservices/ticker")).isEqualTo(200);
		assertThat(act("ticker", "cancel").getStatus().value()).isIn(404, 405);
	}

	@Test
	void isDownWhenAServiceIsGivenUpUntilItIsStartedAgain() throws Exception {
		end("importer");
		this.client.get()
			.uri("/health/backgroundservices")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP")
			.jsonPath("$.details.services")
			.isEqualTo(2);
		Importer importer = this.context.getBean(Importer.class);
		importer.failing.set(true);
		act("importer", "restart");
		end("importer");
		this.client.get()
			.uri("/health/backgroundservices")
			.exchange()
			.expectStatus()
			.isEqualTo(503)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("DOWN")
			.jsonPath("$.details.failed.importer")
			.isEqualTo(IllegalStateException.class.getName());
		this.client.get()
			.uri("/backgroundservices/importer")
			.exchange()
			.expectBody()
			.jsonPath("$.state")
			.isEqualTo("FAILED")
			.jsonPath("$.lastFailure.message")
			.value(String.class, (message) -> assertThat(message).hasSize(501).startsWith("xxx").endsWith("…"));
		importer.failing.set(false);
		act("importer", "restart");
		end("importer");
		assertThat(status("/health/backgroundservices")).isEqualTo(200);
	}

	@Test
	void eachPartBacksOffWithoutWhatItNeeds() {
		ApplicationContextRunner runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class,
					GenServerBackgroundAutoConfiguration.class, GenServerBackgroundHealthAutoConfiguration.class,
					HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class));
		runner.run((context) -> assertThat(context).hasSingleBean(BackgroundServicesHealthIndicator.class));
		runner.withPropertyValues("management.health.backgroundservices.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(BackgroundServicesHealthIndicator.class));
		ApplicationContextRunner withEndpoint = runner
			.withConfiguration(AutoConfigurations.of(GenServerBackgroundActuatorAutoConfiguration.class));
		withEndpoint
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BackgroundServicesEndpoint.class));
		ApplicationContextRunner exposed = withEndpoint.withPropertyValues("spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=backgroundservices");
		exposed.run((context) -> assertThat(context).hasSingleBean(BackgroundServicesEndpoint.class));
		exposed.withPropertyValues("genserver.background.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(BackgroundServicesEndpoint.class)
				.doesNotHaveBean(BackgroundServicesHealthIndicator.class));
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GenServerAutoConfiguration.class,
					GenServerBackgroundAutoConfiguration.class, GenServerBackgroundHealthAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(BackgroundServices.class)
				.doesNotHaveBean("backgroundservicesHealthIndicator"));
	}

	/** Returns status and body; a body that nobody reads leaks. */
	private EntityExchangeResult<String> act(String service, String action) {
		return this.client.post()
			.uri("/backgroundservices/" + service)
			.bodyValue(Map.of("action", action))
			.exchange()
			.expectBody(String.class)
			.returnResult();
	}

	private int status(String uri) {
		return this.client.get().uri(uri).exchange().expectBody(String.class).returnResult().getStatus().value();
	}

	private void end(String service) throws Exception {
		BackgroundHandle<?> handle = this.context.getBean(BackgroundServices.class).find(service);
		handle.completion().get(HangGuard.SECONDS, TimeUnit.SECONDS);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		BackgroundService<Void> ticker() {
			return (token) -> Step.next(Duration.ofDays(1));
		}

		@Bean
		Importer importer() {
			return new Importer();
		}

	}

	static class Importer implements BackgroundService<Void> {

		private final AtomicBoolean failing = new AtomicBoolean();

		@Override
		public Step<Void> run(CancellationToken token) {
			if (this.failing.get()) {
				throw new IllegalStateException("x".repeat(1000));
			}
			return Step.done();
		}

	}

}
