package io.genserver.test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Gives the servers of a test virtual time.
 */
@AutoConfiguration
final class VirtualTimeAutoConfiguration {

	@Bean
	VirtualTimeScheduler genServerVirtualTimeScheduler() {
		return new VirtualTimeScheduler();
	}

	@Bean
	VirtualTime genServerVirtualTime(VirtualTimeScheduler scheduler) {
		return new VirtualTime(scheduler);
	}

}
