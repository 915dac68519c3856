package io.genserver.runtime;

import java.time.Duration;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.genserver.test.SeededScheduler;
import org.slf4j.LoggerFactory;

/**
 * Runs a test once for each of some seeds, the same ones every time. The property
 * {@code genserver.seed} replays a single one; {@code genserver.seeds} sets how many a
 * test tries, whatever it asks for.
 */
final class Seeds {

	private Seeds() {
	}

	/**
	 * Run a test under a seeded scheduler.
	 * @param count number of seeds, unless the property says otherwise
	 * @param test the test
	 * @throws AssertionError if it fails under a seed, which the message names
	 */
	static void each(int count, Test test) {
		within(Duration.ofDays(1), count, test);
	}

	/**
	 * Run a test under a seeded scheduler for as many seeds as there is time for.
	 * @param limit no seed begins after it
	 * @param count number of seeds at most, unless the property says otherwise
	 * @param test the test
	 * @return number of seeds under which it held
	 * @throws AssertionError if it fails under a seed, which the message names
	 */
	static long within(Duration limit, int count, Test test) {
		Long single = Long.getLong("genserver.seed");
		if (single != null) {
			run(single, test);
			return 1;
		}
		Logger engine = (Logger) LoggerFactory.getLogger(Seeds.class.getPackageName());
		Level level = engine.getLevel();
		// Hundreds of schedules have thousands of failures to log.
		engine.setLevel(Level.OFF);
		try {
			long start = System.nanoTime();
			long seeds = Integer.getInteger("genserver.seeds", count);
			long seed = 0;
			while (seed < seeds && System.nanoTime() - start < limit.toNanos()) {
				run(++seed, test);
			}
			return seed;
		}
		finally {
			engine.setLevel(level);
		}
	}

	private static void run(long seed, Test test) {
		SeededScheduler scheduler = new SeededScheduler(seed);
		try {
			test.run(scheduler);
		}
		catch (Throwable ex) {
			String message = "Failed under seed " + seed + "; replay with -Dgenserver.seed=" + seed + ": "
					+ ex.getMessage();
			System.err.println(message);
			throw new AssertionError(message, ex);
		}
	}

	/** A test that is to hold under every seed. */
	interface Test {

		void run(SeededScheduler scheduler) throws Throwable;

	}

}
