package io.genserver.autoconfigure.server;

import io.genserver.spring.CallContext;
import io.genserver.spring.propagation.ContextPropagation;
import io.genserver.spring.propagation.DiagnosticAccessor;
import io.genserver.spring.propagation.SubscriberContext;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for context propagation: what belongs to a thread goes with a
 * message. Without Micrometer's context-propagation library, nothing does.
 */
@AutoConfiguration(before = GenServerAutoConfiguration.class)
@ConditionalOnClass(ContextSnapshotFactory.class)
@ConditionalOnBooleanProperty(name = "genserver.context-propagation.enabled", matchIfMissing = true)
public final class GenServerContextPropagationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ContextPropagation genServerContextPropagation() {
		return new ContextPropagation(ContextSnapshotFactory.builder().clearMissing(true).build());
	}

	/**
	 * Contexts of reactive subscribers.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Mono.class)
	static class ReactorConfiguration {

		@Bean
		@ConditionalOnMissingBean(CallContext.class)
		SubscriberContext genServerCallContext() {
			return new SubscriberContext(ContextSnapshotFactory.builder().build());
		}

		/**
		 * The diagnostic context of the log, which follows messages in any case, follows
		 * them on through Reactor's operators where those propagate contexts by
		 * themselves.
		 */
		@Bean
		@ConditionalOnProperty(name = "spring.reactor.context-propagation", havingValue = "auto")
		DiagnosticAccessor genServerDiagnosticAccessor() {
			return new DiagnosticAccessor(ContextRegistry.getInstance());
		}

	}

}
