package io.genserver.jmh;

import io.genserver.GenServer;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The same application, whose bean is a server. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ServingApplication {

	@Bean
	@GenServer("echo")
	EchoingServer echo() {
		return new EchoingServer();
	}

	@Bean
	Object user(Echo echo) {
		return "user of " + echo.getClass();
	}

}
