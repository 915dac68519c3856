package io.genserver.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.genserver.GenServer;
import io.genserver.GenServerRef;
import io.genserver.GenServerRegistry;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.testsupport.HangGuard;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoint does to servers, as a client of an application sees it.
 */
class GenServersControlWebTest {

	private @Nullable ConfigurableApplicationContext context;

	@AfterEach
	void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

	@Test
	void suspendsResumesAndRestartsAServer() {
		WebTestClient client = start("unrestricted");
		GenServerRef<Counter> counter = registry().ref("counter");
		assertThat(counter.<Integer, RuntimeException>call(Counter::next)).isEqualTo(1);
		post(client, "/genservers/counter", "suspend").expectStatus().isNoContent();
		await(() -> registry().info("counter").state() == ServerState.SUSPENDED);
		counter.cast(Counter::next);
		client.get()
			.uri("/genservers/counter")
			.exchange()
			.expectBody()
			.jsonPath("$.state")
			.isEqualTo("SUSPENDED")
			.jsonPath("$.mailbox.depth")
			.isEqualTo(1);
		post(client, "/genservers/counter", "resume").expectStatus().isNoContent();
		assertThat(counter.<Integer, RuntimeException>call(Counter::next)).isEqualTo(3);
		post(client, "/genservers/counter", "RESTART").expectStatus().isNoContent();
		await(() -> registry().info("counter").restarts() == 1);
		assertThat(counter.<Integer, RuntimeException>call(Counter::next)).isEqualTo(1);
	}

	@Test
	void suspendsResumesAndRestartsOneInstance() {
		WebTestClient client = start("unrestricted");
		GenServerRef<Room> one = registry().ref("room", "one");
		GenServerRef<Room> two = registry().ref("room", "two");
		one.call(Room::next);
		two.call(Room::next);
		post(client, "/genservers/room/one", "suspend").expectStatus().isNoContent();
		await(() -> state("one") == ServerState.SUSPENDED);
		assertThat(state("two")).isEqualTo(ServerState.RUNNING);
		post(client, "/genservers/room/one", "resume").expectStatus().isNoContent();
		await(() -> state("one") == ServerState.RUNNING);
		post(client, "/genservers/room/one", "restart").expectStatus().isNoContent();
		await(() -> registry().info("room").restarts() == 1);
		assertThat(one.<Integer, RuntimeException>call(Room::next)).isEqualTo(1);
		assertThat(two.<Integer, RuntimeException>call(Room::next)).isEqualTo(2);
		post(client, "/genservers/room", "suspend").expectStatus().isNoContent();
		await(() -> state("one") == ServerState.SUSPENDED && state("two") == ServerState.SUSPENDED);
	}

	@Test
	void S13_aRestartThatAHandlerKeepsWaitingShowsAsPendingAndCanBeForced() {
		WebTestClient client = start("unrestricted");
		for (String path : new String[] { "counter", "room/one" }) {
			GenServerRef<Object> ref = path.equals("counter") ? registry().ref("counter")
					: registry().ref("room", "one");
			CompletableFuture<Object> hangs = ref.withTimeout(Duration.ofMinutes(5)).callAsync((instance) -> {
				new CountDownLatch(1).await();
				return null;
			});
			ServerInfo[] info = new ServerInfo[1];
			await(() -> {
				info[0] = (ref.key() == null) ? registry().info("counter") : registry().info("room", "one");
				return info[0] != null && info[0].inFlight() != null;
			});
			post(client, "/genservers/" + path, "restart").expectStatus().isNoContent();
			client.get().uri("/genservers/" + path).exchange().expectBody().jsonPath("$.pending").isEqualTo("restart");
			client.post()
				.uri("/genservers/" + path)
				.contentType(MediaType.APPLICATION_JSON)
				.bodyValue(Map.of("action", "restart", "force", true))
				.exchange()
				.expectStatus()
				.isNoContent();
			assertThat(hangs).failsWithin(Duration.ofSeconds(30))
				.withThrowableThat()
				.havingCause()
				.isInstanceOf(GenServerUnavailableException.class);
			await(() -> registry().info("counter").pending() == null && registry().info("room").pending() == null);
			client.get().uri("/genservers/" + path).exchange().expectBody().jsonPath("$.pending").doesNotExist();
		}
	}

