package io.genserver.autoconfigure.server;

import io.genserver.runtime.GenServerRuntime;
import io.genserver.spring.web.EventStreams;
import reactor.core.publisher.Flux;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;

/**
 * Auto-configuration for server-sent events in WebFlux applications with servers: they
 * end when a shutdown begins.
 */
@AutoConfiguration(after = GenServerAutoConfiguration.class)
@ConditionalOnWebApplication(type = Type.REACTIVE)
@ConditionalOnClass({ WebFilter.class, Flux.class })
@ConditionalOnBean(GenServerRuntime.class)
public final class GenServerEventStreamsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	EventStreams genServerEventStreams(ApplicationContext context) {
		return new EventStreams(context);
	}

}
