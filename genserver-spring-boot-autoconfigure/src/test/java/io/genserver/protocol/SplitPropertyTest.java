package io.genserver.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import io.genserver.protocol.base.BaseSplits;
import io.genserver.protocol.ext.ExtSplits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Any split of any bytes gives the same events and the same answers, and leaves nothing
 * in use. Each test runs thousands of random connections; a failure names its seed.
 */
class SplitPropertyTest {

	private static final int CONNECTIONS = 2000;

	@ParameterizedTest
	@EnumSource
	void everySplitTellsTheSame(WireMode mode) {
		for (int seed = 0; seed < CONNECTIONS; seed++) {
			assertSplitsAgree(mode, seed, frames(mode, seed, new Random(seed)));
		}
	}

	@ParameterizedTest
	@EnumSource
	void everySplitOfDamagedBytesTellsTheSame(WireMode mode) {
		for (int seed = 0; seed < CONNECTIONS; seed++) {
			Random random = new Random(seed);
			byte[] bytes = frames(mode, seed, random);
			for (int i = 0; i < 3; i++) {
				bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
			}
			assertSplitsAgree(mode, seed, bytes);
		}
	}

	@ParameterizedTest
	@EnumSource
	void everySplitOfNoiseTellsTheSame(WireMode mode) {
		for (int seed = 0; seed < CONNECTIONS / 2; seed++) {
			Random random = new Random(seed);
			byte[] bytes = new byte[1 + random.nextInt(200)];
			random.nextBytes(bytes);
			assertSplitsAgree(mode, seed, bytes);
		}
	}

	@Test
	void theConversationsInBaseModeMeetEverything() {
		Set<String> met = new TreeSet<>();
		for (int seed = 0; seed < CONNECTIONS; seed++) {
			byte[] bytes = BaseSplits.frames(new Random(seed));
			note(met, BaseSplits.run(seed, (wire) -> wire.feed(bytes)));
		}
		assertThat(met).contains("opened", "complete", "item", "ended", "cancelled", "refused", "answering", "result",
				"answered", "failed", "violated");
		assertThat(met).contains(Arrays.stream(Dropped.values()).map(Dropped::name).toArray(String[]::new));
	}

	@Test
	void theConversationsInExtModeMeetEverything() {
		Set<String> met = new TreeSet<>();
		for (int seed = 0; seed < CONNECTIONS; seed++) {
			byte[] bytes = ExtSplits.frames(seed, new Random(seed));
			note(met, ExtSplits.run(seed, (wire) -> wire.feed(bytes)));
		}
		assertThat(met).contains("opened", "complete", "arguments", "item", "ended", "cancelled", "refused", "demand",
				"answering", "result", "answered", "failed", "leaving", "violated", Dropped.LATE_FRAME.name(),
				Dropped.LATE_CANCEL.name(), Dropped.SKIPPED_KIND.name());
	}

	private static void note(Set<String> met, List<String> told) {
		told.forEach((line) -> met.add(line.split(" ")[0]));
	}

	private static byte[] frames(WireMode mode, int seed, Random random) {
		return (mode == WireMode.BASE) ? BaseSplits.frames(random) : ExtSplits.frames(seed, random);
	}

	private static void assertSplitsAgree(WireMode mode, int seed, byte[] bytes) {
		if (mode == WireMode.BASE) {
			BaseSplits.assertAgree(seed, bytes);
		}
		else {
			ExtSplits.assertAgree(seed, bytes);
		}
	}

}