	@Test
	void saysWhatThereIsInsteadOfWhatThereIsNot() {
		WebTestClient client = start("unrestricted");
		refused(post(client, "/genservers/counter", "stop"), HttpStatus.BAD_REQUEST,
				"There is no action 'stop'; the actions are: suspend, resume, restart.");
		refused(client.post()
			.uri("/genservers/counter")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(Map.of())
			.exchange(), HttpStatus.BAD_REQUEST, "The action is missing");
		refused(client.post()
			.uri("/genservers/counter")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(Map.of("action", "suspend", "force", true))
			.exchange(), HttpStatus.BAD_REQUEST, "Only a restart can be forced, not 'suspend'");
		refused(post(client, "/genservers/conter", "suspend"), HttpStatus.NOT_FOUND,
				"There is no server 'conter'; the servers are: counter, room");
		refused(post(client, "/genservers/conter/one", "suspend"), HttpStatus.NOT_FOUND, "There is no server 'conter'");
		refused(post(client, "/genservers/counter/one", "suspend"), HttpStatus.NOT_FOUND,
				"Server 'counter' is not keyed");
		refused(post(client, "/genservers/room/nobody", "suspend"), HttpStatus.NOT_FOUND,
				"Server 'room' has no instance with the key 'nobody' now");
		assertThat(registry().info("room").instances()).isZero();
		assertThat(registry().info("counter").state()).isEqualTo(ServerState.RUNNING);
	}

	@Test
	void doesNothingUnlessAccessIsUnrestricted() {
		for (String access : new String[] { "", "read-only" }) {
			WebTestClient client = start(access);
			client.get().uri("/genservers/counter").exchange().expectStatus().isOk();
			registry().ref("room", "one").call((room) -> null);
			post(client, "/genservers/counter", "suspend").expectStatus().isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
			post(client, "/genservers/room/one", "suspend").expectStatus().isEqualTo(HttpStatus.METHOD_NOT_ALLOWED);
			// A command comes before the next message.
			assertThat(registry().ref("counter").<Integer, RuntimeException>call((counter) -> 1)).isEqualTo(1);
			stop();
		}
		post(start("none"), "/genservers/counter", "suspend").expectStatus().isNotFound();
	}

	private WebTestClient start(String access) {
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("genserver.stop-grace=5m", "server.port=0",
					"management.endpoints.web.exposure.include=genservers",
					access.isEmpty() ? "no.access=said" : "management.endpoint.genservers.access=" + access,
					"spring.reactor.netty.shutdown-quiet-period=0s")
			.run();
		return WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + this.context.getEnvironment().getProperty("local.server.port") + "/actuator")
			.responseTimeout(HangGuard.DURATION)
			.build();
	}

	private GenServerRegistry registry() {
		assertThat(this.context).isNotNull();
		return this.context.getBean(GenServerRegistry.class);
	}

	private @Nullable ServerState state(String key) {
		ServerInfo info = registry().info("room", key);
		return (info != null) ? info.state() : null;
	}

	private static WebTestClient.ResponseSpec post(WebTestClient client, String uri, String action) {
		return client.post()
			.uri(uri)
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(Map.of("action", action))
			.exchange();
	}

	private static void refused(WebTestClient.ResponseSpec response, HttpStatus status, String message) {
		response.expectStatus()
			.isEqualTo(status)
			.expectBody()
			.jsonPath("$.message")
			.value(String.class, (text) -> assertThat(text).contains(message));
	}

	private static void await(BooleanSupplier condition) {
		long end = System.nanoTime() + HangGuard.DURATION.toNanos();
		while (!condition.getAsBoolean()) {
			assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
			Thread.onSpinWait();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Counter.class, Room.class })
	static class Application {

	}

	@GenServer("counter")
	static class Counter {

		private int value;

		int next() {
			return ++this.value;
		}

	}

	@GenServer(name = "room", keyed = true)
	static class Room {

		private int value;

		int next() {
			return ++this.value;
		}

	}

}
