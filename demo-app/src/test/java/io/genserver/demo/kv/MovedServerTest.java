package io.genserver.demo.kv;

import io.genserver.demo.DemoApplication;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two processes, in a manner of speaking: one holds the store, the other is told where it
 * is by properties only.
 */
class MovedServerTest {

	@Test
	void theStoreMovesByConfigurationOnly() {
		try (ConfigurableApplicationContext there = start();
				ConfigurableApplicationContext here = start(
						"--genserver.clients.store.uri=ws://localhost:"
								+ there.getEnvironment().getProperty("local.server.port") + "/ws",
						"--genserver.clients.store.servers.kv=")) {
			here.getBean(KeyValue.class).set("moved", "yes");
			assertThat(here.getBean(KeyValue.class).get("moved")).isEqualTo("yes");
			assertThat(there.getBean(KeyValue.class).get("moved")).isEqualTo("yes");
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		SpringApplicationBuilder application = new SpringApplicationBuilder(DemoApplication.class, OwnResources.class)
			.web(WebApplicationType.REACTIVE)
			.properties("server.port=0");
		return application.run(arguments);
	}

	/** Event loops that end with their application, not with the first. */
	@Configuration(proxyBeanMethods = false)
	static class OwnResources {

		@Bean
		ReactorResourceFactory reactorResources() {
			ReactorResourceFactory own = new ReactorResourceFactory();
			own.setUseGlobalResources(false);
			return own;
		}

	}

}
