package io.genserver.runtime.scheduling;

import java.util.concurrent.TimeUnit;

/**
 * Time and threads, as the engine sees them. There is one implementation for production,
 * and there are those for tests, in virtual time.
 */
public interface Scheduler {

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
	 * Look at something once, after a millisecond or so. If it wants to be looked at
	 * again it says so while it is.
	 * @param crowded where senders wait for room in a mailbox
	 */
	void observe(Crowded crowded);

	/**
	 * Let something look now and then, while anything runs, whether all is well. Called
	 * once, before anything else is.
	 * @param check looks
	 */
	default void attend(Check check) {
	}

	/** A check has become urgent. On any thread, even where memory is short. */
	default void hasten() {
	}

	/**
	 * The servers shut down: from now on time must pass even if nobody lets it. Called
	 * once, before the shutdown waits for anything.
	 */
	default void closing() {
	}

	/**
	 * Run tasks and watch deadlines again after a {@link #close}.
	 */
	default void open() {
	}

	/**
	 * Let the threads end. What is executed from then on, or waits when they end, runs
	 * all the same, since calls may end with it; nobody watches deadlines any more.
	 * @param timeout time to wait for running tasks
	 * @param unit unit of the timeout
	 */
	void close(long timeout, TimeUnit unit);

	/**
	 * Let the threads end, as {@link #close(long, TimeUnit)} does, but for some that wait
	 * for this themselves.
	 * @param timeout time to wait for running tasks
	 * @param unit unit of the timeout
	 * @param callers number of tasks not to wait for
	 */
	default void close(long timeout, TimeUnit unit, int callers) {
		close(timeout, unit);
	}

	/**
	 * Something with a deadline.
	 */
	interface Expiring {

		/**
		 * Return when it expires.
		 * @return nanoseconds, as {@link Scheduler#nanoTime()} counts
		 */
		long deadline();

		/**
		 * Return whether the deadline no longer matters.
		 * @return {@code true} if it need not be told
		 */
		boolean isOver();

		/** The deadline has passed. Must be quick. */
		void expire();

	}

	/**
	 * Has senders that wait for room.
	 */
	interface Crowded {

		/** Let them in if there is room. */
		void look();

	}

	/**
	 * Looks whether all is well; on one thread of the scheduler at a time.
	 */
	interface Check {

		/**
		 * Return whether it is to look although nothing else happens. On any thread.
		 * @return {@code true} after something went wrong
		 */
		boolean isUrgent();

		/**
		 * Return when it is to look.
		 * @return nanoseconds, as {@link Scheduler#nanoTime()} counts
		 */
		long nextLook();

		/**
		 * Return how long it need not look while nothing runs.
		 * @param now the time
		 * @return nanoseconds, negative if it need not look before anything runs
		 */
		default long nanosToLookAtRest(long now) {
			return -1;
		}

		/**
		 * Look. Must be quick.
		 * @param now the time
		 * @param nothingQueued whether no task waits for a worker
		 */
		void look(long now, boolean nothingQueued);

	}

	/**
	 * A class whose methods talk to the scheduler while they hold a lock: a scheduler
	 * that runs one thread at a time must not let another run meanwhile.
	 */
	interface Locking {

	}

}
