package io.genserver.runtime.scheduling;

import java.time.Instant;
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
	 * Call {@link Expiring#expire} when its deadline has passed, unless it is over by
	 * then. Calls it on a thread that must not be blocked, a few milliseconds late at
	 * most.
	 * @param expiring what may expire
	 */
	void track(Expiring expiring);

	/**
	 * Call {@link Crowded#look} once, after about a millisecond. To be called again it
	 * calls this method while it is being called.
	 * @param crowded where senders wait for room in a mailbox
	 */
	void observe(Crowded crowded);

	/**
	 * Register the check that is called from time to time while any task runs. Called
	 * once, before any other method.
	 * @param check the check
	 */
	default void attend(Check check) {
	}

	/** Report that the check has become urgent. On any thread, even without memory. */
	default void hasten() {
	}

	/**
	 * Return the time of day, as the application sees it.
	 * @return the time; in virtual time the virtual one
	 */
	default Instant instant() {
		return Instant.now();
	}

	/**
	 * Report that a task was lost, was found and runs. Throws nothing.
	 * @param task the task
	 */
	default void recovered(Runnable task) {
	}

	/**
	 * Return whether turns may run on executors of the application. In virtual time there
	 * are no other threads than the scheduler's.
	 * @return whether {@link TurnExecutor}s are used
	 */
	default boolean allowsExecutors() {
		return false;
	}

	/**
	 * Report that the servers shut down: from now on virtual time must advance by itself.
	 * Called once, before the shutdown waits for anything.
	 */
	default void closing() {
	}

	/**
	 * Run tasks and watch deadlines again after a {@link #close}.
	 */
	default void open() {
	}

	/**
	 * Let the threads end. Tasks that are queued then, or added later, still run, since
	 * calls may depend on them; deadlines are no longer watched.
	 * @param timeout time to wait for running tasks
	 * @param unit unit of the timeout
	 */
	void close(long timeout, TimeUnit unit);

	/**
	 * Let the threads end, as {@link #close(long, TimeUnit)} does, except for some that
	 * run the callers of this method.
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
		 * @return {@code true} if {@link #expire()} need not be called
		 */
		boolean isOver();

		/** The deadline has passed. Must be quick. */
		void expire();

	}

	/**
	 * A mailbox with senders that wait for room.
	 */
	interface Crowded {

		/** Let waiting senders enter their messages if there is room. */
		void look();

	}

	/**
	 * Finds work that was lost through an error; called on one thread at a time.
	 */
	interface Check {

		/**
		 * Return whether it is to look although no task runs. On any thread.
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
		 * Count a task that was lost, was found and runs. On any thread.
		 * @param task the task
		 */
		default void recovered(Runnable task) {
		}

		/**
		 * Look. Must be quick.
		 * @param now the time
		 * @param nothingQueued whether no task waits for a worker
		 */
		void look(long now, boolean nothingQueued);

	}

	/**
	 * A class whose methods call the scheduler while they hold a lock: a scheduler that
	 * runs one thread at a time must not let another run meanwhile.
	 */
	interface Locking {

	}

}
