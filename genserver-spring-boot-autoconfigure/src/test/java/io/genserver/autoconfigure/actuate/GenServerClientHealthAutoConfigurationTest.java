package io.genserver.autoconfigure.actuate;

import java.util.Map;

import io.genserver.actuate.GenServerClientsHealthIndicator;
import io.genserver.autoconfigure.client.GenServerClientAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class GenServerClientHealthAutoConfigurationTest {

	private final ApplicationContextRunner none = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(GenServerClientAutoConfiguration.class, GenServerClientHealthAutoConfiguration.class));

	private final ApplicationContextRunner client = this.none.withPropertyValues(
			"genserver.clients.shop.uri=ws://user:secret@localhost:1/ws?token=secret",
			"genserver.clients.shop.reconnect.initial=1h", "genserver.clients.shop.reconnect.max=1h");

	@Test
	void thereIsNoContributorWithoutClients() {
		this.none.run(
				(context) -> assertThat(context).hasNotFailed().doesNotHaveBean(GenServerClientsHealthIndicator.class));
	}

	@Test
	void aClientWithoutConnectionIsADetail() {
		this.client.run((context) -> {
			Health health = health(
					context.getBean("genserverClientsHealthIndicator", GenServerClientsHealthIndicator.class));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsOnlyKeys("shop");
			assertThat((Map<?, ?>) health.getDetails().get("shop")).extracting("address", "state")
				.first()
				.isEqualTo("ws://localhost:1/ws");
			assertThat(health.getDetails().get("shop").toString()).contains("since=").contains("reason=");
			assertThat(health.getDetails().toString()).doesNotContain("secret");
		});
	}

	@Test
	void aClientThatIsRequiredMakesItDown() {
		this.client.withPropertyValues("genserver.clients.shop.required=true")
			.run((context) -> assertThat(health(context.getBean(GenServerClientsHealthIndicator.class)).getStatus())
				.isEqualTo(Status.DOWN));
	}

	@Test
	void askingForHealthMakesNoClients() {
		this.client
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> assertThat(
					health(context.getBean(GenServerClientsHealthIndicator.class)).getDetails().keySet())
				.isEmpty());
	}

	@Test
	void itCanBeSwitchedOff() {
		this.client.withPropertyValues("management.health.genserver-clients.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(GenServerClientsHealthIndicator.class));
	}

	private static Health health(GenServerClientsHealthIndicator indicator) {
		Health health = indicator.health(true);
		assertThat(health).isNotNull();
		return health;
	}

}
