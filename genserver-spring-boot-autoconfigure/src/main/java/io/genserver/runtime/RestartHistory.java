package io.genserver.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How often a server was restarted lately. Belongs to the turn.
 */
final class RestartHistory {

	private final Deque<Long> times = new ArrayDeque<>();

	private int inARow;

	/**
	 * Count a restart.
	 * @return the pause before it in nanoseconds, or -1 if it would be one too many
	 */
	long next(Supervision supervision, Scheduler scheduler) {
		long now = scheduler.nanoTime();
		long window = supervision.window().toNanos();
		while (!this.times.isEmpty() && now - this.times.getFirst() >= window) {
			this.times.removeFirst();
		}
		if (this.times.isEmpty()) {
			this.inARow = 0;
		}
		if (this.times.size() >= supervision.maxRestarts()) {
			return -1;
		}
		this.times.addLast(now);
		long pause = supervision.initialBackoff().toNanos() << Math.min(this.inARow++, 20);
		pause = Math.min(pause, supervision.maxBackoff().toNanos());
		// Up to a fifth less, so that servers that failed together do not start together.
		return pause - (long) (pause * 0.2 * scheduler.random());
	}

}
