package io.genserver;

/**
 * What becomes of a server whose handler failed. The call fails in every case.
 *
 * @since 0.1.0
 */
public enum SupervisionStrategy {

	/**
	 * The server keeps its state and continues with the next message.
	 */
	RESUME,

	/**
	 * The server restarts with a new instance. Its timers are cancelled; queued messages
	 * stay queued; only the failing message is lost. Too many restarts in a row make the
	 * server fail.
	 */
	RESTART,

	/**
	 * The server stops; what is queued fails.
	 */
	STOP

}
