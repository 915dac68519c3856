package io.genserver;

/**
 * Is called for every message that was refused or discarded. Beans of this type are found
 * by themselves. Called on the thread that refused or discarded the message: must be
 * quick and must not block; what it throws is logged.
 * <p>
 * A listener may send messages. If one of those is refused or discarded before the
 * listener returns, on the thread that called it, this is reported to other listeners but
 * not to this one, so that a listener cannot call itself without end. What a listener
 * lets other threads send is reported like any other message: such a listener must not
 * forward letters of the server that it forwards to.
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
