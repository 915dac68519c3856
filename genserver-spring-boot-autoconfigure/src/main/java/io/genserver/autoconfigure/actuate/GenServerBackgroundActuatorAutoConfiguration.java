package io.genserver.autoconfigure.actuate;

import io.genserver.actuate.BackgroundServicesEndpoint;
import io.genserver.background.BackgroundServices;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the Actuator endpoint {@code backgroundservices}.
 */
@AutoConfiguration(afterName = "io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration")
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnAvailableEndpoint(BackgroundServicesEndpoint.class)
@ConditionalOnBean(BackgroundServices.class)
public final class GenServerBackgroundActuatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	BackgroundServicesEndpoint backgroundservicesEndpoint(BackgroundServices services) {
		return new BackgroundServicesEndpoint(services);
	}

}
