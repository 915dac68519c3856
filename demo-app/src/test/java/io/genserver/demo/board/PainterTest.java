package io.genserver.demo.board;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.genserver.GenServerRegistry;
import io.genserver.remote.RpcException;
import io.genserver.rpc.client.GenServerClient;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * How fast one may paint, in a time that passes when told to.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "demo.painter.pixels-per-second=20")
class PainterTest {

	@LocalServerPort
	private int port;

	@Autowired
	private Board board;

	@Autowired
	private GenServerRegistry registry;

	@Autowired
	private AtomicLong time;

	@Test
	void aPainterBehindAWebSocketIsRefusedWhenItIsTooFastAndIsToldSo() {
		try (GenServerClient client = connect(); GenServerClient other = connect()) {
			Tile tile = client.keyed("tile", Tile.class).get("1,1");
			paint(tile, 20);
			assertThatExceptionOfType(RpcException.class).isThrownBy(() -> tile.paint(0, 1, 0xFF0000))
				.withMessageContaining("You paint faster than a painter may; this pixel is not painted.")
				.withMessageContaining("in 50 ms");
			assertThat(redAt(tile, 0, 1)).as("the pixel that was refused").isFalse();
			assertThatNoException().as("on any tile, by another painter")
				.isThrownBy(() -> other.keyed("tile", Tile.class).get("1,1").paint(0, 2, 0xFF0000));
			assertThatExceptionOfType(RpcException.class).as("on another tile")
				.isThrownBy(() -> client.keyed("tile", Tile.class).get("2,1").paint(0, 1, 0xFF0000));
			this.time.addAndGet(Duration.ofMillis(50).toNanos());
			tile.paint(0, 1, 0xFF0000);
			assertThat(redAt(tile, 0, 1)).isTrue();
		}
	}

	@Test
	void whoWantsNoAnswerIsHeldToTheRateToo() {
		try (GenServerClient client = connect()) {
			Tile tile = client.keyed("tile", Tile.class).get("1,2");
			paint(tile, 20);
			client.cast("tile.paint", "1,2", 0, 1, 0xFF0000);
			assertThat(redAt(tile, 0, 1)).isFalse();
			this.time.addAndGet(Duration.ofSeconds(1).toNanos());
			client.cast("tile.paint", "1,2", 0, 1, 0xFF0000);
			assertThat(redAt(tile, 0, 1)).isTrue();
		}
	}

	@Test
	void whatComesOverHttpIsNotLimited() throws Exception {
		long asked = this.registry.info("painter").processed();
		this.board.paint(Pictures.filled(64, 64, 0x00FF00), 192, 64);
		assertThat(this.registry.info("painter").processed()).isEqualTo(asked);
		assertThat(this.board.render().block(Duration.ofSeconds(240)).at(255, 127)).isEqualTo(0x00FF00);
	}

	private static void paint(Tile tile, int pixels) {
		for (int x = 0; x < pixels; x++) {
			tile.paint(x, 0, 0xFF0000);
		}
	}

	private static boolean redAt(Tile tile, int x, int y) {
		byte[] snapshot = tile.snapshot().block(Duration.ofSeconds(240));
		return snapshot[(y * Tile.SIZE + x) * 3 + 1] == 0;
	}

	private GenServerClient connect() {
		return GenServerClient.connect("ws://localhost:" + this.port + "/ws");
	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Time {

		@Bean
		AtomicLong time() {
			return new AtomicLong();
		}

		@Bean
		@Primary
		NanoClock setClock(AtomicLong time) {
			return time::get;
		}

	}

}
