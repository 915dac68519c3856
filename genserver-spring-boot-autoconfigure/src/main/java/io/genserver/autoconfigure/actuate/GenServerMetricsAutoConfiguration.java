package io.genserver.autoconfigure.actuate;

import io.genserver.actuate.GenServerMeters;
import io.genserver.actuate.GenServerObservations;
import io.genserver.runtime.GenServerRuntime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the meters of the servers. Without a meter registry there is no
 * interceptor, and the runtime measures nothing.
 */
@AutoConfiguration(afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" },
		beforeName = "io.genserver.autoconfigure.server.GenServerAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "genserver.metrics.enabled", matchIfMissing = true)
public final class GenServerMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GenServerMeters genServerMeters(MeterRegistry registry, ObjectProvider<GenServerObservations> observations) {
		return new GenServerMeters(registry, observations.getIfAvailable() == null);
	}

	// Binders run when all beans are there: the runtime needs the meters when it is made,
	// and the meters need the runtime's servers.
	@Bean
	MeterBinder genServerMeterBinder(GenServerMeters meters, ObjectProvider<GenServerRuntime> runtime) {
		return (registry) -> runtime.ifAvailable(meters::follow);
	}

}
