package io.genserver.autoconfigure;

import io.genserver.actuate.GenServerMeters;
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
 *
 * @since 0.1.0
 */
@AutoConfiguration(afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
		"org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration" },
		beforeName = "io.genserver.autoconfigure.GenServerAutoConfiguration")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(name = "genserver.metrics.enabled", matchIfMissing = true)
public final class GenServerMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	GenServerMeters genServerMeters(MeterRegistry registry) {
		return new GenServerMeters(registry);
	}

	// The runtime needs the meters when it is made, the meters need the runtime's
	// servers:
	// binders run when all beans are there.
	@Bean
	MeterBinder genServerMeterBinder(GenServerMeters meters, ObjectProvider<GenServerRuntime> runtime) {
		return (registry) -> runtime.ifAvailable((available) -> available.servers().forEach(meters::observe));
	}

}
