package io.genserver.demo.clock;

import java.time.Duration;

import io.genserver.Keyed;
import io.genserver.background.BackgroundHandle;
import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceState;
import io.genserver.demo.board.Tile;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The clock as a part of the application.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE, properties = "demo.clock=true")
class ClockTest {

	@Autowired
	private BackgroundServices services;

	@Autowired
	private Keyed<Tile> tiles;

	@Test
	void paintsItsTileOnceItIsSwitchedOn() {
		BackgroundHandle<?> clock = this.services.find("clock");
		assertThat(clock).isNotNull();
		assertThat(clock.state()).isEqualTo(ServiceState.RUNNING);
		long end = System.nanoTime() + Duration.ofSeconds(240).toNanos();
		while (white(this.tiles.get("19,15").snapshot().block(Duration.ofSeconds(240))) > 0) {
			assertThat(System.nanoTime()).as("waited in vain").isLessThan(end);
		}
	}

	private static int white(byte[] rgb) {
		int white = 0;
		for (int i = 0; i < rgb.length; i += 3) {
			if (rgb[i] == -1 && rgb[i + 1] == -1 && rgb[i + 2] == -1) {
				white++;
			}
		}
		return white;
	}

}
