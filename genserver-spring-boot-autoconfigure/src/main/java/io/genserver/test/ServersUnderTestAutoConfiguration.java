package io.genserver.test;

import java.time.Duration;

import io.genserver.GenServerRegistry;
import io.genserver.spring.InvalidServerException;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * Lets a test handle all its servers together.
 */
@AutoConfiguration
final class ServersUnderTestAutoConfiguration {

	/**
	 * Without servers beans would fail, or worse, test nothing: said before any is made.
	 */
	@Bean
	static BeanFactoryPostProcessor genServersUnderTestCheck(Environment environment) {
		return (beanFactory) -> {
			if (!environment.getProperty("genserver.enabled", Boolean.class, true)) {
				throw new InvalidServerException("This is a test of servers, but 'genserver.enabled' is false.",
						"Remove the property, or set it for the test: "
								+ "@GenServerTest(properties = \"genserver.enabled=true\").");
			}
		};
	}

	@Bean
	ServersUnderTest genServersUnderTest(GenServerRegistry registry, ObjectProvider<VirtualTime> time,
			Environment environment) {
		return new ServersUnderTest(registry, time.getIfAvailable(), patience(environment));
	}

	/** Real time in which servers come to rest. */
	static Duration patience(Environment environment) {
		return environment.getProperty("genserver.test.settle-timeout", Duration.class, Duration.ofSeconds(30));
	}

}
