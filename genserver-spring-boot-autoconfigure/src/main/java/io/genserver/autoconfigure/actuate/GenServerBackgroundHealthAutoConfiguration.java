package io.genserver.autoconfigure.actuate;

import io.genserver.actuate.BackgroundServicesHealthIndicator;
import io.genserver.background.BackgroundServices;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the health contributor {@code backgroundservices}.
 */
@AutoConfiguration(afterName = "io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration",
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("backgroundservices")
@ConditionalOnBean(BackgroundServices.class)
public final class GenServerBackgroundHealthAutoConfiguration {

	// The name of the contributor is the bean's, without its last two words.
	@Bean
	@ConditionalOnMissingBean(name = "backgroundservicesHealthIndicator")
	BackgroundServicesHealthIndicator backgroundservicesHealthIndicator(BackgroundServices services) {
		return new BackgroundServicesHealthIndicator(services);
	}

}
