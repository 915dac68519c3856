package io.genserver.autoconfigure.rpc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.genserver.GenServer;
import io.genserver.autoconfigure.actuate.GenServerRpcActuatorAutoConfiguration;
import io.genserver.autoconfigure.server.GenServerAutoConfiguration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.servlet.ServletWebServerFactory;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.mock.web.MockServletContext;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A servlet application with Actuator on a port of its own: neither the application's
 * context nor Actuator's has anything of the endpoint, so nothing of it can answer on
 * either port. The web servers are stubs, for there is none for servlets here.
 */
class ServletManagementContextTest {

	private static final String ENDPOINT = "io.genserver.rpc.server";

	@Test
	void neitherPortHasAnEndpointOrItsFiles() {
		new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
			.withConfiguration(AutoConfigurations.of(ManagementContextAutoConfiguration.class,
					GenServerAutoConfiguration.class, GenServerCodecAutoConfiguration.class,
					GenServerRpcAutoConfiguration.class, GenServerRpcBrowserAutoConfiguration.class,
					GenServerRpcActuatorAutoConfiguration.class, GenServerRpcSecurityAutoConfiguration.class,
					GenServerRpcUnavailableAutoConfiguration.class))
			.withUserConfiguration(Servers.class)
			.withPropertyValues("management.server.port=0", "genserver.rpc.enabled=true",
					"genserver.rpc.typescript.enabled=true")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				Servers servers = context.getBean(Servers.class);
				assertThat(servers.refreshed).hasSize(2);
				for (ApplicationContext each : servers.refreshed) {
					assertThat(Arrays.stream(each.getBeanDefinitionNames()).map(each::getType))
						.as(each.getDisplayName())
						.noneMatch((type) -> type != null && ClassUtils.getPackageName(type).startsWith(ENDPOINT));
				}
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class Servers implements ApplicationListener<ContextRefreshedEvent> {

		private final List<ApplicationContext> refreshed = new ArrayList<>();

		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			this.refreshed.add(event.getApplicationContext());
		}

		@Bean
		static StubServers webServers() {
			return new StubServers();
		}

		/** As Boot's support of servlets has it. */
		@Bean
		static ManagementContextFactory managementContextFactory() {
			return new ManagementContextFactory(WebApplicationType.SERVLET, ServletWebServerFactory.class);
		}

		@Bean
		@GenServer("kv")
		KeyValue kv() {
			return new KeyValue();
		}

	}

	static class KeyValue {

		String get() {
			return "";
		}

	}

	/** Starts servlets in a context, and listens nowhere. */
	static class StubServers implements ServletWebServerFactory {

		@Override
		public WebServer getWebServer(ServletContextInitializer... initializers) {
			ServletContext context = new MockServletContext();
			for (ServletContextInitializer each : initializers) {
				try {
					each.onStartup(context);
				}
				catch (ServletException ex) {
					throw new IllegalStateException(ex);
				}
			}
			return new WebServer() {

				@Override
				public void start() {
				}

				@Override
				public void stop() {
				}

				@Override
				public int getPort() {
					return 1;
				}

			};
		}

	}

}
