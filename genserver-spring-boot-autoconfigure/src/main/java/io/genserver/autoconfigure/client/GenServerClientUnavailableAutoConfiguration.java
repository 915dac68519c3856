package io.genserver.autoconfigure.client;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.genserver.MissingLibraryException;
import io.genserver.rpc.client.ClientLibraries;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.ResolvableType;
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
		return (beanFactory) -> {
			Set<String> clients = Binder.get(environment)
				.bind("genserver.clients",
						Bindable.<Map<String, Object>>of(
								ResolvableType.forClassWithGenerics(Map.class, String.class, Object.class)))
				.map(Map::keySet)
				.orElse(Set.of());
			ClassLoader classLoader = beanFactory.getBeanClassLoader();
			List<String> missing = (clients.isEmpty() || classLoader == null) ? List.of()
					: ClientLibraries.missing(classLoader);
			if (!missing.isEmpty()) {
				throw new MissingLibraryException(
						"A client, configured as genserver.clients." + clients.iterator().next() + ",", missing);
			}
		};
	}

}
