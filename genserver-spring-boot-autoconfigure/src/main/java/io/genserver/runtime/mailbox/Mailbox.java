package io.genserver.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of messages for many producers and one consumer. A message is its own
 * node, a {@link MailboxEntry}.
 * <p>
 * Producers push onto a stack with one compare-and-set of {@link #top}. Each message
 * knows its {@code position}: how many were ever pushed up to it. So the very
 * compare-and-set that links a message also proves the bound: size is {@code position of
 * top - taken - freed}, both counters only grow, hence a size read for an unchanged top
 * can only be too large. The consumer takes all that was pushed since {@link #lastTaken}
 * at once and reverses it into its private list. The last message taken stays on top,
 * with its reply and the thread that waited for it, until the consumer, having nothing
 * more to do, puts an {@link Mark.Empty} in its place, which is what an idle mailbox
 * costs. The mark is a new one each time: a producer that has seen an older top must not
 * find it there again.
 * <p>
 * Closing pushes a {@link ClosedMark}: a push either came before it and will be taken, or
 * is refused.
 * <p>
 * A message given up while queued is counted in {@link #freed} at once, which frees its
 * place, and stays behind as an empty entry. Once more than half the capacity are empty
 * entries the thread that makes the next one unlinks them. {@link #sweepLock} keeps the
 * sweep and the consumer's taking apart; popping from the private list needs no lock,
 * since unlinking the follower of a popped entry does no harm, and neither end of a list
 * is ever unlinked.
 *
 * @param <E> type of the messages
 */
public class Mailbox<E extends MailboxEntry> {

	private static final VarHandle TOP;

	private static final VarHandle TAKEN;

	private static final VarHandle FREED;

	private static final VarHandle EMPTY;

	private static final VarHandle SWEEP_LOCK;

	private static final VarHandle HIGH_WATER;

	private static final VarHandle HEAD;

	private static final VarHandle NEXT;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			TOP = lookup.findVarHandle(Mailbox.class, "top", MailboxEntry.class);
			TAKEN = lookup.findVarHandle(Mailbox.class, "taken", int.class);
			FREED = lookup.findVarHandle(Mailbox.class, "freed", int.class);
			EMPTY = lookup.findVarHandle(Mailbox.class, "empty", int.class);
			SWEEP_LOCK = lookup.findVarHandle(Mailbox.class, "sweepLock", boolean.class);
			HEAD = lookup.findVarHandle(Mailbox.class, "head", MailboxEntry.class);
			NEXT = lookup.findVarHandle(MailboxEntry.class, "next", MailboxEntry.class);
			HIGH_WATER = lookup.findVarHandle(Mailbox.class, "highWater", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final int capacity;

	private volatile @Nullable MailboxEntry top;

	/** Messages the consumer started; written by the consumer only. */
	private volatile int taken;

	/** Messages given up while queued. */
	private volatile int freed;

	/** Given up messages that are still linked. */
	private volatile int empty;

	private volatile boolean sweepLock;

	private volatile int highWater;

	/**
	 * What was on top when the consumer last took, or the mark in its place; written by
	 * the consumer only, read by others under the sweep lock.
	 */
	private @Nullable MailboxEntry lastTaken;

	/** First of the consumer's private list; written by the consumer only. */
	private volatile @Nullable MailboxEntry head;

	/**
	 * Create an empty mailbox.
	 * @param capacity how many entries it takes
	 */
	public Mailbox(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Queue a message.
	 * @param message the message
	 * @param reserved number of places kept for others
	 * @return whether it was queued, or why not
	 */
	public Offer offer(E message, int reserved) {
		while (true) {
			MailboxEntry first = this.top;
			if (first instanceof ClosedMark) {
				return Offer.CLOSED;
			}
			int base = (first != null) ? first.position : 0;
			int size = base - this.taken - this.freed;
			if (size + reserved >= this.capacity) {
				// The counters may have been read for an older top.
				if (first == this.top) {
					return Offer.FULL;
				}
				continue;
			}
			message.previous = first;
			message.position = base + 1;
			if (TOP.compareAndSet(this, first, message)) {
				if (size >= this.highWater) {
					raiseHighWater(size + 1);
				}
				return Offer.QUEUED;
			}
			Thread.onSpinWait();
		}
	}

	/**
	 * Queue a message that may be given up meanwhile. One that was given up before needs
	 * no place.
	 * @param message the message, which others may know
	 * @param reserved number of places kept for others
	 * @return whether it was queued, or why not
	 */
	public Offer offerKnown(E message, int reserved) {
		if (!message.move(MailboxEntry.UNSENT, MailboxEntry.ENTERING)) {
			return Offer.QUEUED;
		}
		Offer offer = Offer.FULL;
		try {
			offer = offer(message, reserved);
		}
		finally {
			message.move(MailboxEntry.ENTERING, (offer == Offer.QUEUED) ? MailboxEntry.QUEUED : MailboxEntry.UNSENT);
		}
		return offer;
	}

	/**
	 * Refuse messages from now on. What is queued stays.
	 * @return {@code false} if it was closed already
	 */
	public boolean close() {
		ClosedMark closed = new ClosedMark();
		while (true) {
			MailboxEntry first = this.top;
			if (first instanceof ClosedMark) {
				return false;
			}
			closed.previous = first;
			closed.position = (first != null) ? first.position : 0;
			if (TOP.compareAndSet(this, first, closed)) {
				return true;
			}
		}
	}

	/**
	 * Refuse messages from now on, if there is none. Only by the consumer.
	 * @return {@code false} if there is a message, or it was closed already
	 */
	public boolean closeIfDrained() {
		MailboxEntry first = this.top;
		if (first instanceof ClosedMark || this.head != null || first != this.lastTaken) {
			return false;
		}
		ClosedMark closed = new ClosedMark();
		closed.position = (first != null) ? first.position : 0;
		// Whatever is sent in between changes the top.
		return TOP.compareAndSet(this, first, closed);
	}

	/**
	 * Find the cast that has waited longest and give it up. Safe on any thread.
	 * @return the cast, whose place is not free yet, or {@code null} if there is none
	 * that may be displaced
	 */
	public @Nullable E displaceOldest() {
		return null;
	}

	/**
	 * Return whether messages are refused.
	 * @return {@code true} from the close on
	 */
	public boolean isClosed() {
		return this.top instanceof ClosedMark;
	}

	/**
	 * Take the next message, given up or not. Only by the consumer. Its place stays
	 * occupied until {@link #started()}, or was freed when it was given up.
	 * @return the message, or {@code null} if there is none
	 */
	public @Nullable E poll() {
		MailboxEntry first = this.head;
		if (first == null) {
			first = takeAll();
			if (first == null) {
				return null;
			}
		}
		unlink(first);
		return message(first);
	}

	/**
	 * Look at the message that {@link #poll()} would take. Only by the consumer.
	 * @return the message, given up or not, or {@code null} if there is none
	 */
	public @Nullable E peek() {
		MailboxEntry known = this.head;
		MailboxEntry first = (known != null) ? known : takeAll();
		return (first != null) ? message(first) : null;
	}

	/**
	 * The message just taken is being handled: its place is free. Only by the consumer.
	 */
	public void started() {
		TAKEN.setRelease(this, (int) TAKEN.get(this) + 1);
	}

	/**
	 * The message just taken had been given up. Only by the consumer.
	 * @param message the message
	 */
	public void skipped(E message) {
		lockSweep();
		if (!message.swept) {
			message.swept = true;
			EMPTY.getAndAdd(this, -1);
		}
		unlockSweep();
	}

	/**
	 * Free the place of a queued message. Called once, by the thread that gave it up.
	 */
	public void free() {
		FREED.getAndAdd(this, 1);
		int left = (int) EMPTY.getAndAdd(this, 1) + 1;
		if (left > this.capacity / 2) {
			sweep();
		}
	}

	/**
	 * Keep nothing of the last message, if there is no other. Only by the consumer. A
	 * thread that walks the entries meanwhile may meet the mark as if it had been pushed.
	 */
	public void letGo() {
		MailboxEntry last = this.lastTaken;
		if (last == null || last != this.top || this.head != null || last.holdsNothing()) {
			return;
		}
		try {
			Mark.Empty mark = new Mark.Empty(last.position);
			if (TOP.compareAndSet(this, last, mark)) {
				this.lastTaken = mark;
			}
		}
		catch (OutOfMemoryError ex) {
			// It stays until there is memory again, which must not end the turn.
		}
	}

	/**
	 * Return whether a consumer that found nothing may leave. Only by the consumer.
	 * @return {@code true} if there is no message
	 */
	public boolean isDrained() {
		if (this.head != null) {
			return false;
		}
		return this.top == this.lastTaken;
	}

	/**
	 * Return how many places are taken.
	 * @return the number, which senders may change at any time
	 */
	public int size() {
		MailboxEntry first = this.top;
		int base = (first != null) ? first.position : 0;
		return Math.max(0, Math.min(this.capacity, base - this.taken - this.freed));
	}

	/**
	 * Return how many messages were ever queued.
	 * @return the number, modulo 2^32
	 */
	public int position() {
		MailboxEntry first = this.top;
		return (first != null) ? first.position : 0;
	}

	/**
	 * Return how many places there are.
	 * @return the capacity
	 */
	public int capacity() {
		return this.capacity;
	}

	/**
	 * Return how many places were taken at most at the same time.
	 * @return the number
	 */
	public int highWater() {
		return this.highWater;
	}

	int emptyEntries() {
		return this.empty;
	}

	/**
	 * List what is queued, in order, without taking it. What the consumer takes meanwhile
	 * may be listed; nothing else is missing.
	 * @return the messages, given up ones included
	 */
	public List<E> queued() {
		lockSweep();
		try {
			List<E> messages;
			MailboxEntry first;
			do {
				// One that is popped meanwhile has lost its follower.
				messages = new ArrayList<>();
				first = this.head;
				for (MailboxEntry entry = first; entry != null; entry = entry.next) {
					messages.add(message(entry));
				}
			}
			while (first != this.head);
			int newer = messages.size();
			for (MailboxEntry entry = this.top; entry != null && entry != this.lastTaken; entry = entry.previous) {
				if (!(entry instanceof Mark)) {
					messages.add(message(entry));
				}
			}
			Collections.reverse(messages.subList(newer, messages.size()));
			return messages;
		}
		finally {
			unlockSweep();
		}
	}

	/** An entry that is none of the marks: only messages of one type are offered. */
	@SuppressWarnings("unchecked")
	final E message(MailboxEntry entry) {
		return (E) entry;
	}

	private @Nullable MailboxEntry takeAll() {
		if (this.top == this.lastTaken) {
			return null;
		}
		lockSweep();
		try {
			return transfer();
		}
		finally {
			unlockSweep();
		}
	}

	/** Turn what was pushed into the private list. Only by the consumer, locked. */
	@Nullable MailboxEntry transfer() {
		MailboxEntry first = this.top;
		MailboxEntry last = this.lastTaken;
		MailboxEntry list = null;
		MailboxEntry entry = first;
		while (entry != null && entry != last) {
			MailboxEntry older = entry.previous;
			entry.previous = null;
			if (!(entry instanceof Mark)) {
				NEXT.set(entry, list);
				list = entry;
			}
			entry = older;
		}
		this.lastTaken = first;
		HEAD.set(this, list);
		return list;
	}

	/** Take the first entry of the private list out of it. Only by the consumer. */
	final void unlink(MailboxEntry first) {
		HEAD.setRelease(this, first.next);
		// A caller that still holds the message must not hold its followers.
		NEXT.setOpaque(first, null);
	}

	final @Nullable MailboxEntry top() {
		return this.top;
	}

	final @Nullable MailboxEntry head() {
		return this.head;
	}

	/** What was on top when the consumer last took. Only under the sweep lock. */
	final @Nullable MailboxEntry lastTaken() {
		return this.lastTaken;
	}

	private void sweep() {
		lockSweep();
		try {
			MailboxEntry entry = this.head;
			while (entry != null) {
				MailboxEntry follower = entry.next;
				if (follower != null && follower.isOver()) {
					entry.next = follower.next;
					markSwept(follower);
				}
				else {
					entry = follower;
				}
			}
			entry = this.top;
			while (entry != null && entry != this.lastTaken) {
				MailboxEntry older = entry.previous;
				if (older != null && older != this.lastTaken && older.isOver()) {
					entry.previous = older.previous;
					markSwept(older);
				}
				else {
					entry = older;
				}
			}
		}
		finally {
			unlockSweep();
		}
	}

	private void markSwept(MailboxEntry message) {
		if (!message.swept) {
			message.swept = true;
			EMPTY.getAndAdd(this, -1);
		}
	}

	final void lockSweep() {
		while (!SWEEP_LOCK.compareAndSet(this, false, true)) {
			Thread.onSpinWait();
		}
	}

	final void unlockSweep() {
		SWEEP_LOCK.setRelease(this, false);
	}

	private void raiseHighWater(int size) {
		int known = this.highWater;
		while (size > known && !HIGH_WATER.compareAndSet(this, known, size)) {
			known = this.highWater;
		}
	}

	/**
	 * Return the classes of entries that are no messages, for who loads classes early.
	 * @return the classes
	 */
	public static List<Class<?>> marks() {
		return List.of(Mark.Empty.class, ClosedMark.class);
	}

	/** What became of an offered message. */
	public enum Offer {

		/** It has a place. */
		QUEUED,

		/** There is no place for it. */
		FULL,

		/** The mailbox refuses messages. */
		CLOSED

	}

}
