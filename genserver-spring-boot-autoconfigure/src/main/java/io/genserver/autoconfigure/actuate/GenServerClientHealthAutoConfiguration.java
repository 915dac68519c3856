package io.genserver.autoconfigure.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.genserver.actuate.GenServerClientsHealthIndicator;
import io.genserver.autoconfigure.client.GenServerClientAutoConfiguration;
import io.genserver.autoconfigure.client.GenServerClientProperties;
import io.genserver.rpc.client.GenServerClient;
import reactor.core.publisher.Flux;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.ResolvableType;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Auto-configuration for the health contributor {@code genserverClients}.
 */
@AutoConfiguration(after = GenServerClientAutoConfiguration.class,
		beforeName = "org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration")
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class, HttpClient.class, Flux.class,
		JsonMapper.class })
@ConditionalOnEnabledHealthIndicator("genserver-clients")
@Conditional(GenServerClientHealthAutoConfiguration.OnClients.class)
public final class GenServerClientHealthAutoConfiguration {

	private static final String SUFFIX = "GenServerClient";

	// The name of the contributor is the bean's, without its last two words.
	@Bean
	@ConditionalOnMissingBean(name = "genserverClientsHealthIndicator")
	GenServerClientsHealthIndicator genserverClientsHealthIndicator(GenServerClientProperties properties,
			ConfigurableListableBeanFactory beans) {
		Set<String> required = properties.getClients()
			.entrySet()
			.stream()
			.filter((each) -> each.getValue().isRequired())
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
		return new GenServerClientsHealthIndicator(() -> clients(beans), required);
	}

	/** Those that are in use: where beans are lazy, asking must not make any. */
	private static Map<String, GenServerClient> clients(ConfigurableListableBeanFactory beans) {
		Map<String, GenServerClient> clients = new LinkedHashMap<>();
		for (String name : beans.getBeanNamesForType(GenServerClient.class, false, false)) {
			if (beans.containsSingleton(name)) {
				String shown = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
				clients.put(shown, beans.getBean(name, GenServerClient.class));
			}
		}
		return clients;
	}

	/** There is a client, configured or defined. */
	static class OnClients extends AnyNestedCondition {

		OnClients() {
			super(ConfigurationPhase.REGISTER_BEAN);
		}

		@Conditional(OnConfiguredClients.class)
		static class Configured {

		}

		@ConditionalOnBean(GenServerClient.class)
		static class Defined {

		}

	}

	/** Their definitions are made later than conditions are evaluated. */
	static class OnConfiguredClients extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			ConditionMessage.Builder message = ConditionMessage.forCondition("clients of servers");
			boolean any = Binder.get(context.getEnvironment())
				.bind("genserver.clients",
						Bindable.<Map<String, Object>>of(
								ResolvableType.forClassWithGenerics(Map.class, String.class, Object.class)))
				.isBound();
			return any ? ConditionOutcome.match(message.because("genserver.clients has some"))
					: ConditionOutcome.noMatch(message.because("genserver.clients has none"));
		}

	}

}
