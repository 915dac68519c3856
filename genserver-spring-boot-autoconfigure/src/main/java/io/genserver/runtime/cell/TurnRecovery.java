package io.genserver.runtime.cell;

/**
 * Finds turns that were lost: short of memory or of stack, the engine may have made a
 * cell ready without queueing it, may have broken off a turn, or not armed a timer. The
 * self-check of the runtime asks and runs them.
 */
public final class TurnRecovery {

	private TurnRecovery() {
	}

	/**
	 * Whether a cell is to run and does not: its turn was lost, unless a queue holds it
	 * or a thread is about to queue it. On any thread.
	 */
	public static boolean mayBeLost(ServerCell cell) {
		return switch (cell.status()) {
			case ServerCell.READY, ServerCell.BROKEN -> true;
			case ServerCell.NEW -> cell.commands().any(Commands.START | Commands.STOP);
			case ServerCell.IDLE -> cell.hasWork() || hasLostTimer(cell);
			case ServerCell.PARKED -> !cell.commands().isEmpty() || hasLostTimer(cell);
			case ServerCell.SUCCESSOR -> hasPredecessorEnded(cell);
			default -> cell.turnRunner().mayBeLost();
		};
	}

	private static boolean hasLostTimer(ServerCell cell) {
		OwnWork own = cell.ownWorkIfAny();
		return own != null && !cell.runtime().timers().isPaused() && own.hasLostTimer();
	}

	private static boolean hasPredecessorEnded(ServerCell cell) {
		ServerCell predecessor = cell.predecessor();
		return predecessor != null && predecessor.life().hasTerminated();
	}

	/**
	 * Run a cell, unless the thread that was to run it has done so: of two threads that
	 * run it one finds that the other does. On a thread of the scheduler or of the
	 * server's executor.
	 */
	public static void run(ServerCell cell) {
		int status = cell.status();
		switch (status) {
			case ServerCell.SUCCESSOR -> runSuccessor(cell);
			case ServerCell.RUNNING -> cell.turnRunner().runLost();
			case ServerCell.BROKEN -> runBroken(cell);
			default -> runReady(cell, status);
		}
	}

	private static void runSuccessor(ServerCell cell) {
		if (hasPredecessorEnded(cell)) {
			cell.runtime().recovered(cell);
			cell.predecessorEnded();
		}
	}

	private static void runBroken(ServerCell cell) {
		if (cell.moveStatus(ServerCell.BROKEN, ServerCell.RUNNING)) {
			cell.runtime().recovered(cell);
			cell.turn(null, true);
		}
	}

	private static void runReady(ServerCell cell, int status) {
		if (status != ServerCell.READY && mayBeLost(cell)) {
			cell.moveStatus(status, ServerCell.READY);
		}
		if (!cell.claim()) {
			return;
		}
		try {
			// No other thread arms timers now, or takes those that are due.
			OwnWork own = cell.ownWorkIfAny();
			int armed = (own != null && hasLostTimer(cell)) ? own.armLost() : 0;
			for (int left = Math.max(1, armed); left > 0; left--) {
				cell.runtime().recovered(cell);
			}
		}
		finally {
			cell.turn(null, false);
		}
	}

}
