package io.genserver.runtime.message;

import java.util.ArrayList;
import java.util.List;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Finds turns that would wait for each other for ever.
 * <p>
 * A recipient waits for at most one message at a time, or, while it is a successor, for
 * the end of its predecessor, so the waits form a graph in which each node has at most
 * one edge, and following the edges from a node finds any cycle it is part of. An edge is
 * published before it is followed, with a full fence: of two waits that close a cycle at
 * the same moment at least one sees the other. If both do, a lock makes one of them fail
 * and the other see that it has. An edge is only followed while its message is not over:
 * a reply that has arrived ends the wait, even if the waiting turn has not noticed yet.
 * The edges of a cycle are looked at twice: those that are the same both times were all
 * there at once in between, so there is no false alarm.
 */
public final class Cycles implements Scheduler.Locking {

	/** Longer chains than this are left to the deadline. */
	private static final int LONGEST = 10_000;

	private Cycles() {
	}

	/**
	 * A turn is about to wait for something. If that closes a cycle, that is given up
	 * with an error that shows the chain.
	 */
	public static void beginWait(Recipient from, Wait wait) {
		from.waitFor(wait);
		changed(from, wait);
	}

	/**
	 * A turn waits, and what for leads elsewhere than before, perhaps. If that closes a
	 * cycle, it is given up like one that begins. On any thread.
	 */
	static void changed(Recipient from, Wait wait) {
		if (from.waitsFor() != wait || !closesCycle(from)) {
			return;
		}
		synchronized (from.cycleLock()) {
			List<String> chain = chain(from);
			if (chain != null && from.waitsFor() == wait) {
				wait.giveUpForCycle(new CallCycleException(chain));
			}
		}
	}

	/** Whether a turn waits for another, directly or through others. */
	public static boolean leads(Recipient from, Recipient to) {
		Recipient recipient = from;
		for (int steps = 0; recipient != null && steps < LONGEST; steps++) {
			if (recipient == to) {
				return true;
			}
			recipient = next(recipient);
		}
		return false;
	}

	/** The turn no longer waits. */
	public static void endWait(Recipient from) {
		from.waitFor(null);
	}

	private static boolean closesCycle(Recipient from) {
		Recipient next = next(from);
		return next != null && leads(next, from);
	}

	/**
	 * The labels along the cycle that a wait has closed, or {@code null} if it has not.
	 */
	private static @Nullable List<String> chain(Recipient from) {
		while (closesCycle(from)) {
			List<Recipient> recipients = new ArrayList<>();
			List<Object> waits = new ArrayList<>();
			Recipient recipient = from;
			do {
				Object wait = wait(recipient);
				Recipient next = (wait != null) ? target(wait) : null;
				if (wait == null || next == null) {
					break;
				}
				recipients.add(recipient);
				waits.add(wait);
				recipient = next;
			}
			while (recipient != from && recipients.size() < LONGEST);
			if (recipient == from && lasts(recipients, waits)) {
				recipients.add(from);
				return recipients.stream().map(Recipient::label).toList();
			}
		}
		return null;
	}

	/** Whether all the waits that were seen one after the other are there still. */
	private static boolean lasts(List<Recipient> recipients, List<Object> waits) {
		for (int i = 0; i < recipients.size(); i++) {
			Recipient next = recipients.get((i + 1) % recipients.size());
			if (wait(recipients.get(i)) != waits.get(i) || target(waits.get(i)) != next) {
				return false;
			}
		}
		return true;
	}

	private static @Nullable Recipient next(Recipient recipient) {
		Object wait = wait(recipient);
		return (wait != null) ? target(wait) : null;
	}

	/** A {@link Wait}, the predecessor, or {@code null} if it does not wait. */
	private static @Nullable Object wait(Recipient recipient) {
		Recipient predecessor = recipient.predecessor();
		return (predecessor != null) ? predecessor : recipient.waitsFor();
	}

	private static @Nullable Recipient target(Object wait) {
		if (wait instanceof Recipient predecessor) {
			return predecessor;
		}
		Wait known = (Wait) wait;
		return known.isPending() ? known.target() : null;
	}

}
