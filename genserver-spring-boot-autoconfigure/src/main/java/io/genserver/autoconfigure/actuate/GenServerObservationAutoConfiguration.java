package io.genserver.autoconfigure.actuate;

import io.genserver.actuate.GenServerObservations;
import io.genserver.actuate.RpcObservations;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for observations of calls. Off until asked for: most of what
 * observes is made for requests, of which there are thousands per second, not for
 * messages, of which there are millions.
 */
@AutoConfiguration(
		afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
		beforeName = { "io.genserver.autoconfigure.server.GenServerAutoConfiguration",
				"io.genserver.autoconfigure.actuate.GenServerMetricsAutoConfiguration" })
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(ObservationRegistry.class)
@ConditionalOnBooleanProperty("genserver.observations.enabled")
public final class GenServerObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GenServerObservations genServerObservations(ObservationRegistry registry) {
		return new GenServerObservations(registry);
	}

	@Bean
	@ConditionalOnMissingBean
	RpcObservations genServerRpcObservations(ObservationRegistry registry) {
		return new RpcObservations(registry);
	}

}
