package io.genserver.autoconfigure.client;

import java.util.List;
import java.util.Map;
import java.util.Set;

import io.genserver.MissingLibraryException;
import io.genserver.rpc.client.ClientLibraries;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Fails the start if clients are configured whose libraries are not on the class path.
 * Needs none of them itself.
 */
final class ClientLibrariesCheck implements BeanFactoryPostProcessor {

	private static final Bindable<Map<String, Object>> CLIENTS = Bindable
		.of(ResolvableType.forClassWithGenerics(Map.class, String.class, Object.class));

	private final Environment environment;

	ClientLibrariesCheck(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Set<String> clients = Binder.get(this.environment)
			.bind("genserver.clients", CLIENTS)
			.map(Map::keySet)
			.orElse(Set.of());
		ClassLoader classLoader = beanFactory.getBeanClassLoader();
		List<String> missing = (clients.isEmpty() || classLoader == null) ? List.of()
				: ClientLibraries.missing(classLoader);
		if (!missing.isEmpty()) {
			throw new MissingLibraryException(
					"A client, configured as genserver.clients." + clients.iterator().next() + ",", missing);
		}
	}

}
