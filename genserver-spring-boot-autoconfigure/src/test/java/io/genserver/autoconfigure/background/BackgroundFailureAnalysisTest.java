package io.genserver.autoconfigure.background;

import java.time.Duration;

import io.genserver.autoconfigure.server.Analyses;
import io.genserver.autoconfigure.server.GenServerProperties;
import io.genserver.background.BackgroundService;
import io.genserver.background.CancellationToken;
import io.genserver.background.ItemConsumer;
import io.genserver.background.ItemsOf;
import io.genserver.background.RestartPolicy;
import io.genserver.background.Step;
import io.genserver.background.StepLimits;
import io.genserver.spring.background.ServiceSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

class BackgroundFailureAnalysisTest {

	@Test
	void theDefaultsAreThoseOfTheServices() {
		BackgroundSettingsMapping mapping = new BackgroundSettingsMapping(new GenServerBackgroundProperties(),
				new GenServerProperties());
		assertThat(mapping.defaults()).isEqualTo(new ServiceSettings(true, RestartPolicy.DEFAULTS,
				Duration.ofSeconds(1), new StepLimits(Duration.ofSeconds(1), Duration.ofMinutes(1))));
		assertThat(mapping.shutdownTimeout()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void whatIsSetForOneServiceComesBeforeWhatIsSetForAll() {
		runner(Plain.class).withPropertyValues("genserver.background.max-restarts=4", "genserver.background.window=1m",
				"genserver.background.backoff.initial=1s", "genserver.background.backoff.max=2s",
				"genserver.background.interrupt-after=0s", "genserver.background.services.PLAIN.max-restarts=5",
				"genserver.background.services.PLAIN.window=2m", "genserver.background.services.PLAIN.backoff.max=9s",
				"genserver.background.services.PLAIN.interrupt-after=3s",
				"genserver.background.services.PLAIN.autostart=false", "genserver.background.slow-step-threshold=8s",
				"genserver.stuck-handler-limit=7m", "genserver.background.services.PLAIN.slow-step-threshold=0s",
				"genserver.background.services.PLAIN.stuck-step-limit=1h")
			.run((context) -> {
				BackgroundSettingsMapping mapping = new BackgroundSettingsMapping(
						context.getBean(GenServerBackgroundProperties.class),
						context.getBean(GenServerProperties.class));
				assertThat(mapping.of("plain")).isEqualTo(new ServiceSettings(false,
						new RestartPolicy(5, Duration.ofMinutes(2), Duration.ofSeconds(1), Duration.ofSeconds(9)),
						Duration.ofSeconds(3), new StepLimits(Duration.ZERO, Duration.ofHours(1))));
				assertThat(mapping.of("other")).isEqualTo(new ServiceSettings(true,
						new RestartPolicy(4, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(2)),
						Duration.ZERO, new StepLimits(Duration.ofSeconds(8), Duration.ofMinutes(7))));
			});
	}

	@ParameterizedTest
	@CsvSource({ "genserver.background.max-restarts, -1, negative", "genserver.background.window, 0s, positive",
			"genserver.background.backoff.initial, 1m, genserver.background.backoff.initial",
			"genserver.background.backoff.max, -1s, negative", "genserver.background.interrupt-after, -1s, negative",
			"genserver.background.shutdown-timeout, -1s, negative",
			"genserver.background.slow-step-threshold, -1s, negative",
			"genserver.background.services.plain.stuck-step-limit, -1s, negative",
			"genserver.background.services.plain.window, -1s, positive",
			"genserver.background.services.plain.backoff.max, 1ms, genserver.background.backoff.initial" })
	void aValueThatMakesNoSenseIsNamed(String key, String value, String reason) {
		FailureAnalysis analysis = Analyses.of(runner(Plain.class).withPropertyValues(key + "=" + value));
		assertThat(analysis.getDescription() + analysis.getAction())
			.contains(key.endsWith("backoff.initial") ? "genserver.background.backoff.max" : key)
			.contains(reason);
	}

	@Test
	void propertiesOfAServiceThatDoesNotExistNameTheNearest() {
		FailureAnalysis analysis = Analyses
			.of(runner(Plain.class).withPropertyValues("genserver.background.services.plein.autostart=false"));
		assertThat(analysis.getDescription()).contains("'genserver.background.services.plein'")
			.contains("The background services are: plain.");
		assertThat(analysis.getAction()).contains("Did you mean 'genserver.background.services.plain'?");
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void whichMayBeAWarningOnly(CapturedOutput output) {
		runner(Plain.class)
			.withPropertyValues("genserver.background.services.plein.autostart=false", "genserver.unknown-servers=warn")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).contains("names a background service that does not exist");
			});
	}

