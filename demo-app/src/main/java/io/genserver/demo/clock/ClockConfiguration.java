package io.genserver.demo.clock;

import java.time.Clock;

import io.genserver.Keyed;
import io.genserver.demo.board.Tile;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Paints a clock if the application is told to.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty("demo.clock")
class ClockConfiguration {

	@Bean
	ClockPainter clock(Keyed<Tile> tiles) {
		return new ClockPainter(tiles.get(ClockPainter.TILE), Clock.systemDefaultZone());
	}

}
