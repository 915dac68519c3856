package io.genserver.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Every;
import io.genserver.GenServer;
import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.bean.override.convention.TestBean;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;

/**
 * A test that replaces a server replaces all of it.
 */
class ReplacedServersTest {

	@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE, classes = Application.class,
			properties = { "genserver.servers.clock.call-timeout=1s", "genserver.servers.desk.call-timeout=1s" })
	@DirtiesContext
	abstract static class Replaced {

		@Autowired
		Client client;

		@Autowired
		GenServerRegistry registry;

		@Autowired
		ApplicationContext context;

		void assertThereIsNoServer() {
			int before = ClockServer.made.get();
			assertThat(this.registry.names()).containsExactly("desk");
			this.context.publishEvent("an event");
			assertThat(ClockServer.made).hasValue(before);
			assertThat(this.client.clock().now()).isEqualTo("mocked");
		}

	}

	@Nested
	class WithAMock extends Replaced {

		@MockitoBean
		Clock clock;

		@Test
		void thereIsNoInstanceNoTimerAndNoListener() {
			given(this.clock.now()).willReturn("mocked");
			assertThat(this.client.clock()).isSameAs(this.clock);
			assertThereIsNoServer();
		}

	}

	@Nested
	class WithAMockOfItsName extends Replaced {

		@MockitoBean("clock")
		Clock clock;

		@MockitoBean
		Keyed<Desk> desks;

		@Test
		void thereIsNoInstanceEither() {
			given(this.clock.now()).willReturn("mocked");
			assertThat(this.registry.names()).isEmpty();
			assertThat(this.client.desks()).isSameAs(this.desks);
			assertThat(this.client.clock().now()).isEqualTo("mocked");
		}

	}

	@Nested
	class WithATestBean extends Replaced {

		@TestBean
		Clock clock;

		static Clock clock() {
			return () -> "mocked";
		}

		@Test
		void thereIsNoInstanceNoTimerAndNoListener() {
			assertThat(this.client.clock()).isSameAs(this.clock);
			assertThereIsNoServer();
		}

	}

	@Nested
	class WithASpy extends Replaced {

		@MockitoSpyBean
		Clock clock;

		@Test
		void theServerIsThereAndItsCallsAreSeen() throws Exception {
			assertThat(this.client.clock()).isSameAs(this.clock);
			assertThat(Mockito.mockingDetails(this.clock).isSpy()).isTrue();
			assertThat(this.client.clock().now()).startsWith("real on genserver");
			then(this.clock).should().now();
			given(this.clock.now()).willReturn("stubbed");
			assertThat(this.client.clock().now()).isEqualTo("stubbed");
			ClockServer.ticked.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ ClockServer.class, DeskServer.class, Client.class })
	static class Application {

	}

	record Client(Clock clock, Keyed<Desk> desks) {
	}

	interface Clock {

		String now();

	}

	@GenServer("clock")
	static class ClockServer implements Clock {

		static final AtomicInteger made = new AtomicInteger();

		static final CompletableFuture<Boolean> ticked = new CompletableFuture<>();

		ClockServer() {
			made.incrementAndGet();
		}

		@Override
		public String now() {
			return "real on " + Thread.currentThread().getName();
		}

		@Every(value = "1h", initialDelay = "0s")
		void tick() {
			ticked.complete(true);
		}

		@EventListener
		void on(String event) {
		}

	}

	interface Desk {

		String who();

	}

	@GenServer(name = "desk", keyed = true)
	static class DeskServer implements Desk {

		@Override
		public String who() {
			return "nobody";
		}

	}

}
