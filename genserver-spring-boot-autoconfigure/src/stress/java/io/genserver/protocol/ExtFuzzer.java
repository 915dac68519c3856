package io.genserver.protocol;

/** What Jazzer calls for {@link FuzzTargets#EXT}. */
public final class ExtFuzzer {

	private ExtFuzzer() {
	}

	/**
	 * Gives the fuzzer's bytes to the target.
	 * @param bytes the bytes
	 */
	public static void fuzzerTestOneInput(byte[] bytes) {
		FuzzTargets.EXT.test(bytes);
	}

}
