package io.genserver.runtime.cell;

import io.genserver.GenServerEvent;
import io.genserver.runtime.message.DeadLetters;
import io.genserver.runtime.message.FailureLog;
import io.genserver.runtime.message.Interceptors;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.TimerPause;
import org.jspecify.annotations.Nullable;

/**
 * What an instance of a server needs of the runtime that all servers share. Safe for use
 * by many threads.
 */
public abstract class CellRuntime {

	/**
	 * Return who has the time and the threads.
	 * @return the scheduler
	 */
	public abstract Scheduler scheduler();

	/**
	 * Return the time.
	 * @return nanoseconds, as the scheduler counts
	 */
	public abstract long nanoTime();

	/**
	 * Run a task on a worker, soon.
	 * @param task the task, which may block
	 */
	public abstract void execute(Runnable task);

	/**
	 * Return the context class loader of what runs in turns.
	 * @return the class loader
	 */
	public abstract @Nullable ClassLoader classLoader();

	/**
	 * Return the interceptors.
	 * @return the interceptors, {@code null} if there are none
	 */
	public abstract @Nullable Interceptors interceptors();

	/**
	 * Return who reports messages that were refused or discarded.
	 * @return the reports
	 */
	public abstract DeadLetters deadLetters();

	/**
	 * Return who logs failures that senders can cause as often as they like.
	 * @return the log
	 */
	public abstract FailureLog failures();

	/**
	 * Return what holds timers back.
	 * @return the pause
	 */
	public abstract TimerPause timers();

	/**
	 * Return which threads may wait for servers.
	 * @return the rule
	 */
	public abstract BlockingRule blockingRule();

	/**
	 * Return which threads wait for the end of a shutdown.
	 * @return the threads
	 */
	public abstract ShutdownCallers shutdownTime();

	/**
	 * Return whether all servers have started.
	 * @return whether they have, also once they have been stopped
	 */
	public abstract boolean hasStarted();

	/**
	 * Return whether all servers have been stopped, or are being.
	 * @return whether they have
	 */
	public abstract boolean isShutDown();

	/**
	 * Report what happened in the life of a server.
	 * @param event what happened
	 */
	public abstract void publish(GenServerEvent event);

	/**
	 * Something of the engine failed: have lost turns looked for soon. Throws nothing.
	 */
	public abstract void suspect();

	/**
	 * A lost turn was found and runs now. Throws nothing.
	 * @param cell whose turn it is
	 */
	public abstract void recovered(Recipient cell);

}
