package io.genserver.background;

/**
 * Where a background service is in its life.
 *
 * @since 0.1.0
 */
public enum ServiceState {

	/**
	 * Known, but not started.
	 */
	NEW,

	/**
	 * At work.
	 */
	RUNNING,

	/**
	 * Between two runs: the last one has to end, or failed and a pause has to pass.
	 */
	RESTARTING,

	/**
	 * Cancelled, but not yet ended.
	 */
	CANCELLING,

	/**
	 * Ended: there was nothing left to do.
	 */
	DONE,

	/**
	 * Ended: it was cancelled.
	 */
	CANCELLED,

	/**
	 * Ended: its consumer refused an item.
	 */
	REFUSED,

	/**
	 * Given up: it threw more often than it may be restarted.
	 */
	FAILED;

	/**
	 * Return whether nothing happens any more until the service is started again.
	 * @return {@code true} if it has ended
	 */
	public boolean isEnded() {
		return ordinal() >= DONE.ordinal();
	}

}
