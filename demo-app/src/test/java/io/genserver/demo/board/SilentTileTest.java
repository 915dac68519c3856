package io.genserver.demo.board;

import java.time.Duration;

import io.genserver.GenServerRegistry;
import io.genserver.Keyed;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The board while one of its tiles does not answer.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "genserver.servers.tile.call-timeout=1s")
class SilentTileTest {

	@LocalServerPort
	private int port;

	@Autowired
	private Keyed<Tile> tiles;

	@Autowired
	private GenServerRegistry registry;

	@Test
	void whoLooksAtTheBoardIsToldWhichTileItIs() {
		this.tiles.get("3,4").snapshot().block(Duration.ofSeconds(240));
		this.registry.suspend("tile", "3,4");
		WebTestClient.bindToServer()
			.baseUrl("http://localhost:" + this.port)
			.responseTimeout(Duration.ofSeconds(240))
			.build()
			.get()
			.uri("/board.png")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
			.expectBody()
			.jsonPath("$.detail")
			.value((detail) -> assertThat(String.valueOf(detail))
				.startsWith("A tile does not answer: Call of tile/3,4"));
		this.registry.resume("tile", "3,4");
	}

}
