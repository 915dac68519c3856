package io.genserver.runtime.mailbox;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Messages whose blocked senders wait for room in a full mailbox, first come, first
 * served. Made when the first sender has to wait; a mailbox that is never full has none.
 * <p>
 * Others leave as many places free as there are messages here. A message moves from here
 * into the mailbox on the thread that made room; its sender is woken only if the place
 * was all it waited for. So that a fast server does not wake a sender per message, places
 * are given out once half the mailbox is free, or when a watcher comes by, every
 * millisecond.
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
		message.waitsForRoom();
		this.lock.lock();
		try {
			this.waiting.addLast(message);
			this.size = this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A message no longer waits.
	 * @param message the message
	 */
	public void remove(E message) {
		this.lock.lock();
		try {
			this.waiting.removeFirstOccurrence(message);
			this.size = this.waiting.size();
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
				this.size = this.waiting.size();
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
