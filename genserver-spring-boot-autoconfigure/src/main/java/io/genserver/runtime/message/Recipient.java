package io.genserver.runtime.message;

import io.genserver.DeadLetter;
import io.genserver.ServerInfo;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Where a message is sent, and what its end means there: one instance of a server. All
 * methods are safe on any thread.
 */
public interface Recipient {

	/**
	 * Return the name of the server.
	 * @return the name
	 */
	String name();

	/**
	 * Return the key of the instance.
	 * @return the key, {@code null} if the server is not keyed
	 */
	@Nullable String key();

	/**
	 * Return name and key, for messages.
	 * @return the label
	 */
	String label();

	/**
	 * Return where its messages are queued.
	 * @return the mailbox
	 */
	Mailbox<Message> mailbox();

	/**
	 * Return who has the time, and wakes who waits.
	 * @return the scheduler
	 */
	Scheduler scheduler();

	/**
	 * Return whether it has failed for good.
	 * @return whether it has
	 */
	boolean hasFailed();

	/**
	 * Return why it has failed, or is restarting.
	 * @return the failure, {@code null} if there is none
	 */
	@Nullable Throwable failure();

	/**
	 * Return what the constructor of the first instance of a key threw, which the calls
	 * that waited for the instance fail with.
	 * @return the failure, {@code null} if there is no key, or the constructor has not
	 * failed, or was interrupted since the server was to stop
	 */
	@Nullable Throwable constructorFailure();

	/**
	 * Return what has been running there for the longest time.
	 * @return the message and its age, {@code null} if nothing runs
	 */
	ServerInfo.@Nullable InFlight oldestInFlight();

	/**
	 * Count and report a message that was refused or discarded.
	 * @param message the message
	 * @param reason why
	 */
	void dropped(Message message, DeadLetter.Reason reason);

	/** Count a reply that came after the end of its message. */
	void repliedLate();

	/** A queued message was given up: its place is free. */
	void freed();

	/**
	 * A message gave up waiting for room.
	 * @param message the message
	 */
	void leftRoom(Message message);

	/**
	 * A call has ended before it had its reply: what its handler returned need not be
	 * waited for.
	 * @param call the call
	 */
	void unwanted(CallMessage call);

	/**
	 * Return whether a message that may overlap waits behind another of its sender that
	 * may not.
	 * @param message the message
	 * @return whether it does
	 */
	boolean isHeldUp(Message message);

	/**
	 * Return the recipient that has to end before this one begins.
	 * @return the predecessor, {@code null} if there is none
	 */
	@Nullable Recipient predecessor();

	/**
	 * Return what its turn, blocked or parked, waits for; see {@link Cycles}.
	 * @return the wait, {@code null} if there is none
	 */
	@Nullable Wait waitsFor();

	/**
	 * Its turn waits from now on, or no longer does.
	 * @param wait what for, {@code null} for nothing
	 */
	void waitFor(@Nullable Wait wait);

	/**
	 * Return what only one thread at a time holds that breaks a cycle of waits.
	 * @return the lock, the same for all recipients that can wait for each other
	 */
	Object cycleLock();

}
