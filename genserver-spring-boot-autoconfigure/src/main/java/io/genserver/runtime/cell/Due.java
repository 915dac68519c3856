package io.genserver.runtime.cell;

import io.genserver.runtime.message.Message;

/**
 * What is handled in a turn of its own, though it is not in the mailbox.
 */
interface Due {

	/** Whether it will not be handled any more. Safe on any thread. */
	boolean isOver();

	/** It is about to be handled, as the message that is returned. Only in the turn. */
	Message begin();

}
