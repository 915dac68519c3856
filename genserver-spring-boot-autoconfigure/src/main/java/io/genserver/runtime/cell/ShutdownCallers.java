package io.genserver.runtime.cell;

import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for the end of a shutdown: it must not wait for what runs on
 * them, nor interrupt it. Safe for use by many threads.
 */
public interface ShutdownCallers {

	/**
	 * Return whether a thread is one of them.
	 * @param thread the thread, {@code null} for none
	 * @return whether it is
	 */
	boolean isCaller(@Nullable Thread thread);

}
