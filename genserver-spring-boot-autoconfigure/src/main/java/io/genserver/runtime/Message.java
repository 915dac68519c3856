package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.genserver.Caller;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.Invocation;
import io.genserver.runtime.contract.Operation;
import org.jspecify.annotations.Nullable;

/**
 * What waits in a mailbox; at the same time the link of its queue, so that sending costs
 * one object.
 * <p>
 * <b>Slot.</b> Where the message is in its life is one word, {@link #slot}, moved by
 * compare-and-set only: {@link #UNSENT} or {@link #ROOM} (waiting for room) →
 * {@link #ENTERING} → {@link #QUEUED} → {@link #RUNNING} → an outcome, which is final. A
 * message that only its sender knows until a mailbox has it begins as {@code QUEUED}. A
 * message that is given up goes from whatever it is straight to an outcome. Whoever moves
 * it to its outcome, and nobody else, tells the sender; whoever moves it from
 * {@code QUEUED} owns its place in the mailbox and its payload. A cast nobody can give up
 * skips the compare-and-sets: only the consumer looks at it.
 */
abstract class Message extends Wait implements Invocation {

	private static final SafeLogger logger = SafeLogger.of(Message.class);

	/** Not in a mailbox, though it may be given up already. */
	static final Object UNSENT = new Marker("UNSENT");

	/** Waiting for room in the mailbox, with a blocked sender. */
	static final Object ROOM = new Marker("ROOM");

	/** Being moved into the mailbox; lasts a few instructions. */
	static final Object ENTERING = new Marker("ENTERING");

	/** In the mailbox. */
	static final Object QUEUED = new Marker("QUEUED");

	/** Taken out of the mailbox, its handler runs or is awaited. */
	static final Object RUNNING = new Marker("RUNNING");

	private static final VarHandle SLOT;

	static {
		try {
			SLOT = MethodHandles.lookup().findVarHandle(Message.class, "slot", Object.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** The message that was queued before this one, while both are on the stack side. */
	@Nullable Message previous;

	/** The message to be taken after this one, once on the consumer's side. */
	volatile @Nullable Message next;

	/** How many messages were ever queued in this mailbox, this one included. */
	int position;

	/** Whether this entry no longer counts as an empty one; guarded by the sweep lock. */
	boolean swept;

	// Set in the constructor, without a fence: the message is published later.
	@SuppressWarnings("NullAway.Init")
	private volatile Object slot;

	private final Operation operation;

	private @Nullable Object payload;

	/** A {@link ServerCell}, a {@link Thread} or a {@link Caller}. */
	private @Nullable Object origin;

	/** What interceptors see of it, if there are any. */
	@Nullable MessageEnvelope envelope;

	Message(Operation operation, @Nullable Object payload, Object origin, Object slot) {
		this.operation = operation;
		this.payload = payload;
		this.origin = origin;
		SLOT.set(this, slot);
	}

	final Operation operation() {
		return this.operation;
	}

	final @Nullable Object payload() {
		return this.payload;
	}

	@Override
	public boolean isReplyDeferred() {
		return false;
	}

	/**
	 * Describe the sender.
	 * @return the sender, or a thread without name once the message is over
	 */
	final Caller caller() {
		return caller(this.origin);
	}

	static Caller caller(@Nullable Object origin) {
		if (origin instanceof ServerCell cell) {
			return new Caller.Server(cell.name(), cell.key());
		}
		if (origin instanceof Caller caller) {
			return caller;
		}
		return new Caller.Local((origin instanceof Thread thread) ? thread.getName() : "");
	}

	/** It is over; interceptors want to know. */
	final void told(@Nullable Throwable failure) {
		MessageEnvelope seen = this.envelope;
		if (seen != null) {
			seen.ended(failure);
		}
	}

	/** Its handler has replied after its end. */
	final void repliedLate(ServerCell cell) {
		cell.statistics().lateReply();
		MessageEnvelope seen = this.envelope;
		if (seen != null) {
			seen.repliedLate();
		}
	}

	final @Nullable Object origin() {
		return this.origin;
	}

	final Object slot() {
		return this.slot;
	}

	/**
	 * Return whether the message has its outcome.
	 * @return {@code true} once and for all
	 */
	public final boolean isOver() {
		return isOutcome(this.slot);
	}

	static boolean isOutcome(Object state) {
		return state != QUEUED && state != RUNNING && state != ROOM && state != ENTERING && state != UNSENT;
	}

	/** The state, once it is not {@code ENTERING}. */
	final Object settledSlot() {
		Object now = this.slot;
		while (now == ENTERING) {
			Thread.onSpinWait();
			now = this.slot;
		}
		return now;
	}

	final boolean move(Object from, Object to) {
		return SLOT.compareAndSet(this, from, to);
	}

	/** Its sender is about to wait for room. */
	void waitingAt(ServerCell cell) {
	}

	/** Only before the message is visible to another thread. */
	final void waitsForRoom() {
		SLOT.set(this, ROOM);
	}

	/**
	 * Forget everything the message carries; it may stay linked for a while. Only by the
	 * owner of the payload.
	 */
	final void forget() {
		this.payload = null;
		this.origin = null;
	}

	/**
	 * Forget a payload that no handler has seen. Only by the owner of the payload.
	 */
	final void discard() {
		Object unused = this.payload;
		forget();
		letGo(unused);
	}

	/**
	 * Let go of the payload, which no handler has seen, of a message that is not over.
	 * Only by the owner of the payload.
	 */
	final void letGoOfPayload() {
		letGo(this.payload);
	}

	private void letGo(@Nullable Object unused) {
		try {
			this.operation.discard(unused);
		}
		catch (Throwable ex) {
			logger.warn("{} failed to let a payload go", this.operation, ex);
		}
	}

	/**
	 * Take the message out of the mailbox in order to run it. Only by the consumer.
	 * @return {@code false} if it was given up while it waited
	 */
	abstract boolean start();

	/**
	 * Start the message although it stays linked in the mailbox. Its place is to be freed
	 * like that of one that was given up; the consumer will pass it over.
	 * @return {@code false} if it was given up or started before
	 */
	boolean startInPlace() {
		return move(QUEUED, RUNNING);
	}

	/**
	 * Deliver the result of the handler. Called once after a successful {@link #start()}.
	 * @param cell where it ran
	 * @param value the reply, or {@code null}
	 */
	abstract void succeed(ServerCell cell, @Nullable Object value);

	/**
	 * Deliver the failure of the handler. Called once after a successful
	 * {@link #start()}.
	 * @param cell where it ran
	 * @param failure what the handler threw
	 */
	abstract void fail(ServerCell cell, Throwable failure);

	/**
	 * End a message that was never started because the server stops.
	 * @param cell the server
	 * @return whether this ended it
	 */
	abstract boolean abandon(ServerCell cell);

	/** Nobody waits for the message any more. */
	boolean isCancelled() {
		return false;
	}

	/** {@code Long.MAX_VALUE} if there is none. */
	long deadline() {
		return Long.MAX_VALUE;
	}

	/** Whether its sender expects no reply. */
	abstract boolean isCast();

	/**
	 * Whether it may stay in a mailbox after its end without keeping anything of its
	 * sender or its outcome.
	 */
	boolean holdsNothing() {
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
