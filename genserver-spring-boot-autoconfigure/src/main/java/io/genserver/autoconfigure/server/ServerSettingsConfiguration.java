package io.genserver.autoconfigure.server;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The properties of the servers and their mapping to settings. Imported by each
 * auto-configuration that needs them, since servers can be switched off while clients and
 * background services remain.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GenServerProperties.class)
public final class ServerSettingsConfiguration {

	@Bean
	ServerSettingsMapping genServerSettings(GenServerProperties properties, ApplicationContext context) {
		return new ServerSettingsMapping(properties, context.getEnvironment(), context.getClassLoader());
	}

}
