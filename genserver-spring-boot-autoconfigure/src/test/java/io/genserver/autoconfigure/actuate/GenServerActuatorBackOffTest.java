package io.genserver.autoconfigure.actuate;

import io.genserver.GenServerInterceptor;
import io.genserver.GenServerRegistry;
import io.genserver.actuate.GenServerMeters;
import io.genserver.actuate.GenServersEndpoint;
import io.genserver.actuate.GenServersHealthIndicator;
import io.genserver.actuate.Servers;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.testsupport.RealThreads;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

@RealThreads
class GenServerActuatorBackOffTest {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(ServersConfiguration.class)
		.withConfiguration(
				AutoConfigurations.of(GenServerMetricsAutoConfiguration.class, GenServerHealthAutoConfiguration.class,
						HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class));

	private final ApplicationContextRunner withEndpoint = this.runner
		.withConfiguration(AutoConfigurations.of(GenServerActuatorAutoConfiguration.class));

	private final ApplicationContextRunner withRegistry = this.runner
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	void withoutAMeterRegistryThereIsNoInterceptor() {
		this.runner.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerInterceptor.class));
	}

	@Test
	void withoutMicrometerThereIsNoInterceptor() {
		this.runner.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerInterceptor.class));
	}

	@Test
	void metersComeWithAMeterRegistryAndCanBeSwitchedOff() {
		this.withRegistry.run((context) -> {
			assertThat(context).hasSingleBean(GenServerMeters.class);
			assertThat(context.getBean(MeterRegistry.class).get("genserver.mailbox.depth").tag("server", "kv").gauge())
				.isNotNull();
		});
		this.withRegistry.withPropertyValues("genserver.metrics.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerInterceptor.class));
	}

	@Test
	void metersOfTheUserTakePrecedence() {
		GenServerMeters own = new GenServerMeters(new SimpleMeterRegistry());
		this.withRegistry.withBean(GenServerMeters.class, () -> own)
			.run((context) -> assertThat(context.getBean(GenServerInterceptor.class)).isSameAs(own));
	}

	@Test
	void theHealthContributorIsNamedGenservers() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(GenServersHealthIndicator.class);
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("genservers")).isNotNull();
		});
	}

	@Test
	void theHealthContributorCanBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.genservers.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServersHealthIndicator.class));
	}

	@Test
	void withoutHealthThereIsNoHealthContributor() {
		new ApplicationContextRunner().withUserConfiguration(ServersConfiguration.class)
			.withConfiguration(AutoConfigurations.of(GenServerHealthAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(HealthIndicator.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("genserversHealthIndicator"));
	}

	@Test
	void theEndpointIsThereOnlyWhenItIsExposed() {
		this.withEndpoint
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServersEndpoint.class));
		this.withEndpoint.withPropertyValues("management.endpoints.web.exposure.include=genservers")
			.run((context) -> assertThat(context).hasNotFailed());
		this.withEndpoint
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=genservers")
			.run((context) -> assertThat(context).hasSingleBean(GenServersEndpoint.class));
		this.withEndpoint
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=genservers",
					"management.endpoint.genservers.access=NONE")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServersEndpoint.class));
	}

	@Test
	void withoutServersThereIsNothing() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GenServerActuatorAutoConfiguration.class,
					GenServerHealthAutoConfiguration.class))
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=genservers")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(GenServersEndpoint.class)
				.doesNotHaveBean(GenServersHealthIndicator.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class ServersConfiguration {

		@Bean(destroyMethod = "close")
		Servers servers(ObjectProvider<GenServerMeters> listener) {
			return new Servers(listener.getIfAvailable()).add("kv", false).start();
		}

		@Bean
		GenServerRuntime runtime(Servers servers) {
			return servers.runtime();
		}

		@Bean
		GenServerRegistry registry(Servers servers) {
			return servers.registry();
		}

	}

}
