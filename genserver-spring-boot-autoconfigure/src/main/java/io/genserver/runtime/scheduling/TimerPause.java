package io.genserver.runtime.scheduling;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Holds back the timers of all servers while they pause. A timer that becomes due
 * meanwhile is queued here and rings once when the pause ends.
 * <p>
 * A timer is queued before {@link #paused} is read again, and {@code paused} is cleared
 * before the queue is emptied, so that one of the two sees the other.
 */
public final class TimerPause {

	private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

	private volatile boolean paused;

	/**
	 * Hold back a timer that is due, if timers pause.
	 * @param ring what it does; runs when the pause ends
	 * @return whether it is held back
	 */
	public boolean hold(Runnable ring) {
		if (!this.paused) {
			return false;
		}
		this.held.add(ring);
		if (!this.paused) {
			ringHeld();
		}
		return true;
	}

	/**
	 * Return whether timers pause.
	 * @return whether they do
	 */
	public boolean isPaused() {
		return this.paused;
	}

	/** Timers pause from now on. */
	public void begin() {
		this.paused = true;
	}

	/** The pause is over: what was held back rings, on the calling thread. */
	public void end() {
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
