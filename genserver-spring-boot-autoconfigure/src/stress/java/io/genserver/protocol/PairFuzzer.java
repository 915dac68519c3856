package io.genserver.protocol;

/** What Jazzer calls for {@link FuzzTargets#PAIR}. */
public final class PairFuzzer {

	private PairFuzzer() {
	}

	/**
	 * Gives the fuzzer's bytes to the target.
	 * @param bytes the bytes
	 */
	public static void fuzzerTestOneInput(byte[] bytes) {
		FuzzTargets.PAIR.test(bytes);
	}

}
