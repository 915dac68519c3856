package io.genserver.runtime.scheduling;

import org.jspecify.annotations.Nullable;

/**
 * A thread's reason to wait. The thread that makes {@link #isReady()} true does so with a
 * full fence and then calls {@link Scheduler#wake(Waiter)}; the waiting thread announces
 * itself with {@link #thread(Thread)}, a volatile write, before it looks a last time. So
 * one of the two always sees the other.
 */
public interface Waiter {

	/**
	 * Return whether there is nothing to wait for any more.
	 * @return {@code true}, and ever after, if there is not
	 */
	boolean isReady();

	/**
	 * Return the thread to be woken.
	 * @return the thread, or {@code null} if none waits
	 */
	@Nullable Thread thread();

	/**
	 * Announce the waiting thread; a volatile write.
	 * @param thread the thread, or {@code null} when it waits no longer
	 */
	void thread(@Nullable Thread thread);

}
