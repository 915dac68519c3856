package io.genserver.runtime;

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
 */
final class Room implements Scheduler.Locking {

	private final ReentrantLock lock = new ReentrantLock();

	private final ArrayDeque<Message> waiting = new ArrayDeque<>();

	/** Whether a watcher looks after this room. */
	final AtomicBoolean observed = new AtomicBoolean();

	private volatile int size;

	int size() {
		return this.size;
	}

	void add(Message message) {
		this.lock.lock();
		try {
			this.waiting.addLast(message);
			this.size = this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	void remove(Message message) {
		this.lock.lock();
		try {
			this.waiting.removeFirstOccurrence(message);
			this.size = this.waiting.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Move messages into the mailbox while it has room.
	 * @param cell the owner of the mailbox
	 */
	void admit(ServerCell cell) {
		Message refused = move(cell);
		while (refused != null) {
			// Without the lock, as whoever is told must not hold others up. It stays here
			// until then: if that fails, whoever comes next does it.
			cell.abandon(refused);
			remove(refused);
			refused = move(cell);
		}
	}

	/** Returns the first message that the mailbox, which is closed, does not take. */
	private @Nullable Message move(ServerCell cell) {
		this.lock.lock();
		try {
			Message first = this.waiting.peekFirst();
			while (first != null) {
				Mailbox.Offer offer = enter(first, cell);
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

	private static Mailbox.@Nullable Offer enter(Message message, ServerCell cell) {
		Scheduler scheduler = cell.runtime().scheduler();
		long now = (message instanceof Call) ? scheduler.nanoTime() : 0;
		if (!message.move(Message.ROOM, Message.ENTERING)) {
			return null;
		}
		if (message instanceof Call call) {
			call.admittedAt(now);
		}
		Mailbox.Offer offer = Mailbox.Offer.FULL;
		try {
			offer = cell.mailbox().offer(message, 0);
		}
		finally {
			message.move(Message.ENTERING, (offer == Mailbox.Offer.QUEUED) ? Message.QUEUED : Message.ROOM);
		}
		if (offer == Mailbox.Offer.QUEUED) {
			if (message instanceof CastMessage cast) {
				scheduler.wake(cast);
			}
			cell.queued(message);
		}
		return offer;
	}

}
