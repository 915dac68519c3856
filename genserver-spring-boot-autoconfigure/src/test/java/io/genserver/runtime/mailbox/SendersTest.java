package io.genserver.runtime.mailbox;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.genserver.Caller;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether a mailbox knows of other senders than one. */
class SendersTest {

	private static final long SECOND = Duration.ofSeconds(1).toNanos();

	private final Senders senders = new Senders();

	private static Object peer(int number) {
		return (number == 0) ? Thread.currentThread() : new Caller.Remote("c" + number, "memory", null);
	}

	@Test
	void aSenderIsNoOther() {
		this.senders.saw(peer(1), 5);
		assertThat(this.senders.sawOtherThan(peer(1), 5)).isFalse();
		assertThat(this.senders.sawOtherThan(peer(2), 5)).isTrue();
		this.senders.saw(peer(1), 5 + 30 * SECOND);
		assertThat(this.senders.sawOtherThan(peer(1), 5 + 30 * SECOND)).isFalse();
	}

	@Test
	void anotherIsOneForAMinute() {
		this.senders.saw(peer(0), 5);
		assertThat(this.senders.sawOtherThan(peer(1), 5 + 60 * SECOND)).isTrue();
		assertThat(this.senders.sawOtherThan(peer(1), 5 + 61 * SECOND)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void nobodyIsOverlookedHoweverManySend(long seed) {
		Random random = new Random(seed);
		int[] pauses = { 1, 1_000, 500_000_000, 999_999_999, 1_000_000_000, 2_000_000_000 };
		Map<Integer, Long> last = new TreeMap<>();
		long now = Long.MAX_VALUE - 100 * SECOND;
		for (int i = 0; i < 3000; i++) {
			now += (random.nextInt(20) == 0) ? random.nextLong(100 * SECOND)
					: random.nextLong(pauses[random.nextInt(pauses.length)]) + 1;
			int who = random.nextInt(1 + random.nextInt(5));
			this.senders.saw(peer(who), now);
			last.put(who, now);
			int asked = random.nextInt(5);
			long then = now + random.nextLong(70 * SECOND);
			long youngest = last.entrySet()
				.stream()
				.filter((each) -> each.getKey() != asked)
				.mapToLong((each) -> then - each.getValue())
				.min()
				.orElse(Long.MAX_VALUE);
			boolean known = this.senders.sawOtherThan(peer(asked), then);
			if (youngest <= 60 * SECOND) {
				assertThat(known).as("%d after %d steps of seed %d", asked, i, seed).isTrue();
			}
			if (youngest > 61 * SECOND) {
				assertThat(known).as("%d after %d steps of seed %d", asked, i, seed).isFalse();
			}
		}
	}

}
