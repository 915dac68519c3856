package io.genserver.runtime;

import io.genserver.CallInterruptedException;
import io.genserver.DeadLetter;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.ServerState;
import org.jspecify.annotations.Nullable;

/**
 * What a sender is told when its message is not taken. Counts the message too, unless it
 * says otherwise.
 */
final class Refusals {

	private Refusals() {
	}

	static MailboxFullException full(ServerCell cell, Message message, String more) {
		cell.dropped(message.operation(), message.isCast(), DeadLetter.Reason.MAILBOX_FULL);
		return new MailboxFullException("Mailbox of " + cell.label() + " is full (" + cell.mailbox().capacity() + ")"
				+ more + "; " + message.operation() + " was not queued. Slow down, or raise genserver.servers."
				+ cell.name() + ".mailbox.capacity");
	}

	/** For a cast of a peer whose casts hold many places already. */
	static MailboxFullException beyondShare(ServerCell cell, Message message, int held) {
		cell.dropped(message.operation(), message.isCast(), DeadLetter.Reason.MAILBOX_FULL);
		return new MailboxFullException("Mailbox of " + cell.label() + " takes no more casts of " + message.caller()
				+ ", whose casts hold " + held + " of its " + cell.mailbox().capacity()
				+ " places, while others send to it too; " + message.operation()
				+ " was not queued. Raise genserver.servers." + cell.name() + ".mailbox.capacity for more");
	}

	static CallInterruptedException interrupted(ServerCell cell, Message message) {
		cell.dropped(message.operation(), message.isCast(), DeadLetter.Reason.MAILBOX_FULL);
		return new CallInterruptedException("The thread was interrupted while it waited for room in the mailbox of "
				+ cell.label() + "; " + message.operation() + " was not queued", true);
	}

	static GenServerUnavailableException stopped(ServerCell cell, Message message) {
		cell.dropped(message.operation(), message.isCast(), DeadLetter.Reason.STOPPED);
		return abandoned(cell, message);
	}

	/** For a message that was counted when its server ended. */
	static GenServerUnavailableException abandoned(ServerCell cell, Message message) {
		boolean failed = cell.life().state() == ServerState.FAILED;
		return new GenServerUnavailableException("Server " + cell.label() + (failed ? " has failed" : " is stopped")
				+ "; " + message.operation() + " was not executed", true, cell.life().failure());
	}

	/** For a cast that was counted when a later one took its place. */
	static MailboxFullException displaced(ServerCell cell, Message message) {
		return new MailboxFullException("Mailbox of " + cell.label() + " is full (" + cell.mailbox().capacity() + "); "
				+ message.operation() + " made room for a later cast and was not executed");
	}

	static GenServerUnavailableException refused(Server server, @Nullable String key, Message message, String why) {
		server.runtime()
			.deadLetters()
			.report(server.name(), key, message.operation().name(), message.isCast(), DeadLetter.Reason.STOPPED);
		return new GenServerUnavailableException("Server " + server.name() + ((key != null) ? "/" + key : "")
				+ " refused " + message.operation() + ", which was not executed: " + why, true);
	}

}
