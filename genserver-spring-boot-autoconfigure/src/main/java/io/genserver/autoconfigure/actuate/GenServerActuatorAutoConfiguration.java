package io.genserver.autoconfigure.actuate;

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
 */
@AutoConfiguration(afterName = "io.genserver.autoconfigure.server.GenServerAutoConfiguration")
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
