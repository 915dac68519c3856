package io.genserver.rpc.server;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What of the shutdown's time the endpoint takes. */
class EndpointStageTest {

	@Test
	void S15_theEndpointTakesNoMoreThanIsLeft() {
		Random random = new Random(13);
		for (int i = 0; i < 10_000; i++) {
			Duration drain = Duration.ofMillis(random.nextInt(20_000));
			Duration left = Duration.ofMillis(random.nextInt(30_000));
			Duration grace = EndpointStage.grace(drain, left);
			assertThat(grace).isBetween(Duration.ZERO, Duration.ofSeconds(2));
			if (drain.compareTo(left) <= 0) {
				assertThat(drain.plus(grace).plus(grace)).isLessThanOrEqualTo(left);
			}
			else {
				assertThat(grace).isZero();
			}
		}
		assertThat(EndpointStage.grace(Duration.ofSeconds(10), Duration.ofSeconds(15))).hasMillis(1250);
	}

}
