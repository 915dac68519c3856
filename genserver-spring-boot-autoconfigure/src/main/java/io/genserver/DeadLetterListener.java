package io.genserver;

/**
 * Is told of every message that was refused or discarded. Beans of this type are found by
 * themselves. Called on the thread that refused or discarded the message: must be quick
 * and must not block; what it throws is logged.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface DeadLetterListener {

	/**
	 * Called once for each such message.
	 * @param deadLetter the message
	 */
	void onDeadLetter(DeadLetter deadLetter);

}
