package io.genserver.demo.board;

/**
 * Time to measure with.
 */
@FunctionalInterface
interface NanoClock {

	/**
	 * Return the time.
	 * @return nanoseconds from an arbitrary origin, never going back
	 */
	long nanoTime();

}
