package io.genserver.runtime.mailbox;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * A mailbox whose casts may be displaced by later ones. The consumer takes under the
 * sweep lock too, so that what is the oldest cast does not change while a sender
 * displaces it.
 * <p>
 * The casts that wait are also in a list once one has to be displaced, up to the message
 * at {@link #listed}; what was pushed later is listed when the consumer takes it, or when
 * there is no older cast. So each message is looked at a fixed number of times, however
 * many are displaced.
 *
 * @param <E> type of the messages
 */
public final class DisplacingMailbox<E extends MailboxEntry> extends Mailbox<E> {

	/** Casts not taken yet, oldest first; guarded by the sweep lock, as all here. */
	private @Nullable Deque<E> casts;

	/** Position of the last message that was looked at. */
	private int listed;

	/**
	 * Create an empty mailbox.
	 * @param capacity how many entries it takes
	 */
	public DisplacingMailbox(int capacity) {
		super(capacity);
	}

	@Override
	public @Nullable E poll() {
		lockSweep();
		try {
			MailboxEntry first = head();
			if (first == null) {
				first = transfer();
				if (first == null) {
					return null;
				}
			}
			unlink(first);
			forgetUpTo(first);
			return message(first);
		}
		finally {
			unlockSweep();
		}
	}

	@Override
	public @Nullable E displaceOldest() {
		lockSweep();
		try {
			Deque<E> waiting = this.casts;
			if (waiting == null) {
				waiting = listTaken();
			}
			if (waiting.isEmpty()) {
				listPushed(waiting);
			}
			E oldest = waiting.pollFirst();
			while (oldest != null && !oldest.displace()) {
				oldest = waiting.pollFirst();
			}
			return oldest;
		}
		finally {
			unlockSweep();
		}
	}

	@Override
	@Nullable MailboxEntry transfer() {
		MailboxEntry list = super.transfer();
		Deque<E> waiting = this.casts;
		if (waiting != null) {
			listAll(waiting, list);
		}
		return list;
	}

	/** Begin the list with what the consumer took from the producers before. */
	private Deque<E> listTaken() {
		Deque<E> waiting = new ArrayDeque<>();
		this.casts = waiting;
		MailboxEntry first = head();
		MailboxEntry last = lastTaken();
		this.listed = (first != null) ? first.position - 1 : (last != null) ? last.position : 0;
		listAll(waiting, first);
		return waiting;
	}

	/** Go on with what the producers have pushed since. */
	private void listPushed(Deque<E> waiting) {
		Deque<MailboxEntry> pushed = new ArrayDeque<>();
		MailboxEntry last = lastTaken();
		for (MailboxEntry entry = top(); entry != null && entry != last; entry = entry.previous) {
			if (entry.position - this.listed <= 0) {
				break;
			}
			pushed.addFirst(entry);
		}
		pushed.forEach((message) -> list(waiting, message));
	}

	private void listAll(Deque<E> waiting, @Nullable MailboxEntry first) {
		for (MailboxEntry message = first; message != null; message = message.next) {
			list(waiting, message);
		}
	}

	private void list(Deque<E> waiting, MailboxEntry message) {
		if (message.position - this.listed > 0) {
			this.listed = message.position;
			if (message.isDisplaceable()) {
				waiting.addLast(message(message));
			}
		}
	}

	private void forgetUpTo(MailboxEntry taken) {
		Deque<E> waiting = this.casts;
		if (waiting != null) {
			E oldest = waiting.peekFirst();
			while (oldest != null && oldest.position - taken.position <= 0) {
				waiting.removeFirst();
				oldest = waiting.peekFirst();
			}
		}
	}

}
