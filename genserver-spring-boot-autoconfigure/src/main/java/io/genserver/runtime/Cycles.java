package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;

import io.genserver.CallCycleException;
import org.jspecify.annotations.Nullable;

/**
 * Finds turns that would wait for each other for ever.
 * <p>
 * A cell waits for at most one message at a time, so the waits form a graph in which each
 * node has at most one edge, and following the edges from a node finds any cycle it is
 * part of. An edge is published before it is followed, with a full fence: of two waits
 * that close a cycle at the same moment at least one sees the other. If both do, a lock
 * makes one of them fail and the other see that it has. An edge is only followed while
 * its message is not over: a reply that has arrived ends the wait, even if the waiting
 * turn has not noticed yet, so there is no false alarm.
 */
final class Cycles {

	/** Longer chains than this are left to the deadline. */
	private static final int LONGEST = 10_000;

	private Cycles() {
	}

	/**
	 * A turn is about to wait for a message. If that closes a cycle, the message is given
	 * up with an error that shows the chain.
	 */
	static void beginWait(ServerCell from, Message message) {
		from.waitsFor = message;
		if (find(from) == null) {
			return;
		}
		synchronized (from.runtime()) {
			List<String> chain = find(from);
			if (chain != null) {
				message.giveUpForCycle(new CallCycleException(chain));
			}
		}
	}

	/** The turn no longer waits. */
	static void endWait(ServerCell from) {
		from.waitsFor = null;
	}

	private static @Nullable List<String> find(ServerCell from) {
		ServerCell cell = target(from);
		for (int steps = 0; cell != null && steps < LONGEST; steps++) {
			if (cell == from) {
				return chain(from);
			}
			cell = target(cell);
		}
		return null;
	}

	private static List<String> chain(ServerCell from) {
		List<String> labels = new ArrayList<>();
		labels.add(from.label());
		ServerCell cell = target(from);
		while (cell != null && labels.size() <= LONGEST) {
			labels.add(cell.label());
			if (cell == from) {
				break;
			}
			cell = target(cell);
		}
		return labels;
	}

	private static @Nullable ServerCell target(ServerCell cell) {
		Message message = cell.waitsFor;
		return (message != null && message.isPending()) ? message.target() : null;
	}

}
