package io.genserver.runtime.mailbox;

import org.jspecify.annotations.Nullable;

/**
 * What tests look at in a mailbox and nothing else needs to know.
 */
public final class MailboxContents {

	private MailboxContents() {
	}

	/** How many messages were given up and are still linked. */
	public static int emptyEntries(Mailbox<?> mailbox) {
		return mailbox.emptyEntries();
	}

	/** Whether a mailbox without messages keeps nothing of those that it had. */
	public static boolean keepsNothing(Mailbox<?> mailbox) {
		@Nullable MailboxEntry last = mailbox.top();
		return last instanceof Mark && last.previous == null;
	}

}
