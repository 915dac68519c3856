package io.genserver.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * A mailbox whose casts may be displaced by later ones. The consumer takes under the
 * sweep lock too, so that what is the oldest cast does not change under the hands of
 * whoever displaces it.
 * <p>
 * The casts that wait are listed beside the mailbox once one has to be displaced, up to
 * the message at {@link #listed}; what was pushed later is listed when the consumer takes
 * it, or when there is no older cast. So each message is looked at a fixed number of
 * times, however many are displaced.
 */
final class DisplacingMailbox extends Mailbox {

	/** Casts not taken yet, oldest first; guarded by the sweep lock, as all here. */
	private @Nullable Deque<CastMessage> casts;

	/** Position of the last message that was looked at. */
	private int listed;

	DisplacingMailbox(int capacity) {
		super(capacity);
	}

	@Override
	@Nullable Message poll() {
		lockSweep();
		try {
			Message first = head();
			if (first == null) {
				first = transfer();
				if (first == null) {
					return null;
				}
			}
			unlink(first);
			forgetUpTo(first);
			return first;
		}
		finally {
			unlockSweep();
		}
	}

	@Override
	@Nullable CastMessage displaceOldest() {
		lockSweep();
		try {
			Deque<CastMessage> waiting = this.casts;
			if (waiting == null) {
				waiting = listTaken();
			}
			if (waiting.isEmpty()) {
				listPushed(waiting);
			}
			CastMessage oldest = waiting.pollFirst();
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
	@Nullable Message transfer() {
		Message list = super.transfer();
		Deque<CastMessage> waiting = this.casts;
		if (waiting != null) {
			listAll(waiting, list);
		}
		return list;
	}

	/** Begin the list with what the consumer took from the producers before. */
	private Deque<CastMessage> listTaken() {
		Deque<CastMessage> waiting = new ArrayDeque<>();
		this.casts = waiting;
		Message first = head();
		Message last = lastTaken();
		this.listed = (first != null) ? first.position - 1 : (last != null) ? last.position : 0;
		listAll(waiting, first);
		return waiting;
	}

	/** Go on with what the producers have pushed since. */
	private void listPushed(Deque<CastMessage> waiting) {
		Deque<Message> pushed = new ArrayDeque<>();
		Message last = lastTaken();
		for (Message entry = top(); entry != null && entry != last; entry = entry.previous) {
			if (entry.position - this.listed <= 0) {
				break;
			}
			pushed.addFirst(entry);
		}
		pushed.forEach((message) -> list(waiting, message));
	}

	private void listAll(Deque<CastMessage> waiting, @Nullable Message first) {
		for (Message message = first; message != null; message = message.next) {
			list(waiting, message);
		}
	}

	private void list(Deque<CastMessage> waiting, Message message) {
		if (message.position - this.listed > 0) {
			this.listed = message.position;
			if (message instanceof CastMessage cast && cast.isDisplaceable()) {
				waiting.addLast(cast);
			}
		}
	}

	private void forgetUpTo(Message taken) {
		Deque<CastMessage> waiting = this.casts;
		if (waiting != null) {
			CastMessage oldest = waiting.peekFirst();
			while (oldest != null && oldest.position - taken.position <= 0) {
				waiting.removeFirst();
				oldest = waiting.peekFirst();
			}
		}
	}

}
