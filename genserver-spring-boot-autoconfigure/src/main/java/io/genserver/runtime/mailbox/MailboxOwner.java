package io.genserver.runtime.mailbox;

/**
 * Whose mailbox it is, as those who wait for room in it see it. Called on the thread that
 * made room.
 *
 * @param <E> type of the messages
 */
public interface MailboxOwner<E extends MailboxEntry> {

	/**
	 * Return when a message that is about to get a place got it, if it wants to know.
	 * @param message the message
	 * @return the time in nanoseconds, 0 for a message that does not use it
	 */
	long admissionTime(E message);

	/**
	 * A message got the place that it waited for, and is queued.
	 * @param message the message
	 */
	void admitted(E message);

	/**
	 * A message that waits for room is to end: the mailbox refuses messages.
	 * @param message the message
	 */
	void refused(E message);

}