	@Test
	void aNameThatIsNotWellFormedIsNamed() {
		FailureAnalysis analysis = Analyses.of(runner().withBean("price feed", Plain.class));
		assertThat(analysis.getDescription()).startsWith("'price feed' cannot be the name of a background service");
		assertThat(analysis.getAction()).contains("@Component(\"NAME\")");
	}

	@Test
	void twoNamesThatAreTheSameToPropertiesAreNamed() {
		FailureAnalysis analysis = Analyses
			.of(runner().withBean("priceFeed", Plain.class).withBean("price-feed", Plain.class));
		assertThat(analysis.getDescription()).contains("'priceFeed' and 'price-feed'");
	}

	@Test
	void aScopeIsNamed() {
		FailureAnalysis analysis = Analyses
			.of(runner(Scoped.class).withInitializer((context) -> context.getBeanFactory()
				.registerScope("odd", new org.springframework.context.support.SimpleThreadScope())));
		assertThat(analysis.getDescription()).contains("'scoped' has a scope");
		assertThat(analysis.getAction()).contains("'prototype'");
	}

	@Test
	void aConsumerOfNothingIsNamed() {
		FailureAnalysis analysis = Analyses.of(runner(Plain.class, LostConfiguration.class));
		assertThat(analysis.getDescription()).contains("Bean 'lost' is annotated @ItemsOf(\"plane\")")
			.contains("The background services are: plain.");
		assertThat(Analyses.of(runner(LostConfiguration.class)).getDescription())
			.contains("Bean 'lost' is annotated @ItemsOf(\"plane\")")
			.contains("There is none.");
	}

	@Test
	void twoConsumersOfOneServiceAreNamed() {
		FailureAnalysis analysis = Analyses.of(runner(Plain.class, TwoConfiguration.class));
		assertThat(analysis.getDescription()).contains("'plain' has two consumers: beans 'one' and 'other'");
	}

	@Test
	void aConsumerOfAnotherTypeIsNamed() {
		FailureAnalysis analysis = Analyses.of(runner(Plain.class, MismatchConfiguration.class));
		assertThat(analysis.getDescription()).contains("'mismatch' takes items of type java.lang.String")
			.contains("produces java.lang.Integer");
		assertThat(analysis.getAction()).contains("ItemConsumer<Integer>");
	}

	@Test
	void aBeanThatTakesNoItemsIsNamed() {
		FailureAnalysis analysis = Analyses.of(runner(Plain.class, NoConsumer.class));
		assertThat(analysis.getDescription()).contains("'noConsumer' is annotated @ItemsOf(\"plain\")");
		assertThat(analysis.getAction()).contains(ItemConsumer.class.getName());
	}

	private static ApplicationContextRunner runner(Class<?>... configuration) {
		return Analyses.runner(configuration)
			.withConfiguration(AutoConfigurations.of(GenServerBackgroundAutoConfiguration.class));
	}

	@Component("plain")
	static class Plain implements BackgroundService<Integer> {

		@Override
		public Step<Integer> run(CancellationToken token) {
			return Step.done();
		}

	}

	@Component("scoped")
	@Scope("odd")
	static class Scoped extends Plain {

	}

	@Component("noConsumer")
	@ItemsOf("plain")
	static class NoConsumer {

	}

	@Configuration(proxyBeanMethods = false)
	static class LostConfiguration {

		@Bean
		@ItemsOf("plane")
		ItemConsumer<Integer> lost() {
			return (item) -> true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoConfiguration {

		@Bean
		@ItemsOf("plain")
		ItemConsumer<Integer> one() {
			return (item) -> true;
		}

		@Bean
		@ItemsOf("PLAIN")
		ItemConsumer<Object> other() {
			return (item) -> true;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MismatchConfiguration {

		@Bean
		@ItemsOf("plain")
		ItemConsumer<String> mismatch() {
			return (item) -> true;
		}

	}

}
