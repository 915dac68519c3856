package io.genserver.runtime.contract;

/**
 * A timer that every instance of a server has from its start on.
 *
 * @param operation what a tick does; its payload is {@code null}
 * @param initialDelayNanos time to the first tick
 * @param periodNanos time from one tick to the next, positive
 */
public record ServerTimer(Operation operation, long initialDelayNanos, long periodNanos) {

	public ServerTimer {
		if (initialDelayNanos < 0 || periodNanos <= 0) {
			throw new IllegalArgumentException("A timer needs a positive period and no negative delay, not "
					+ periodNanos + " and " + initialDelayNanos);
		}
	}

}
