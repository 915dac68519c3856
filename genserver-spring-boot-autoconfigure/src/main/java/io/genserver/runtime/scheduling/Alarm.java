package io.genserver.runtime.scheduling;

/**
 * Runs a short action once, at a given time. An action that fails for lack of memory is
 * run again at the next tick, so it must be safe to repeat.
 */
public final class Alarm implements Scheduler.Expiring {

	private static final int MAX_TRIES = 1_000;

	private final long time;

	private final Runnable action;

	private volatile boolean over;

	/** Used only by the thread that calls {@link #expire()}. */
	private int tries;

	/**
	 * Create.
	 * @param time nanoseconds, as {@link Scheduler#nanoTime()} counts
	 * @param action what to do; must be quick
	 */
	public Alarm(long time, Runnable action) {
		this.time = time;
		this.action = action;
	}

	/** Do not run the action, unless it has begun. On any thread. */
	public void cancel() {
		this.over = true;
	}

	@Override
	public long deadline() {
		return this.time;
	}

	@Override
	public boolean isOver() {
		return this.over;
	}

	/** If the action failed for lack of memory, the alarm is not over afterwards. */
	@Override
	public void expire() {
		if (this.over) {
			return;
		}
		boolean again = false;
		try {
			this.action.run();
		}
		catch (VirtualMachineError ex) {
			again = ++this.tries < MAX_TRIES;
			throw ex;
		}
		finally {
			if (!again) {
				this.over = true;
			}
		}
	}

}
