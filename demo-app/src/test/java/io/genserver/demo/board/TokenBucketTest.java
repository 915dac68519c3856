package io.genserver.demo.board;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class TokenBucketTest {

	private static final long SECOND = 1_000_000_000;

	private long now = Long.MAX_VALUE - SECOND;

	private final TokenBucket bucket = new TokenBucket(20_000, () -> this.now);

	@Test
	void givesTheTokensOfASecondAtOnceAndNoMore() {
		for (int i = 0; i < 20_000; i++) {
			assertThat(this.bucket.take(1)).isZero();
		}
		assertThat(this.bucket.take(1)).isEqualTo(50_000);
		this.now += 49_999;
		assertThat(this.bucket.take(1)).isEqualTo(1);
		this.now += 1;
		assertThat(this.bucket.take(1)).isZero();
		assertThat(this.bucket.take(1)).isEqualTo(50_000);
	}

	@Test
	void givesAllOrNone() {
		assertThat(this.bucket.take(19_999)).isZero();
		assertThat(this.bucket.take(2)).isEqualTo(50_000);
		assertThat(this.bucket.take(1)).isZero();
	}

	@Test
	void isFullAgainAfterASecondHoweverLongItRests() {
		assertThat(this.bucket.take(20_000)).isZero();
		this.now += SECOND;
		assertThat(this.bucket.take(20_000)).isZero();
		this.now += 1000 * SECOND;
		assertThat(this.bucket.take(20_001)).isEqualTo(50_000);
		assertThat(this.bucket.take(20_000)).isZero();
		assertThat(this.bucket.take(1)).isPositive();
	}

	@Test
	void givesInNoStretchOfTimeMoreThanTheRateAndABurst() {
		Random random = new Random(11);
		List<long[]> given = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			this.now += random.nextLong(20_000_000);
			int tokens = 1 + random.nextInt(800);
			if (this.bucket.take(tokens) == 0) {
				given.add(new long[] { this.now, tokens });
			}
		}
		for (int from = 0; from < given.size(); from++) {
			long sum = 0;
			for (int to = from; to < given.size(); to++) {
				sum += given.get(to)[1];
				long stretch = given.get(to)[0] - given.get(from)[0];
				if (sum > 20_000 + stretch / 50_000) {
					assertThat(sum).as("from %s to %s", from, to).isLessThanOrEqualTo(20_000 + stretch / 50_000);
				}
			}
		}
	}

	@Test
	void refusesARateThatMakesNoSense() {
		assertThatIllegalArgumentException().isThrownBy(() -> new TokenBucket(0, () -> 0))
			.withMessageContaining("not 0");
	}

}
