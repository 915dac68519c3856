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
	 * Between two instances: messages queue.
	 */
	RESTARTING,

	/**
	 * Suspended: messages queue until it is resumed.
	 */
	SUSPENDED,

	/**
	 * Its instance is being destroyed.
	 */
	STOPPING,

	/**
	 * Ended; messages fail at once.
	 */
	STOPPED,

	/**
	 * Ended by the supervision, because its start failed or because it was restarted too
	 * often; messages fail at once.
	 */
	FAILED

}
