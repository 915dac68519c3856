package io.genserver;

/**
 * A timer of a server. Its ticks run in the server's turn. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface GenServerTimer {

	/**
	 * Cancel the timer. A tick that is due but has not begun is skipped.
	 * @return whether this cancelled it; {@code false} if it was over already
	 */
	boolean cancel();

	/**
	 * Return whether there will be no further tick.
	 * @return {@code true} once it was cancelled or its only tick has begun
	 */
	boolean isCancelled();

}
