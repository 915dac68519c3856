package io.genserver.runtime.message;

import io.genserver.CallInterruptedException;
import io.genserver.DeadLetter;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import org.jspecify.annotations.Nullable;

/**
 * What a sender gets when its message is not taken. Counts the message too, unless it
 * says otherwise.
 */
public final class SendRefusals {

	private SendRefusals() {
	}

	public static MailboxFullException full(Recipient recipient, Message message, String more) {
		recipient.dropped(message, DeadLetter.Reason.MAILBOX_FULL);
		return new MailboxFullException("Mailbox of " + recipient.label() + " is full ("
				+ recipient.mailbox().capacity() + ")" + more + "; " + message.operation()
				+ " was not queued. Slow down, or raise genserver.servers." + recipient.name() + ".mailbox.capacity");
	}

	/** For a cast of a peer whose casts hold many places already. */
	public static MailboxFullException beyondShare(Recipient recipient, Message message, int held) {
		recipient.dropped(message, DeadLetter.Reason.MAILBOX_FULL);
		return new MailboxFullException("Mailbox of " + recipient.label() + " takes no more casts of "
				+ message.caller() + ", whose casts hold " + held + " of its " + recipient.mailbox().capacity()
				+ " places, while others send to it too; " + message.operation()
				+ " was not queued. Raise genserver.servers." + recipient.name() + ".mailbox.capacity for more");
	}

	public static CallInterruptedException interrupted(Recipient recipient, Message message) {
		recipient.dropped(message, DeadLetter.Reason.MAILBOX_FULL);
		return new CallInterruptedException("The thread was interrupted while it waited for room in the mailbox of "
				+ recipient.label() + "; " + message.operation() + " was not queued", true);
	}

	public static GenServerUnavailableException stopped(Recipient recipient, Message message) {
		recipient.dropped(message, DeadLetter.Reason.STOPPED);
		return abandoned(recipient, message);
	}

	/** For a message that was counted when its server ended. */
	public static GenServerUnavailableException abandoned(Recipient recipient, Message message) {
		boolean failed = recipient.hasFailed();
		return new GenServerUnavailableException("Server " + recipient.label()
				+ (failed ? " has failed" : " is stopped") + "; " + message.operation() + " was not executed", true,
				recipient.failure());
	}

	/** For a cast that was counted when a later one took its place. */
	public static MailboxFullException displaced(Recipient recipient, Message message) {
		return new MailboxFullException(
				"Mailbox of " + recipient.label() + " is full (" + recipient.mailbox().capacity() + "); "
						+ message.operation() + " made room for a later cast and was not executed");
	}

	/** For a message that has no recipient. */
	public static GenServerUnavailableException refused(DeadLetters deadLetters, String server, @Nullable String key,
			Message message, String why) {
		return refused(deadLetters, server, key, message, DeadLetter.Reason.STOPPED, why);
	}

	/** For a message that has no recipient, for some reason. */
	public static GenServerUnavailableException refused(DeadLetters deadLetters, String server, @Nullable String key,
			Message message, DeadLetter.Reason reason, String why) {
		deadLetters.report(server, key, message.operation().name(), message.isCast(), reason);
		return new GenServerUnavailableException("Server " + server + ((key != null) ? "/" + key : "") + " refused "
				+ message.operation() + ", which was not executed: " + why, true);
	}

}
