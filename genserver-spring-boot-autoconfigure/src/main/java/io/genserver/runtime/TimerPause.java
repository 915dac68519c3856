package io.genserver.runtime;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Holds back the timers of all servers while they pause. A timer that becomes due
 * meanwhile is queued here and rings once when the pause ends.
 * <p>
 * A timer is queued before {@link #paused} is read again, and {@code paused} is cleared
 * before the queue is emptied, so that one of the two sees the other.
 */
final class TimerPause {

	private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

	private volatile boolean paused;

	/** Whether a timer that is due is held back; it rings later then. */
	boolean hold(Runnable ring) {
		if (!this.paused) {
			return false;
		}
		this.held.add(ring);
		if (!this.paused) {
			ringHeld();
		}
		return true;
	}

	boolean isPaused() {
		return this.paused;
	}

	void begin() {
		this.paused = true;
	}

	void end() {
		this.paused = false;
		ringHeld();
	}

	private void ringHeld() {
		Runnable ring = this.held.poll();
		while (ring != null) {
			boolean rung = false;
			try {
				ring.run();
				rung = true;
			}
			finally {
				if (!rung) {
					this.held.add(ring);
				}
			}
			ring = this.held.poll();
		}
	}

}
