package io.genserver;

/**
 * A stream attached to a server. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface Attachment {

	/**
	 * Detach the stream: it is cancelled, and items that wait are not handled.
	 */
	void cancel();

	/**
	 * Return whether no item will be handled any more.
	 * @return {@code true} once it has ended, was cancelled, or its server has restarted
	 * or stopped
	 */
	boolean isOver();

}
