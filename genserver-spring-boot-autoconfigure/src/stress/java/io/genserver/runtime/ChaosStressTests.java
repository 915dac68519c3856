package io.genserver.runtime;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Every call ends exactly once, on real threads and whatever fails.
 */
@Tag("stress")
class ChaosStressTests {

	private static final Logger logger = (Logger) LoggerFactory.getLogger("io.genserver");

	private static Level level;

	@BeforeAll
	static void beQuiet() {
		level = logger.getLevel();
		logger.setLevel(Level.OFF);
	}

	@AfterAll
	static void beLoud() {
		logger.setLevel(level);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void everyCallEndsOnceAndNothingIsStuckOrLeft(long seed) throws Exception {
		int operations = Integer.getInteger("genserver.chaos.operations", 60_000);
		System.out.println("Chaos " + seed + ": " + new Chaos(seed, operations).run());
	}

}
