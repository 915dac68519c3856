package io.genserver.runtime;

import java.util.concurrent.TimeUnit;

/**
 * Time and threads, as the engine sees them. There is one implementation for production
 * and one for tests, with virtual time and an order of events drawn from a seed.
 *
 * @since 0.1.0
 */
interface Scheduler {

	/**
	 * Return the time.
	 * @return nanoseconds from an arbitrary origin, never going back
	 */
	long nanoTime();

	/**
	 * Return the time as of some milliseconds ago while workers are busy, cheaply.
	 * @return nanoseconds, as {@link #nanoTime()} counts
	 */
	long coarseTime();

	/**
	 * Return a random number.
	 * @return a number from 0 (inclusive) to 1 (exclusive)
	 */
	double random();

	/**
	 * Run a task on a worker, soon. Tasks may block. Never runs it on the calling thread.
	 * @param task the task
	 */
	void execute(Runnable task);

	/**
	 * Let the calling thread wait.
	 * @param waiter what it waits for
	 * @param deadline nanoseconds, as {@link #nanoTime()} counts
	 * @return whether the waiter is ready; {@code false} if the deadline passed first
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	boolean await(Waiter waiter, long deadline) throws InterruptedException;

	/**
	 * Wake the thread of a waiter that has become ready, if there is one.
	 * @param waiter the waiter
	 */
	void wake(Waiter waiter);

	/**
	 * Call {@link Expiring#expire} when its deadline has passed, on a thread that must
	 * not be held up, unless it is over by then. May be late by a few milliseconds.
	 * @param expiring what may expire
	 */
	void track(Expiring expiring);

	/**
	 * Let a cell be looked at regularly as long as it wants, because senders wait for
	 * room in its mailbox.
	 * @param cell the cell
	 */
	void observe(ServerCell cell);

	/**
	 * Let the threads end. What is executed from then on, or waits when they end, runs
	 * all the same, since calls may end with it; nobody watches deadlines any more.
	 * @param timeout time to wait for running tasks
	 * @param unit unit of the timeout
	 */
	void close(long timeout, TimeUnit unit);

	/**
	 * Something with a deadline.
	 */
	interface Expiring {

		/** Nanoseconds, as {@link Scheduler#nanoTime()} counts. */
		long deadline();

		/** Whether the deadline no longer matters. */
		boolean isOver();

		/** The deadline has passed. Must be quick. */
		void expire();

	}

}
