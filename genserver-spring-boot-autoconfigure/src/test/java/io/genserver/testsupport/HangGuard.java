package io.genserver.testsupport;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * How long tests wait for what other threads do. It only ends tests that would never end:
 * machines that run this suite may be so busy that anything takes a hundred times as long
 * as usual, so no test may depend on a shorter time.
 */
public final class HangGuard {

	/** Seconds after which a test counts as hanging, for annotations. */
	public static final int ANNOTATED_SECONDS = 240;

	/**
	 * Seconds after which a test counts as hanging: less where a test is run that is
	 * known to fail.
	 */
	public static final int SECONDS = Integer.getInteger("genserver.hang-guard-seconds", ANNOTATED_SECONDS);

	/** The same as a duration. */
	public static final Duration DURATION = Duration.ofSeconds(SECONDS);

	private HangGuard() {
	}

	/**
	 * Wait until a condition holds.
	 * @param what the condition in words, for the failure
	 * @param condition the condition
	 */
	public static void await(String what, BooleanSupplier condition) {
		await(what, condition, () -> "");
	}

	/**
	 * Wait until a condition holds.
	 * @param what the condition in words, for the failure
	 * @param condition the condition
	 * @param details what was seen instead, for the failure
	 */
	public static void await(String what, BooleanSupplier condition, Supplier<String> details) {
		if (!holds(condition, DURATION)) {
			throw new AssertionError("Waited in vain until " + what + "\n" + details.get());
		}
	}

	/**
	 * The reading of {@link System#nanoTime()} at which a loop that begins now has waited
	 * in vain.
	 * @return nanoseconds
	 */
	public static long end() {
		return System.nanoTime() + DURATION.toNanos();
	}

	/** Whether a condition comes to hold before so much time has passed. */
	static boolean holds(BooleanSupplier condition, Duration patience) {
		long end = System.nanoTime() + patience.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - end > 0) {
				return false;
			}
			LockSupport.parkNanos(100_000);
		}
		return true;
	}

}
