package io.genserver.protocol;

/** What Jazzer calls for {@link FuzzTargets#BASE}. */
public final class BaseFuzzer {

	private BaseFuzzer() {
	}

	/**
	 * Gives the fuzzer's bytes to the target.
	 * @param bytes the bytes
	 */
	public static void fuzzerTestOneInput(byte[] bytes) {
		FuzzTargets.BASE.test(bytes);
	}

}
