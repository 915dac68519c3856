package io.genserver.runtime.mailbox;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait for room in a full mailbox, first come, first served, with a blocked
 * sender or without. Made when the first has to wait; a mailbox that is never full has
 * none.
 * <p>
 * Others leave as many places free as there are messages here. A message moves from here
 * into the mailbox on the thread that made room; its sender is woken only if the place
 * was all it waited for. So that a fast server does not wake a sender per message, places
 * are given out once half the mailbox is free, or when a watcher comes by, every
 * millisecond.
 * <p>
 * The sender of a message that waits unattended may send more, which must not overtake
 * it. So while there is such a message, places are given out before each message that
 * comes, and that one is taken only if no other waits then.
 *
 * @param <E> type of the messages
 */
public final class WaitingSenders<E extends MailboxEntry> implements Scheduler.Locking {

	private final ReentrantLock lock = new ReentrantLock();

	private final ArrayDeque<E> waiting = new ArrayDeque<>();

	private final AtomicBoolean observed = new AtomicBoolean();

	private final Mailbox<E> mailbox;

	private final MailboxOwner<E> owner;

	private volatile int size;

	/** How many of them wait unattended. */
	private volatile int unattended;

	/**
	 * Create an empty room.
	 * @param mailbox the mailbox, which is full
	 * @param owner whose it is
	 */
	public WaitingSenders(Mailbox<E> mailbox, MailboxOwner<E> owner) {
		this.mailbox = mailbox;
		this.owner = owner;
	}

	/**
	 * Return whether a watcher looks after this room.
	 * @return set while one does
	 */
	public AtomicBoolean observed() {
		return this.observed;
	}

	/**
	 * Return how many messages wait.
	 * @return the number
	 */
	public int size() {
		return this.size;
	}

	/**
	 * A message waits for room from now on, behind those that do.
	 * @param message the message, which must not be visible to another thread yet
	 */
	public void add(E message) {
		this.lock.lock();
		try {
			append(message);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A message waits for room from now on without its sender, behind those that do,
	 * unless too many wait so already.
	 * @param message the message, which must not be visible to another thread yet
	 * @param most how many may wait so
	 * @return whether it waits
	 */
	public boolean addUnattended(E message, int most) {
		this.lock.lock();
		try {
			if (this.unattended >= most) {
				return false;
			}
			append(message);
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return whether a message waits whose sender may send more.
	 * @return {@code true} if so
	 */
	public boolean hasUnattended() {
		return this.unattended > 0;
	}

	/** Only with the lock. */
	private void append(E message) {
		message.waitsForRoom();
		this.waiting.addLast(message);
		if (message.isUnattended()) {
			this.unattended = this.unattended + 1;
		}
		this.size = this.waiting.size();
	}

	/** A message was taken out. Only with the lock. */
	private void removed(E message) {
		if (message.isUnattended()) {
			this.unattended = this.unattended - 1;
		}
		this.size = this.waiting.size();
	}

	/**
	 * A message no longer waits.
	 * @param message the message
	 */
	public void remove(E message) {
		this.lock.lock();
		try {
			if (this.waiting.removeFirstOccurrence(message)) {
				removed(message);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Move messages into the mailbox while it has room. */
	public void admit() {
		E refused = move();
		while (refused != null) {
			// Without the lock, since ending the message must not hold others up. It is
			// kept until then: if that fails, the next caller of this method does it.
			this.owner.refused(refused);
			remove(refused);
			refused = move();
		}
	}

	/** Returns the first message that the mailbox, which is closed, does not take. */
	private @Nullable E move() {
		this.lock.lock();
		try {
			E first = this.waiting.peekFirst();
			while (first != null) {
				Mailbox.Offer offer = enter(first);
				if (offer == Mailbox.Offer.FULL) {
					return null;
				}
				if (offer == Mailbox.Offer.CLOSED) {
					return first;
				}
				this.waiting.pollFirst();
				removed(first);
				first = this.waiting.peekFirst();
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private Mailbox.@Nullable Offer enter(E message) {
		long now = this.owner.admissionTime(message);
		if (!message.move(MailboxEntry.ROOM, MailboxEntry.ENTERING)) {
			return null;
		}
		message.admittedAt(now);
		Mailbox.Offer offer = Mailbox.Offer.FULL;
		try {
			offer = this.mailbox.offer(message, 0);
		}
		finally {
			message.move(MailboxEntry.ENTERING,
					(offer == Mailbox.Offer.QUEUED) ? MailboxEntry.QUEUED : MailboxEntry.ROOM);
		}
		if (offer == Mailbox.Offer.QUEUED) {
			this.owner.admitted(message);
		}
		return offer;
	}

}
