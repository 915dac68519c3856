package io.genserver.rpc.inbound;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** How the keys without an instance that one connection calls are counted. */
class NewKeysCountTest {

	private static final int MOST = 20;

	private static final long MINUTE = Duration.ofMinutes(1).toNanos();

	@Test
	void itCountsAsASetOfWhateverSizeWould() {
		Random random = new Random(7);
		for (int most : new int[] { 1, 7, 8, 9, 500 }) {
			NewKeys keys = new NewKeys(most);
			Set<String> model = new HashSet<>();
			for (int i = 0; i < 4000; i++) {
				String server = random.nextBoolean() ? "a" : "ab";
				String key = "b".repeat(random.nextInt(3)) + random.nextInt(most + 20);
				boolean expected = model.contains(server + " " + key) || model.size() < most;
				assertThat(keys.take(server, key, i)).as(server + " " + key).isEqualTo(expected);
				if (expected) {
					model.add(server + " " + key);
				}
			}
			assertThat(keys.room()).isLessThanOrEqualTo(Math.max(16, 4 * most));
		}
	}

	@Test
	void aMinuteLaterNothingIsKept() {
		NewKeys keys = new NewKeys(MOST);
		for (int i = 0; i < MOST; i++) {
			assertThat(keys.take("room", "k" + i, 5)).isTrue();
		}
		assertThat(keys.take("room", "more", 5)).isFalse();
		assertThat(keys.take("room", "k3", 5)).isTrue();
		keys.sweep(MINUTE + 4);
		assertThat(keys.take("room", "more", MINUTE + 4)).isFalse();
		keys.sweep(MINUTE + 5);
		assertThat(keys.room()).isZero();
		assertThat(keys.take("room", "more", MINUTE + 5)).isTrue();
	}

}
