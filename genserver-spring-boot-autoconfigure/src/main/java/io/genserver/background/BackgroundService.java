package io.genserver.background;

/**
 * Work that goes on in the background, one unit at a time. Needs no locks: its steps run
 * one after the other on one thread, and what a step did is visible to the next, also
 * across restarts.
 * <p>
 * A step may block. It should end soon after its token is cancelled: by looking at
 * {@link CancellationToken#isCancelled()}, by having what it waits for released in
 * {@link CancellationToken#onCancel}, or by letting the {@link InterruptedException} pass
 * that comes when it still runs after a time of grace
 * ({@link ServiceDefinition#withInterruptAfter}).
 *
 * @param <T> type of the items it produces; {@link Void} if it produces none
 * @since 0.1.0
 */
@FunctionalInterface
public interface BackgroundService<T> {

	/**
	 * Do one unit of work. Runs on the service's own thread.
	 * @param token tells when the service has been cancelled
	 * @return what came of it and whether there is more to do
	 * @throws Exception if the service cannot go on; it is restarted as its
	 * {@link RestartPolicy} says. Whatever it throws once its token is cancelled counts
	 * as the end that was asked for
	 */
	Step<T> run(CancellationToken token) throws Exception;

}
