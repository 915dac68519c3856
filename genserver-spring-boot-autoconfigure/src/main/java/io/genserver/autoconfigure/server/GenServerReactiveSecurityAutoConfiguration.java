package io.genserver.autoconfigure.server;

import io.genserver.spring.HandlerContext;
import io.genserver.spring.security.ReactiveSecurityContext;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;

/**
 * Auto-configuration for Spring Security in handlers that answer with reactive types.
 */
@AutoConfiguration(before = GenServerAutoConfiguration.class)
@ConditionalOnClass({ ReactiveSecurityContextHolder.class, Mono.class })
@ConditionalOnBooleanProperty(name = "genserver.enabled", matchIfMissing = true)
public final class GenServerReactiveSecurityAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(ReactiveSecurityContext.class)
	HandlerContext genServerReactiveSecurityContext() {
		return new ReactiveSecurityContext();
	}

}
