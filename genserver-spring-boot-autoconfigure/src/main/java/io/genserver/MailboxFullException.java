package io.genserver;

/**
 * Thrown when a message is refused because the mailbox has no room for it. The message
 * was not handled.
 *
 * @since 0.1.0
 */
public class MailboxFullException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message what went wrong and what to do about it
	 */
	public MailboxFullException(String message) {
		super(message, true);
	}

}
