package io.genserver.actuate;

import java.util.stream.IntStream;

import io.genserver.GenServerRegistry;
import io.genserver.actuate.Servers.Busy;
import io.genserver.runtime.GenServerRuntime;
import io.genserver.testsupport.HangGuard;
import io.genserver.testsupport.RealThreads;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint, health and meters as a client of an application sees them.
 */
@RealThreads
class GenServersEndpointWebTest {

	private static ConfigurableApplicationContext context;

	private static Servers servers;

	private static WebTestClient client;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "management.endpoints.web.exposure.include=*",
					"management.endpoint.health.show-details=always", "spring.reactor.netty.shutdown-quiet-period=0s")
			.run();
		servers = context.getBean(Servers.class);
		client = WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/actuator")
			.responseTimeout(HangGuard.DURATION)
			.build();
		IntStream.range(0, 120).forEach((i) -> servers.ref("room", "k" + i).call((cell) -> cell.value));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	void showsAllServers() {
		client.get()
			.uri("/genservers")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.servers.length()")
			.isEqualTo(3)
			.jsonPath("$.servers.kv.state")
			.isEqualTo("RUNNING")
			.jsonPath("$.servers.kv.keyed")
			.isEqualTo(false)
			.jsonPath("$.servers.kv.key")
			.doesNotExist()
			.jsonPath("$.servers.kv.mailbox.capacity")
			.isEqualTo(4)
			.jsonPath("$.servers.kv.mailbox.overflow")
			.isEqualTo("REJECT")
			.jsonPath("$.servers.room.keyed")
			.isEqualTo(true)
			.jsonPath("$.servers.room.instances")
			.isEqualTo(120)
			.jsonPath("$.servers.room.processed")
			.isEqualTo(120)
			.jsonPath("$.servers.room.listed")
			.doesNotExist();
	}

	@Test
	void showsWhatAServerIsDoingButNotWithWhat() throws Exception {
		try (Busy busy = servers.occupy(servers.ref("kv"))) {
			client.get()
				.uri("/genservers/kv")
				.exchange()
				.expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.name")
				.isEqualTo("kv")
				.jsonPath("$.type")
				.isEqualTo(Servers.Cell.class.getName())
				.jsonPath("$.inFlight.operation")
				.isEqualTo("cast(action)")
				.jsonPath("$.inFlight.ageMillis")
				.isNumber()
				.jsonPath("$.inFlight.caller")
				.value(String.class, (caller) -> assertThat(caller).contains(Thread.currentThread().getName()))
				.jsonPath("$.inFlight.payload")
				.doesNotExist();
		}
	}

	@Test
	void showsRecentFailuresNewestFirst() {
		servers.ref("till", "failing").callAsync((cell) -> {
			throw new IllegalStateException("first");
		});
		servers.ref("till", "failing").callAsync((cell) -> {
			throw new IllegalArgumentException("x".repeat(1000));
		}).exceptionally((ex) -> null).join();
		client.get()
			.uri("/genservers/till/failing")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.key")
			.isEqualTo("failing")
			.jsonPath("$.failed")
			.isEqualTo(2)
			.jsonPath("$.failures[0].exception")
			.isEqualTo("java.lang.IllegalArgumentException")
			.jsonPath("$.failures[0].message")
			.value(String.class, (message) -> assertThat(message).hasSize(501))
			.jsonPath("$.failures[1].message")
			.isEqualTo("first")
			.jsonPath("$.failures[1].time")
			.value(String.class, (time) -> assertThat(time).matches("\\d{4}-\\d\\d-\\d\\dT.*Z"));
	}

	@Test
	void listsAHundredInstancesUnlessAskedForMoreOrLess() {
		expectListed("", 100);
		expectListed("?limit=3", 3);
		expectListed("?limit=0", 0);
	}

	@Test
	void refusesALimitThatIsOutOfRange() {
		expectStatus("/genservers/room?limit=-1", HttpStatus.BAD_REQUEST);
		expectStatus("/genservers/room?limit=1001", HttpStatus.BAD_REQUEST);
		expectStatus("/genservers/room?limit=many", HttpStatus.BAD_REQUEST);
	}

	@Test
	void knowsNothingOfOtherServersAndKeys() {
		expectStatus("/genservers/nobody", HttpStatus.NOT_FOUND);
		expectStatus("/genservers/nobody/k1", HttpStatus.NOT_FOUND);
		expectStatus("/genservers/kv/k1", HttpStatus.NOT_FOUND);
		expectStatus("/genservers/room/nobody", HttpStatus.NOT_FOUND);
		assertThat(servers.registry().info("room", "nobody")).isNull();
	}

	@Test
	void isPartOfTheHealth() {
		client.get()
			.uri("/health")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.components.genservers.status")
			.isEqualTo("UP")
			.jsonPath("$.components.genservers.details.servers")
			.isEqualTo(3);
	}

	@Test
	void showsMeters() {
		client.get()
			.uri("/metrics/genserver.calls?tag=server:room&tag=outcome:success")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.measurements[0].statistic")
			.isEqualTo("COUNT")
			.jsonPath("$.measurements[0].value")
			.value(Double.class, (count) -> assertThat(count).isGreaterThanOrEqualTo(120));
		client.get().uri("/metrics/genserver.mailbox.depth?tag=server:kv").exchange().expectStatus().isOk();
	}

	private static void expectStatus(String uri, HttpStatus status) {
		client.get().uri(uri).exchange().expectStatus().isEqualTo(status).expectBody().returnResult();
	}

	private static void expectListed(String query, int expected) {
		client.get()
			.uri("/genservers/room" + query)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.listed.length()")
			.isEqualTo(expected);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = "io.genserver.autoconfigure.server.GenServerAutoConfiguration")
	static class Application {

		@Bean(destroyMethod = "close")
		Servers servers(GenServerMeters meters) {
			return new Servers(meters).add("kv", false).add("room", true).add("till", true).start();
		}

		@Bean
		GenServerRuntime runtime(Servers servers) {
			return servers.runtime();
		}

		@Bean
		GenServerRegistry registry(Servers servers) {
			return servers.registry();
		}

	}

}
