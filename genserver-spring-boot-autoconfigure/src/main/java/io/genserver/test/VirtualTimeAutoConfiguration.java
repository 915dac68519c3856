package io.genserver.test;

import io.genserver.background.ServiceEnvironment;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Gives the servers and background services of a test virtual time.
 */
@AutoConfiguration(beforeName = "io.genserver.autoconfigure.background.GenServerBackgroundAutoConfiguration")
final class VirtualTimeAutoConfiguration {

	@Bean
	VirtualTimeScheduler genServerVirtualTimeScheduler(Environment environment) {
		return new VirtualTimeScheduler(ServersUnderTestAutoConfiguration.patience(environment));
	}

	@Bean
	VirtualTime genServerVirtualTime(VirtualTimeScheduler scheduler) {
		return new VirtualTime(scheduler);
	}

	/** Used by background services, where there are any. */
	@Bean
	@ConditionalOnMissingBean(ServiceEnvironment.class)
	VirtualServiceEnvironment genServerVirtualServiceEnvironment(VirtualTimeScheduler scheduler,
			ApplicationContext context) {
		return new VirtualServiceEnvironment(scheduler, context.getClassLoader());
	}

}
