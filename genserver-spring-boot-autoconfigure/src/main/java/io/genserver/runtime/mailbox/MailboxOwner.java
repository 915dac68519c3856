package io.genserver.runtime.mailbox;

/**
 * Whose mailbox it is, as those who wait for room in it see it. Called on the thread that
 * made room.
 *
 * @param <E> type of the messages
 */
public interface MailboxOwner<E extends MailboxEntry> {

	/**
	 * Return the time.
	 * @return nanoseconds
	 */
	long nanoTime();

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
