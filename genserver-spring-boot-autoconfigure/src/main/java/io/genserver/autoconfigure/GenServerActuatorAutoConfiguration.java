package io.genserver.autoconfigure;

import io.genserver.GenServerRegistry;
import io.genserver.actuate.GenServersEndpoint;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the Actuator endpoint {@code genservers}.
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = "io.genserver.autoconfigure.GenServerAutoConfiguration")
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(GenServersEndpoint.class)
@ConditionalOnBean(GenServerRegistry.class)
public final class GenServerActuatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GenServersEndpoint genserversEndpoint(GenServerRegistry registry) {
		return new GenServersEndpoint(registry);
	}

}
