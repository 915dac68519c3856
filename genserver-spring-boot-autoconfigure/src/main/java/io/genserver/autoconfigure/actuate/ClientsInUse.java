package io.genserver.autoconfigure.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.genserver.autoconfigure.client.GenServerClientProperties;
import io.genserver.rpc.client.GenServerClient;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * The clients that were made so far, by name. Where beans are lazy, asking for their
 * health must not make any.
 */
final class ClientsInUse implements Supplier<Map<String, GenServerClient>> {

	private static final String SUFFIX = "GenServerClient";

	private final ConfigurableListableBeanFactory beans;

	ClientsInUse(ConfigurableListableBeanFactory beans) {
		this.beans = beans;
	}

	/** Names of the clients without which the application is not healthy. */
	static Set<String> required(GenServerClientProperties properties) {
		return properties.getClients()
			.entrySet()
			.stream()
			.filter((each) -> each.getValue().isRequired())
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
	}

	@Override
	public Map<String, GenServerClient> get() {
		Map<String, GenServerClient> clients = new LinkedHashMap<>();
		for (String name : this.beans.getBeanNamesForType(GenServerClient.class, false, false)) {
			if (this.beans.containsSingleton(name)) {
				String shown = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
				clients.put(shown, this.beans.getBean(name, GenServerClient.class));
			}
		}
		return clients;
	}

}
