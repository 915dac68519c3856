package io.genserver.protocol.ext;

import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two sessions back to back never both wait: whatever the windows, sizes and consumers,
 * everything that was begun ends, and all credit is where it began. Each test runs
 * thousands of random connections; a failure names its seed.
 */
class ExtProgressTest {

	private static final int CONNECTIONS = 700;

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4 })
	void everyCallIsAnswered(int block) {
		for (int seed = block * CONNECTIONS; seed < (block + 1) * CONNECTIONS; seed++) {
			ExtPair pair = new ExtPair("seed " + seed, new Random(seed), false, false);
			pair.run();
			for (ExtEnd end : pair.ends) {
				assertThat(end.exchanges).as("seed %s", seed).allMatch((exchange) -> exchange.end.equals("status 0"));
				assertThat(end.refused).as("seed %s", seed).isEmpty();
			}
			assertThat(pair.a.casts).as("seed %s", seed).isEqualTo(pair.b.castsReceived);
			assertThat(pair.b.casts).as("seed %s", seed).isEqualTo(pair.a.castsReceived);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3 })
	void everyCallEndsWhateverIsGivenUp(int block) {
		for (int seed = block * CONNECTIONS; seed < (block + 1) * CONNECTIONS; seed++) {
			ExtPair pair = new ExtPair("seed " + seed, new Random(seed), true, false);
			pair.run();
			for (ExtEnd end : pair.ends) {
				assertThat(end.exchanges).as("seed %s", seed).noneMatch((exchange) -> exchange.end.isEmpty());
			}
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1 })
	void everyCallEndsThoughTheBudgetIsTight(int block) {
		for (int seed = block * CONNECTIONS; seed < (block + 1) * CONNECTIONS; seed++) {
			ExtPair pair = new ExtPair("seed " + seed, new Random(seed), (seed % 2) == 0, true);
			pair.run();
			for (ExtEnd end : pair.ends) {
				assertThat(end.exchanges).as("seed %s", seed).noneMatch((exchange) -> exchange.end.isEmpty());
			}
		}
	}

}
