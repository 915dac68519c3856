package io.genserver.runtime.mailbox;

/**
 * An entry of a mailbox that is no message.
 */
abstract class Mark extends MailboxEntry {

	Mark() {
		super(QUEUED);
	}

	@Override
	protected boolean holdsNothing() {
		return true;
	}

	/**
	 * Stands for the last message that was taken out of a mailbox, of which it keeps
	 * nothing but the position.
	 */
	static final class Empty extends Mark {

		Empty(int position) {
			this.position = position;
		}

	}

}
