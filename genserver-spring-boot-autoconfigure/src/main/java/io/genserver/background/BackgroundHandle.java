package io.genserver.background;

import java.util.concurrent.CompletableFuture;

/**
 * A background service, as those who spawned it see it. Safe for use by many threads.
 *
 * @param <H> type of the service's own handle
 * @since 0.1.0
 */
public interface BackgroundHandle<H> {

	/**
	 * Return the name of the service.
	 * @return the name
	 */
	String name();

	/**
	 * Tell the service to end. No step begins from now on; one that runs may end by
	 * itself, is interrupted after a time ({@link ServiceDefinition#withInterruptAfter}),
	 * and the item it returns is still handed over. Returns at once:
	 * {@link #completion()} tells when it has ended. Does nothing if it has ended
	 * already.
	 */
	void cancel();

	/**
	 * Start the service again: cancel it if it has not ended, and run it again once it
	 * has. Restarts in the past do not count any more. Returns at once.
	 * @throws IllegalStateException if the registry is closed, or the service was spawned
	 * and has ended, so that the registry no longer knows it
	 */
	void restart();

	/**
	 * Return when and how the service ends. Restarts by its {@link RestartPolicy} are no
	 * end; after {@link #restart()} there is another future.
	 * @return a future that never fails
	 */
	CompletableFuture<Completion> completion();

	/**
	 * Return where the service is in its life.
	 * @return the state
	 */
	ServiceState state();

	/**
	 * Describe the service.
	 * @return a snapshot
	 */
	ServiceInfo info();

	/**
	 * Return the service's own handle. If restarts make new instances it is that of the
	 * newest.
	 * @return what {@link HandleProvider#newHandle()} returned
	 * @throws IllegalStateException if the service is no {@link HandleProvider}, or has
	 * never been started
	 */
	H own();

}
