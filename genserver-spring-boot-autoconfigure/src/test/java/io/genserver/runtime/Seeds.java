package io.genserver.runtime;

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
		Long single = Long.getLong("genserver.seed");
		if (single != null) {
			run(single, test);
			return;
		}
		int seeds = Integer.getInteger("genserver.seeds", count);
		for (long seed = 1; seed <= seeds; seed++) {
			run(seed, test);
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
