package io.genserver.test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Gives the servers of a test virtual time.
 */
@AutoConfiguration
final class VirtualTimeAutoConfiguration {

	@Bean
	VirtualTimeScheduler genServerVirtualTimeScheduler(Environment environment) {
		return new VirtualTimeScheduler(ServersUnderTestAutoConfiguration.patience(environment));
	}

	@Bean
	VirtualTime genServerVirtualTime(VirtualTimeScheduler scheduler) {
		return new VirtualTime(scheduler);
	}

}
