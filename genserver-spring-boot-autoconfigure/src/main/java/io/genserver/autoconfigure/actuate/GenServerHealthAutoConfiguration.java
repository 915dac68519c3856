package io.genserver.autoconfigure.actuate;

import io.genserver.GenServerRegistry;
import io.genserver.actuate.GenServersHealthIndicator;
import io.genserver.runtime.GenServerRuntime;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the health contributor {@code genservers}.
 */
@AutoConfiguration(afterName = "io.genserver.autoconfigure.server.GenServerAutoConfiguration",
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("genservers")
@ConditionalOnBean({ GenServerRegistry.class, GenServerRuntime.class })
public final class GenServerHealthAutoConfiguration {

	// The name of the contributor is the bean's, without its last two words.
	@Bean
	@ConditionalOnMissingBean(name = "genserversHealthIndicator")
	GenServersHealthIndicator genserversHealthIndicator(GenServerRegistry registry, GenServerRuntime runtime) {
		return new GenServersHealthIndicator(registry, runtime.settings().stuckHandlerLimit());
	}

}
