package io.genserver.runtime;

import org.jspecify.annotations.Nullable;

/**
 * A thread's reason to wait. Whoever makes {@link #isReady()} true does so with a full
 * fence and then calls {@link Scheduler#wake(Waiter)}; the waiting thread announces
 * itself with {@link #thread(Thread)}, a volatile write, before it looks a last time. So
 * one of the two always sees the other.
 *
 * @since 0.1.0
 */
interface Waiter {

	/** Whether there is nothing to wait for any more; final once {@code true}. */
	boolean isReady();

	/** The thread to be woken, or {@code null} if none waits. */
	@Nullable Thread thread();

	/** Announce the waiting thread; a volatile write. */
	void thread(@Nullable Thread thread);

}
