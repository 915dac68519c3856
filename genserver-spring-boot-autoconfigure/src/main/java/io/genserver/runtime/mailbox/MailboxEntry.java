package io.genserver.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * What waits in a mailbox; at the same time the link of its queue, so that sending costs
 * one object.
 * <p>
 * <b>Slot.</b> Where the entry is in its life is one word, {@link #slot}, moved by
 * compare-and-set only: {@link #UNSENT} or {@link #ROOM} (waiting for room) →
 * {@link #ENTERING} → {@link #QUEUED} → {@link #RUNNING} → an outcome, which is final. An
 * entry that only its sender knows until a mailbox has it begins as {@code QUEUED}. One
 * that is given up goes from whatever it is straight to an outcome. The thread that moves
 * it from {@code QUEUED} owns its place in the mailbox. The subclass says what the
 * outcomes are and what follows from them.
 */
public abstract class MailboxEntry {

	/** Not in a mailbox, though it may be given up already. */
	public static final Object UNSENT = new Marker("UNSENT");

	/** Waiting for room in the mailbox, with a blocked sender. */
	public static final Object ROOM = new Marker("ROOM");

	/** Being moved into the mailbox; lasts a few instructions. */
	public static final Object ENTERING = new Marker("ENTERING");

	/** In the mailbox. */
	public static final Object QUEUED = new Marker("QUEUED");

	/** Taken out of the mailbox, its handler runs or is awaited. */
	public static final Object RUNNING = new Marker("RUNNING");

	private static final VarHandle SLOT;

	static {
		try {
			SLOT = MethodHandles.lookup().findVarHandle(MailboxEntry.class, "slot", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** The entry that was queued before this one, while both are on the stack side. */
	@Nullable MailboxEntry previous;

	/** The entry to be taken after this one, once on the consumer's side. */
	volatile @Nullable MailboxEntry next;

	/** How many messages were ever queued in this mailbox, this one included. */
	int position;

	/** Whether this entry no longer counts as an empty one; guarded by the sweep lock. */
	boolean swept;

	// Set in the constructor, without a fence: the entry is published later.
	@SuppressWarnings("NullAway.Init")
	private volatile Object slot;

	/**
	 * Create an entry.
	 * @param slot {@link #QUEUED} if only the sender knows it until it is queued,
	 * otherwise {@link #UNSENT}
	 */
	@SuppressWarnings("this-escape")
	protected MailboxEntry(Object slot) {
		SLOT.set(this, slot);
	}

	/**
	 * Return where it is in its life.
	 * @return one of the states above, or an outcome
	 */
	public final Object slot() {
		return this.slot;
	}

	/**
	 * Return whether it has its outcome.
	 * @return {@code true} once and for all
	 */
	public final boolean isOver() {
		return isOutcome(this.slot);
	}

	/**
	 * Tell states from outcomes.
	 * @param state what {@link #slot()} returned
	 * @return whether it is an outcome
	 */
	protected static boolean isOutcome(Object state) {
		return state != QUEUED && state != RUNNING && state != ROOM && state != ENTERING && state != UNSENT;
	}

	/**
	 * Return the state, once it is not {@code ENTERING}.
	 * @return one of the other states, or an outcome
	 */
	public final Object settledSlot() {
		Object now = this.slot;
		while (now == ENTERING) {
			Thread.onSpinWait();
			now = this.slot;
		}
		return now;
	}

	/**
	 * Move it from one state to another, or to its outcome.
	 * @param from the state it must be in
	 * @param to what comes then
	 * @return whether it was in that state
	 */
	protected final boolean move(Object from, Object to) {
		return SLOT.compareAndSet(this, from, to);
	}

	/** Only before the entry is visible to another thread. */
	final void waitsForRoom() {
		SLOT.set(this, ROOM);
	}

	/**
	 * It got the place it waited for; only by the thread that moved the slot from
	 * {@code ROOM}, before it is queued.
	 * @param time what its {@link MailboxOwner#admissionTime} was
	 */
	protected void admittedAt(long time) {
	}

	/**
	 * Return whether a later message may take its place.
	 * @return {@code true} if it may
	 */
	protected boolean isDisplaceable() {
		return false;
	}

	/**
	 * A later message takes its place.
	 * @return whether it was still queued; its place is not free yet
	 */
	protected boolean displace() {
		return false;
	}

	/**
	 * Return whether its sender does not wait with it for room in the mailbox, and may
	 * send more.
	 * @return {@code true} if no thread waits
	 */
	protected boolean isUnattended() {
		return false;
	}

	/**
	 * Return whether it may stay in a mailbox after its end without keeping anything of
	 * its sender or its outcome.
	 * @return {@code false} unless that is certain
	 */
	protected boolean holdsNothing() {
		return false;
	}

	/** A state that is not an outcome. */
	private record Marker(String name) {

		@Override
		public String toString() {
			return this.name;
		}

	}

}
