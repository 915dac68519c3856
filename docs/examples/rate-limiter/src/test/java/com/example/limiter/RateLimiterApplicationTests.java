package com.example.limiter;

import io.genserver.GenServerRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
		properties = { "limit.burst=2", "limit.per-second=0.001", "genserver.servers.budget.mailbox.capacity=1" })
class RateLimiterApplicationTests {

	@LocalServerPort
	private int port;

	@Autowired
	private GenServerRegistry registry;

	@Test
	void aClientThatAsksForTooMuchHasToWait() {
		assertThat(hello(this.port, "ann").getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(hello(this.port, "ann").getBody()).isEqualTo("hello");
		ResponseEntity<String> refused = hello(this.port, "ann");
		assertThat(refused.getStatusCode()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
		assertThat(refused.getHeaders().getFirst(HttpHeaders.RETRY_AFTER)).isNotNull();
		assertThat(hello(this.port, "bob").getStatusCode()).isEqualTo(HttpStatus.OK);
		assertThat(get(this.port, "/budgets", "ann").getBody()).contains("\"ann\":0", "\"bob\":1");
	}

	@Test
	void whatIsNoClientMakesNoServer() {
		assertThat(hello(this.port, "../../etc").getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(hello(this.port, "a".repeat(41)).getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		assertThat(get(this.port, "/budgets", "").getBody()).doesNotContain("etc", "aaa");
	}

	@Test
	void aClientThatFillsItsMailboxIsRefused() {
		hello(this.port, "mallory");
		this.registry.suspend("budget", "mallory");
		try {
			HttpStatusCode first = Flux.range(0, 3)
				.flatMap((i) -> request(this.port, "/api/hello", "mallory"))
				.blockFirst()
				.getStatusCode();
			assertThat(first).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
		}
		finally {
			this.registry.resume("budget", "mallory");
		}
		assertThat(hello(this.port, "trent").getStatusCode()).isEqualTo(HttpStatus.OK);
	}

	@Test
	void theLimitCanBeChanged() {
		Integer clients = WebClient.create("http://localhost:" + this.port)
			.put()
			.uri("/limit")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue("{\"burst\": 2, \"perSecond\": 0.001}")
			.retrieve()
			.bodyToMono(Integer.class)
			.block();
		assertThat(clients).isNotNegative();
	}

	@Test
	void eachReplicaHasServersOfItsOwn() {
		try (ConfigurableApplicationContext one = replica(); ConfigurableApplicationContext other = replica()) {
			assertThat(hello(port(one), "carol").getStatusCode()).isEqualTo(HttpStatus.OK);
			assertThat(hello(port(one), "carol").getStatusCode()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
			assertThat(hello(port(other), "carol").getStatusCode()).isEqualTo(HttpStatus.OK);
		}
	}

	private static ConfigurableApplicationContext replica() {
		return new SpringApplicationBuilder(RateLimiterApplication.class).web(WebApplicationType.REACTIVE)
			.run("--server.port=0", "--limit.burst=1", "--limit.per-second=0.001");
	}

	private static int port(ConfigurableApplicationContext replica) {
		return replica.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	private static ResponseEntity<String> hello(int port, String client) {
		return get(port, "/api/hello", client);
	}

	private static ResponseEntity<String> get(int port, String path, String client) {
		return request(port, path, client).block();
	}

	private static Mono<ResponseEntity<String>> request(int port, String path, String client) {
		return WebClient.create("http://localhost:" + port)
			.get()
			.uri(path)
			.header("X-Client", client)
			.exchangeToMono((response) -> response.toEntity(String.class));
	}

}
