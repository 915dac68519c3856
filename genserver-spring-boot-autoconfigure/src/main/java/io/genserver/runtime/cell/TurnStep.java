package io.genserver.runtime.cell;

/**
 * How a turn goes on.
 */
enum TurnStep {

	/** With the next message. */
	CONTINUE,

	/** There is nothing to do. */
	IDLE,

	/** Messages have to wait. */
	BLOCKED,

	/** What the handler returned is awaited. */
	AWAITING,

	/** The server has ended. */
	END

}
