package io.genserver.autoconfigure.actuate;

import java.util.Map;

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

	// The name of the contributor is the bean's, without its last two words.
	@Bean
	@ConditionalOnMissingBean(name = "genserverClientsHealthIndicator")
	GenServerClientsHealthIndicator genserverClientsHealthIndicator(GenServerClientProperties properties,
			ConfigurableListableBeanFactory beans) {
		return new GenServerClientsHealthIndicator(new ClientsInUse(beans), ClientsInUse.required(properties));
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
