package io.genserver.runtime;

import java.util.ArrayList;
import java.util.List;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * Finds turns that would wait for each other for ever.
 * <p>
 * A cell waits for at most one message at a time, or, while it is a successor, for the
 * end of its predecessor, so the waits form a graph in which each node has at most one
 * edge, and following the edges from a node finds any cycle it is part of. An edge is
 * published before it is followed, with a full fence: of two waits that close a cycle at
 * the same moment at least one sees the other. If both do, a lock makes one of them fail
 * and the other see that it has. An edge is only followed while its message is not over:
 * a reply that has arrived ends the wait, even if the waiting turn has not noticed yet.
 * The edges of a cycle are looked at twice: those that are the same both times were all
 * there at once in between, so there is no false alarm.
 */
final class Cycles implements Scheduler.Locking {

	/** Longer chains than this are left to the deadline. */
	private static final int LONGEST = 10_000;

	private Cycles() {
	}

	/**
	 * A turn is about to wait for something. If that closes a cycle, that is given up
	 * with an error that shows the chain.
	 */
	static void beginWait(ServerCell from, Wait wait) {
		from.waitsFor = wait;
		if (!closesCycle(from)) {
			return;
		}
		synchronized (from.runtime()) {
			List<String> chain = chain(from);
			if (chain != null) {
				wait.giveUpForCycle(new CallCycleException(chain));
			}
		}
	}

	/**
	 * Let the calling thread wait, as a turn that others may wait for if it is one.
	 * @param wait what the turn waits for, {@code null} if it can go on without
	 */
	static boolean await(Scheduler scheduler, Waiter waiter, @Nullable Wait wait, @Nullable Turn turn, long deadline)
			throws InterruptedException {
		ServerCell waiting = (turn != null && !turn.concurrent) ? turn.cell : null;
		if (waiting == null || wait == null) {
			return scheduler.await(waiter, deadline);
		}
		beginWait(waiting, wait);
		waiting.handling().startBeside();
		try {
			return scheduler.await(waiter, deadline);
		}
		finally {
			endWait(waiting);
			waiting.handling().turnGoesOn();
		}
	}

	/** Whether a turn waits for another, directly or through others. */
	static boolean leads(ServerCell from, ServerCell to) {
		ServerCell cell = from;
		for (int steps = 0; cell != null && steps < LONGEST; steps++) {
			if (cell == to) {
				return true;
			}
			cell = next(cell);
		}
		return false;
	}

	/** The turn no longer waits. */
	static void endWait(ServerCell from) {
		from.waitsFor = null;
	}

	private static boolean closesCycle(ServerCell from) {
		ServerCell next = next(from);
		return next != null && leads(next, from);
	}

	/**
	 * The labels along the cycle that a wait has closed, or {@code null} if it has not.
	 */
	private static @Nullable List<String> chain(ServerCell from) {
		while (closesCycle(from)) {
			List<ServerCell> cells = new ArrayList<>();
			List<Object> waits = new ArrayList<>();
			ServerCell cell = from;
			do {
				Object wait = wait(cell);
				ServerCell next = (wait != null) ? target(wait) : null;
				if (wait == null || next == null) {
					break;
				}
				cells.add(cell);
				waits.add(wait);
				cell = next;
			}
			while (cell != from && cells.size() < LONGEST);
			if (cell == from && lasts(cells, waits)) {
				cells.add(from);
				return cells.stream().map(ServerCell::label).toList();
			}
		}
		return null;
	}

	/** Whether all the waits that were seen one after the other are there still. */
	private static boolean lasts(List<ServerCell> cells, List<Object> waits) {
		for (int i = 0; i < cells.size(); i++) {
			if (wait(cells.get(i)) != waits.get(i) || target(waits.get(i)) == null) {
				return false;
			}
		}
		return true;
	}

	private static @Nullable ServerCell next(ServerCell cell) {
		Object wait = wait(cell);
		return (wait != null) ? target(wait) : null;
	}

	/** A {@link Wait}, the predecessor, or {@code null} if it does not wait. */
	private static @Nullable Object wait(ServerCell cell) {
		ServerCell predecessor = cell.predecessor();
		return (predecessor != null) ? predecessor : cell.waitsFor;
	}

	private static @Nullable ServerCell target(Object wait) {
		if (wait instanceof ServerCell predecessor) {
			return predecessor;
		}
		Wait known = (Wait) wait;
		return known.isPending() ? known.target() : null;
	}

}
