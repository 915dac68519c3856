package io.genserver.spring;

import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.runtime.GenServerRuntime;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two contexts, one above the other, each auto-configured.
 */
class ParentAndChildTest {

	private static ConfigurableApplicationContext start(Class<?> configuration, ConfigurableApplicationContext parent,
			String... properties) {
		SpringApplicationBuilder builder = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.jmx.enabled=false")
			.properties(properties);
		return ((parent != null) ? builder.parent(parent) : builder).run();
	}

	private static GenServerRuntime runtime(ConfigurableApplicationContext context) {
		return context.getBean(GenServerRuntime.class);
	}

	@Test
	void aChildWithoutServersUsesThoseOfItsParentAndDoesNotStopThem() {
		try (ConfigurableApplicationContext parent = start(Upper.class, null)) {
			try (ConfigurableApplicationContext child = start(Empty.class, parent)) {
				assertThat(runtime(child)).isSameAs(runtime(parent));
				assertThat(child.getBean(GenServerRegistry.class)).isSameAs(parent.getBean(GenServerRegistry.class));
				assertThat(child.getBean(Counter.class).add(2)).isEqualTo(2);
				child.stop();
				child.start();
				assertThat(child.getBean(Counter.class).add(2)).isEqualTo(4);
			}
			assertThat(parent.getBean(Counter.class).add(1)).isEqualTo(5);
			assertThat(runtime(parent).shutdownTime().left()).isPositive();
		}
	}

	@Test
	void aChildWithServersHasARuntimeOfItsOwnAndReachesThoseOfItsParent() {
		try (ConfigurableApplicationContext parent = start(Upper.class, null,
				"genserver.servers.upper.mailbox.capacity=7")) {
			try (ConfigurableApplicationContext child = start(Lower.class, parent)) {
				assertThat(runtime(child)).isNotSameAs(runtime(parent));
				assertThat(child.getBean(Adder.class).twice(3)).isEqualTo(6);
				assertThat(child.getBean(GenServerRegistry.class).names()).containsExactly("lower");
				assertThat(parent.getBean(GenServerRegistry.class).names()).containsExactly("upper");
			}
			assertThat(runtime(parent).isRunning()).isTrue();
			assertThat(parent.getBean(Counter.class).add(0)).isEqualTo(6);
		}
	}

	@Test
	void aParentWithoutServersHasARuntimeForThoseStartedLater() {
		try (ConfigurableApplicationContext parent = start(Empty.class, null);
				ConfigurableApplicationContext child = start(Alone.class, parent);
				ConfigurableApplicationContext other = start(Empty.class, parent)) {
			assertThat(child.getBean(Counter.class).add(1)).isOne();
			assertThat(runtime(child)).isNotSameAs(runtime(parent));
			assertThat(runtime(other)).isSameAs(runtime(parent));
		}
	}

	interface Counter {

		int add(int number);

	}

	interface Adder {

		int twice(int number);

	}

	@GenServer("upper")
	static class UpperServer implements Counter {

		private int value;

		@Override
		public int add(int number) {
			this.value += number;
			return this.value;
		}

	}

	@GenServer("lower")
	static class LowerServer implements Adder {

		private final Counter counter;

		LowerServer(Counter counter) {
			this.counter = counter;
		}

		@Override
		public int twice(int number) {
			this.counter.add(number);
			return this.counter.add(number);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(UpperServer.class)
	static class Upper {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(LowerServer.class)
	static class Lower {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(UpperServer.class)
	static class Alone {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Empty {

	}

}
