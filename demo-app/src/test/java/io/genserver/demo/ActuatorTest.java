package io.genserver.demo;

import java.time.Duration;

import io.genserver.Keyed;
import io.genserver.demo.board.Tile;
import io.genserver.demo.kv.KeyValue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.reactive.server.WebTestClient;

/**
 * What Actuator shows of the servers of a real application.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ActuatorTest {

	@LocalServerPort
	private int port;

	@Autowired
	private KeyValue kv;

	@Autowired
	private Keyed<Tile> tiles;

	private WebTestClient client;

	@BeforeEach
	void connect() {
		this.client = WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + this.port + "/actuator")
			.responseTimeout(Duration.ofSeconds(240))
			.build();
	}

	@Test
	void theEndpointShowsTheServersWithTheirSettings() {
		this.kv.get("some");
		this.client.get()
			.uri("/genservers")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.servers.kv.state")
			.isEqualTo("RUNNING")
			.jsonPath("$.servers.kv.type")
			.isEqualTo("io.genserver.demo.kv.KeyValueServer")
			.jsonPath("$.servers.kv.mailbox.capacity")
			.isEqualTo(256)
			.jsonPath("$.servers.kv.mailbox.overflow")
			.isEqualTo("REJECT")
			.jsonPath("$.servers.tile.keyed")
			.isEqualTo(true)
			.jsonPath("$.servers.tile.mailbox.capacity")
			.isEqualTo(1024);
	}

	@Test
	void theEndpointShowsOneTile() {
		this.tiles.get("4,2").snapshot().block(Duration.ofSeconds(240));
		this.client.get()
			.uri("/genservers/tile/4,2")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.key")
			.isEqualTo("4,2")
			.jsonPath("$.state")
			.isEqualTo("RUNNING");
	}

	@Test
	void theServersArePartOfTheHealth() {
		this.client.get()
			.uri("/health")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.components.genservers.status")
			.isEqualTo("UP")
			.jsonPath("$.components.genservers.details.servers")
			.isEqualTo(5);
	}

	@Test
	void callsAreMeasured() {
		this.kv.get("some");
		this.client.get()
			.uri("/metrics/genserver.calls?tag=server:kv&tag=operation:get&tag=outcome:success")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.measurements[0].statistic")
			.isEqualTo("COUNT");
	}

}
