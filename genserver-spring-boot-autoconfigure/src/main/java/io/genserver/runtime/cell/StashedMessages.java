package io.genserver.runtime.cell;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * Messages that handlers have put off, in the order in which they did, and those of them
 * that are to be handled again now, before any other message.
 * <p>
 * A call may end meanwhile: at its deadline, or as its caller cancels. The thread that
 * takes a message out of here owns its payload: that of the turn which handles it again,
 * the one that ended the call, or the one that ends the server. A call is added before
 * its outcome is looked at, and has its outcome before it is looked for here: one of the
 * two finds it. Safe on any thread.
 */
final class StashedMessages {

	private final Set<Message> waiting = new LinkedHashSet<>();

	private final Deque<Message> next = new ArrayDeque<>();

	/** A handler has put it off. Only in the turn. */
	void add(Message message) {
		synchronized (this) {
			this.waiting.add(message);
		}
		if (message instanceof CallMessage && message.isOver() && remove(message)) {
			message.discard();
		}
	}

	/** How many there are. */
	synchronized int size() {
		return this.waiting.size() + this.next.size();
	}

	/** Whether there is one to be handled again now. */
	synchronized boolean hasNext() {
		return !this.next.isEmpty();
	}

	/** How many callers wait for one. */
	synchronized int calls() {
		int calls = 0;
		for (Message each : this.waiting) {
			calls += each.isCast() ? 0 : 1;
		}
		for (Message each : this.next) {
			calls += each.isCast() ? 0 : 1;
		}
		return calls;
	}

	/** All are to be handled again, before any other message. */
	synchronized int unstash() {
		int number = this.waiting.size();
		this.next.addAll(this.waiting);
		this.waiting.clear();
		return number;
	}

	/** The next to be handled again. Only in the turn. */
	synchronized @Nullable Message poll() {
		return this.next.pollFirst();
	}

	/** Returns whether it was here. */
	synchronized boolean remove(Message message) {
		return this.waiting.remove(message) || this.next.remove(message);
	}

	/** Take all out: none will be handled again. */
	synchronized List<Message> removeAll() {
		List<Message> all = new ArrayList<>(this.next);
		all.addAll(this.waiting);
		this.next.clear();
		this.waiting.clear();
		return all;
	}

}
