package io.genserver;

/**
 * Where a server is in its life.
 *
 * @since 0.1.0
 */
public enum ServerState {

	/**
	 * Addressable, not started yet: messages queue.
	 */
	NEW,

	/**
	 * Its instance is being made.
	 */
	STARTING,

	/**
	 * Handling messages.
	 */
	RUNNING,

	/**
	 * Its instance is being destroyed.
	 */
	STOPPING,

	/**
	 * Ended; messages fail at once.
	 */
	STOPPED,

	/**
	 * Given up after its start failed; messages fail at once.
	 */
	FAILED

}
