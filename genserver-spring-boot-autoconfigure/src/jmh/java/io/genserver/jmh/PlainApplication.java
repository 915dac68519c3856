package io.genserver.jmh;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** An application whose bean is no server. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class PlainApplication {

	@Bean
	EchoingServer echo() {
		return new EchoingServer();
	}

	@Bean
	Object user(Echo echo) {
		return "user of " + echo.getClass();
	}

}
