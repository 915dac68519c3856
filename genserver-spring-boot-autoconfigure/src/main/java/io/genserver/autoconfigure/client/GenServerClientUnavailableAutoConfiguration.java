package io.genserver.autoconfigure.client;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

import static org.springframework.beans.factory.config.BeanDefinition.ROLE_INFRASTRUCTURE;

/**
 * Fails the start of an application that has {@code genserver.clients} but not the
 * libraries they need. Needs none of them itself.
 */
@AutoConfiguration(afterName = "io.genserver.autoconfigure.client.GenServerClientAutoConfiguration")
@ConditionalOnMissingBean(type = "io.genserver.spring.remote.RemoteServerDefinitions")
public final class GenServerClientUnavailableAutoConfiguration {

	@Bean
	@Role(ROLE_INFRASTRUCTURE)
	static BeanFactoryPostProcessor genServerClientUnavailable(Environment environment) {
		return new ClientLibrariesCheck(environment);
	}

}
