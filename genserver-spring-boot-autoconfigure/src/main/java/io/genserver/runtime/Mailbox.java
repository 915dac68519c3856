package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A bounded queue of messages for many producers and one consumer, without a node of its
 * own per message.
 * <p>
 * Producers push onto a stack with one compare-and-set of {@link #top}. Each message
 * knows its {@code position}: how many were ever pushed up to it. So the very
 * compare-and-set that links a message also proves the bound: size is {@code position of
 * top - taken - freed}, both counters only grow, hence a size read for an unchanged top
 * can only be too large. The consumer takes all that was pushed since {@link #lastTaken}
 * at once and reverses it into its private list. The last message taken stays on top,
 * with its reply and whoever waited for it, until the consumer, having nothing more to
 * do, puts an {@link Mark.Empty} in its place, which is what an idle mailbox costs. The
 * mark is a new one each time: a producer that has seen an older top must not find it
 * there again.
 * <p>
 * Closing pushes a {@link ClosedMark}: a push either came before it and will be taken, or
 * is refused.
 * <p>
 * A message given up while queued is counted in {@link #freed} at once, which frees its
 * place, and stays behind as an empty entry. Once more than half the capacity are empty
 * entries whoever makes the next one unlinks them. {@link #sweepLock} keeps the sweep and
 * the consumer's taking apart; popping from the private list needs no lock, since
 * unlinking the follower of a popped entry harms nobody, and neither end of a list is
 * ever unlinked.
 */
class Mailbox {

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
			TOP = lookup.findVarHandle(Mailbox.class, "top", Message.class);
			TAKEN = lookup.findVarHandle(Mailbox.class, "taken", int.class);
			FREED = lookup.findVarHandle(Mailbox.class, "freed", int.class);
			EMPTY = lookup.findVarHandle(Mailbox.class, "empty", int.class);
			SWEEP_LOCK = lookup.findVarHandle(Mailbox.class, "sweepLock", boolean.class);
			HEAD = lookup.findVarHandle(Mailbox.class, "head", Message.class);
			NEXT = lookup.findVarHandle(Message.class, "next", Message.class);
			HIGH_WATER = lookup.findVarHandle(Mailbox.class, "highWater", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final int capacity;

	private volatile @Nullable Message top;

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
	private @Nullable Message lastTaken;

	/** First of the consumer's private list; written by the consumer only. */
	private volatile @Nullable Message head;

	Mailbox(int capacity) {
		this.capacity = capacity;
	}

	/**
	 * Queue a message.
	 * @param message the message
	 * @param reserved number of places kept for others
	 * @return whether it was queued, or why not
	 */
	Offer offer(Message message, int reserved) {
		while (true) {
			Message first = this.top;
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
	 * Refuse messages from now on. What is queued stays.
	 * @return {@code false} if it was closed already
	 */
	boolean close() {
		ClosedMark closed = new ClosedMark();
		while (true) {
			Message first = this.top;
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
	boolean closeIfDrained() {
		Message first = this.top;
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
	@Nullable CastMessage displaceOldest() {
		return null;
	}

	boolean isClosed() {
		return this.top instanceof ClosedMark;
	}

	/**
	 * Take the next message, given up or not. Only by the consumer. Its place stays
	 * occupied until {@link #started()} or was freed when it was given up.
	 * @return the message, or {@code null} if there is none
	 */
	@Nullable Message poll() {
		Message first = this.head;
		if (first == null) {
			first = takeAll();
			if (first == null) {
				return null;
			}
		}
		unlink(first);
		return first;
	}

	/**
	 * Look at the message that {@link #poll()} would take. Only by the consumer.
	 * @return the message, given up or not, or {@code null} if there is none
	 */
	@Nullable Message peek() {
		Message first = this.head;
		return (first != null) ? first : takeAll();
	}

	/**
	 * The message just taken is being handled: its place is free. Only by the consumer.
	 */
	void started() {
		TAKEN.setRelease(this, (int) TAKEN.get(this) + 1);
	}

	/**
	 * The message just taken had been given up. Only by the consumer.
	 * @param message the message
	 */
	void skipped(Message message) {
		lockSweep();
		if (!message.swept) {
			message.swept = true;
			EMPTY.getAndAdd(this, -1);
		}
		unlockSweep();
	}

	/**
	 * Free the place of a queued message. Called once, by whoever gave it up.
	 */
	void free() {
		FREED.getAndAdd(this, 1);
		int left = (int) EMPTY.getAndAdd(this, 1) + 1;
		if (left > this.capacity / 2) {
			sweep();
		}
	}

	/**
	 * Keep nothing of the last message, if there is no other. Only by the consumer.
	 * Whoever walks the entries meanwhile may meet the mark as if it had been pushed.
	 */
	void letGo() {
		Message last = this.lastTaken;
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

	/** Whether a consumer that found nothing may leave. Only by the consumer. */
	boolean isDrained() {
		if (this.head != null) {
			return false;
		}
		return this.top == this.lastTaken;
	}

	int size() {
		Message first = this.top;
		int base = (first != null) ? first.position : 0;
		return Math.max(0, Math.min(this.capacity, base - this.taken - this.freed));
	}

	/** Number of messages ever queued, modulo 2^32. */
	int position() {
		Message first = this.top;
		return (first != null) ? first.position : 0;
	}

	int capacity() {
		return this.capacity;
	}

	int highWater() {
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
	List<Message> queued() {
		lockSweep();
		try {
			List<Message> messages;
			Message first;
			do {
				// One that is popped meanwhile has lost its follower.
				messages = new ArrayList<>();
				first = this.head;
				for (Message entry = first; entry != null; entry = entry.next) {
					messages.add(entry);
				}
			}
			while (first != this.head);
			int newer = messages.size();
			for (Message entry = this.top; entry != null && entry != this.lastTaken; entry = entry.previous) {
				if (!(entry instanceof Mark)) {
					messages.add(entry);
				}
			}
			Collections.reverse(messages.subList(newer, messages.size()));
			return messages;
		}
		finally {
			unlockSweep();
		}
	}

	private @Nullable Message takeAll() {
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
	@Nullable Message transfer() {
		Message first = this.top;
		Message last = this.lastTaken;
		Message list = null;
		Message entry = first;
		while (entry != null && entry != last) {
			Message older = entry.previous;
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
	final void unlink(Message first) {
		HEAD.setRelease(this, first.next);
		// Whoever still holds the message must not hold its followers.
		NEXT.setOpaque(first, null);
	}

	final @Nullable Message top() {
		return this.top;
	}

	final @Nullable Message head() {
		return this.head;
	}

	/** What was on top when the consumer last took. Only under the sweep lock. */
	final @Nullable Message lastTaken() {
		return this.lastTaken;
	}

	private void sweep() {
		lockSweep();
		try {
			Message entry = this.head;
			while (entry != null) {
				Message follower = entry.next;
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
				Message older = entry.previous;
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

	private void markSwept(Message message) {
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

	/** What became of an offered message. */
	enum Offer {

		QUEUED, FULL, CLOSED

	}

}
