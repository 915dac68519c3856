package io.genserver.jmh;

import java.util.Map;

import io.genserver.GenServer;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * Our server side: an application with the starter, WebFlux and one server. Nothing is
 * set but the port, that clients may call the server, and that the log is quiet.
 */
final class GenserverEcho implements EchoServer.Host {

	@Override
	public int start() {
		var context = new SpringApplicationBuilder(Application.class)
			.properties(Map.of("spring.config.name", "benchmark", "spring.main.banner-mode", "off",
					"logging.level.root", "warn", "server.port", "0", "genserver.rpc.enabled", "true",
					"genserver.rpc.exposed", "echo"))
			.run();
		return ((WebServerApplicationContext) context).getWebServer().getPort();
	}

	/** The application. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@GenServer("echo")
		EchoingServer echo() {
			return new EchoingServer();
		}

	}

}
