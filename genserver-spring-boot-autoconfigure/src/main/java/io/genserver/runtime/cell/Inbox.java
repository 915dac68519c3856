package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import io.genserver.Caller;
import io.genserver.runtime.mailbox.DisplacingMailbox;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.mailbox.MailboxOwner;
import io.genserver.runtime.mailbox.Senders;
import io.genserver.runtime.mailbox.WaitingSenders;
import io.genserver.runtime.message.AsyncCall;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.MessageEnvelope;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Where the messages of one cell arrive: its mailbox, and the room in which blocked
 * senders wait while the mailbox is full. Everything here is safe on any thread.
 */
public final class Inbox implements MailboxOwner<Message>, Scheduler.Crowded {

	private static final VarHandle ROOM;

	private static final VarHandle SENDERS;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			ROOM = lookup.findVarHandle(Inbox.class, "room", WaitingSenders.class);
			SENDERS = lookup.findVarHandle(Inbox.class, "senders", Senders.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCell cell;

	final Mailbox<Message> mailbox;

	private volatile @Nullable WaitingSenders<Message> room;

	/** Who sends, from the first message of a peer on. */
	private volatile @Nullable Senders senders;

	Inbox(ServerCell cell, int capacity) {
		this.cell = cell;
		this.mailbox = cell.owner().overflow().displaces() ? new DisplacingMailbox<>(capacity)
				: new Mailbox<>(capacity);
	}

	/**
	 * Queue a message without waiting.
	 * @return whether it was queued, or why not
	 */
	public Mailbox.Offer offer(Message message) {
		MessageEnvelope seen = message.envelope();
		if (seen != null) {
			seen.queued(this.cell.runtime().nanoTime());
		}
		if (this.senders != null || message.origin() instanceof Caller.Remote) {
			senders().saw(message.origin(), this.cell.runtime().nanoTime());
		}
		WaitingSenders<Message> waiting = this.room;
		int reserved = (waiting != null) ? waiting.size() : 0;
		if (waiting != null && reserved > 0 && waiting.hasUnattended()) {
			// An earlier message of the same sender may be among them.
			waiting.admit();
			reserved = waiting.size();
			if (reserved > 0) {
				return Mailbox.Offer.FULL;
			}
		}
		Mailbox.Offer offer = (message.slot() == Message.QUEUED) ? this.mailbox.offer(message, reserved)
				: this.mailbox.offerKnown(message, reserved);
		if (offer == Mailbox.Offer.QUEUED) {
			this.cell.queued(message);
		}
		return offer;
	}

	/**
	 * Queue a message without waiting, unless others wait for room: one of them may be an
	 * earlier one of the same sender, who is not held up by waiting.
	 */
	Mailbox.Offer offerBehindWaiting(Message message) {
		WaitingSenders<Message> waiting = this.room;
		return (waiting != null && waiting.size() > 0) ? Mailbox.Offer.FULL : offer(message);
	}

	/** Let a message, which must not be visible to others yet, wait for room. */
	public void enterRoom(Message message) {
		WaitingSenders<Message> waiting = room();
		waiting.add(message);
		waiting.admit();
		observe();
	}

	/**
	 * Let a call, which must not be visible to others yet, wait for room while its sender
	 * goes on, unless as many wait so as the mailbox holds.
	 * @return whether it waits, or is queued by now
	 */
	public boolean enterRoomUnattended(AsyncCall call) {
		WaitingSenders<Message> waiting = room();
		if (!waiting.addUnattended(call, this.mailbox.capacity())) {
			return false;
		}
		waiting.admit();
		observe();
		return true;
	}

	@Override
	public long admissionTime(Message message) {
		return (message instanceof CallMessage) ? this.cell.runtime().nanoTime() : 0;
	}

	@Override
	public void admitted(Message message) {
		if (message instanceof CastMessage cast) {
			this.cell.runtime().scheduler().wake(cast);
		}
		this.cell.queued(message);
	}

	@Override
	public void refused(Message message) {
		this.cell.abandon(message);
	}

	/** How many senders wait for room. */
	int waiting() {
		WaitingSenders<Message> known = this.room;
		return (known != null) ? known.size() : 0;
	}

	/** A message gave up waiting for room. */
	void leftRoom(Message message) {
		WaitingSenders<Message> waiting = this.room;
		if (waiting != null) {
			waiting.remove(message);
		}
	}

	/** A queued message was given up: its place is free. */
	public void freed() {
		this.mailbox.free();
		admit();
		this.cell.work().startOvertaking();
	}

	/** The turn has started a message that stays linked in the mailbox. */
	void startedInPlace() {
		this.mailbox.free();
		try {
			admit();
		}
		catch (Throwable ex) {
			// The message that was started must not be lost: a watcher lets them in.
			this.cell.runtime().suspect();
		}
	}

	/** Let senders in if there is room. */
	void admit() {
		WaitingSenders<Message> waiting = this.room;
		if (waiting != null && waiting.size() > 0) {
			waiting.admit();
		}
	}

	/** Let senders in, but not one by one: a message was taken out. */
	void taken() {
		this.mailbox.started();
		WaitingSenders<Message> waiting = this.room;
		if (waiting != null && waiting.size() > 0 && this.mailbox.size() <= this.mailbox.capacity() / 2) {
			try {
				waiting.admit();
			}
			catch (Throwable ex) {
				// The message that was taken must not be lost: a watcher lets them in.
				this.cell.runtime().suspect();
			}
		}
	}

	/** A watcher comes by. */
	@Override
	public void look() {
		admit();
		WaitingSenders<Message> waiting = this.room;
		if (waiting != null) {
			waiting.observed().set(false);
			observe();
		}
	}

	/**
	 * Watch over the room from now on, unless a watcher already does or no sender waits.
	 */
	public void observe() {
		WaitingSenders<Message> waiting = this.room;
		if (waiting != null && waiting.size() > 0 && waiting.observed().compareAndSet(false, true)) {
			boolean observed = false;
			try {
				this.cell.runtime().scheduler().observe(this);
				observed = true;
			}
			finally {
				if (!observed) {
					waiting.observed().set(false);
				}
			}
		}
	}

	/**
	 * Whether a peer has had its share: its casts hold more than half of the places, and
	 * there are others who send.
	 * @param held how many places its casts hold
	 * @param peer the peer
	 */
	public boolean isBeyondShare(int held, @Nullable Object peer) {
		return held > Math.max(1, this.mailbox.capacity() / 2)
				&& senders().sawOtherThan(peer, this.cell.runtime().nanoTime());
	}

	private Senders senders() {
		Senders known = this.senders;
		if (known == null) {
			SENDERS.compareAndSet(this, null, new Senders());
			known = Objects.requireNonNull(this.senders);
		}
		return known;
	}

	private WaitingSenders<Message> room() {
		WaitingSenders<Message> known = this.room;
		if (known == null) {
			ROOM.compareAndSet(this, null, new WaitingSenders<Message>(this.mailbox, this));
			known = Objects.requireNonNull(this.room);
		}
		return known;
	}

}
