package io.genserver.runtime.cell;

/**
 * How a turn goes on.
 */
enum TurnStep {

	/** With the next message. */
	GO_ON,

	/** There is nothing to do. */
	REST,

	/** Messages have to wait. */
	PARK,

	/** What the handler returned is awaited. */
	WAIT,

	/** The server has ended. */
	END

}
