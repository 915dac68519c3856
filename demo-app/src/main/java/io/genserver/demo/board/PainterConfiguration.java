package io.genserver.demo.board;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The clock by which painters are measured, which a test replaces.
 */
@Configuration(proxyBeanMethods = false)
class PainterConfiguration {

	@Bean
	NanoClock nanoClock() {
		return System::nanoTime;
	}

}
