package io.genserver.runtime;

/**
 * A part of an application that starts and stops in an order: the servers, the background
 * services, the RPC endpoint, and what later needs a place among them. Stages start one
 * after the other and stop in the opposite order. All of them share the time of one
 * {@link ShutdownTime}, so that a stage that takes long leaves less to those after it and
 * the whole never takes longer than configured.
 */
public interface LifecycleStage {

	/**
	 * Start, for the first time or again after a stop. Returns once it runs.
	 * @throws RuntimeException if it cannot start; it is not running then
	 */
	void start();

	/**
	 * Stop. Returns once nothing of the stage runs any more that could use beans of the
	 * application, or when no time is left. Must not wait for a thread of which
	 * {@link ShutdownTime#isCaller} says that it waits for the shutdown itself.
	 * @param time what is left
	 */
	void stop(ShutdownTime time);

}
