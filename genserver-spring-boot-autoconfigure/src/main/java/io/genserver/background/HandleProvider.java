package io.genserver.background;

/**
 * Implemented by a {@link BackgroundService} that others talk to while it runs: to ask
 * for its progress, or to give it something to do.
 *
 * @param <H> type of the handle, which must be safe for use by many threads
 * @since 0.1.0
 */
@FunctionalInterface
public interface HandleProvider<H> {

	/**
	 * Make the handle. Called once for an instance of the service, before its first step:
	 * on the thread that spawns it, or on the service's own thread if a restart made the
	 * instance.
	 * @return the handle
	 */
	H newHandle();

}
