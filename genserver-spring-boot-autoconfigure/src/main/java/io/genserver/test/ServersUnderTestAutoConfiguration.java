package io.genserver.test;

import io.genserver.GenServerRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/**
 * Lets a test handle all its servers together.
 */
@AutoConfiguration
final class ServersUnderTestAutoConfiguration {

	@Bean
	ServersUnderTest genServersUnderTest(GenServerRegistry registry, ObjectProvider<VirtualTime> time) {
		return new ServersUnderTest(registry, time.getIfAvailable());
	}

}
