package io.genserver.test;

import java.time.Duration;

import io.genserver.GenServerRegistry;
import io.genserver.background.BackgroundServices;
import io.genserver.remote.RpcAuthorization;
import io.genserver.rpc.server.security.PeerSecurityContext;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.runtime.contract.ReflectiveContracts;
import io.genserver.spring.InvalidServerException;
import io.genserver.spring.background.BackgroundBeans;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
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
	ServersUnderTest genServersUnderTest(GenServerRegistry registry, GenServerRuntime runtime,
			ReflectiveContracts contracts, ObjectProvider<RpcAuthorization> rules, ObjectProvider<VirtualTime> time,
			ObjectProvider<BackgroundServices> services, ObjectProvider<BackgroundBeans> serviceBeans,
			Environment environment) {
		Duration patience = patience(environment);
		PeerAuthorization authorization = new PeerAuthorization(rules::orderedStream, patience);
		return new ServersUnderTest(registry, time.getIfAvailable(), patience,
				(principal) -> new PeerUnderTest(runtime, contracts, authorization, principal),
				new ServicesUnderTest(services.getIfAvailable(), serviceBeans.getIfAvailable()));
	}

	/** Real time in which servers come to rest. */
	static Duration patience(Environment environment) {
		return environment.getProperty("genserver.test.settle-timeout", Duration.class, Duration.ofSeconds(30));
	}

	/**
	 * Handlers of what a remote caller sends run as that caller, as behind an endpoint.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.security.core.context.SecurityContextHolder")
	static class SecurityConfiguration {

		@Bean
		@ConditionalOnMissingBean
		PeerSecurityContext genServerPeerSecurityContext() {
			return new PeerSecurityContext();
		}

	}

}
