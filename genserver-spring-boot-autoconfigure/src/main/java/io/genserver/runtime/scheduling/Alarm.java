package io.genserver.runtime.scheduling;

/**
 * Does something small at a time, once. If that fails for lack of memory it is tried
 * again, which it must bear.
 */
public final class Alarm implements Scheduler.Expiring {

	private static final int MAX_TRIES = 1_000;

	private final long time;

	private final Runnable action;

	private volatile boolean over;

	/** Only for whoever lets it expire. */
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

	/** Do nothing when the time comes, unless it has begun. On any thread. */
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

	/** One that lacks memory is not over, and is to be tried again at the next tick. */
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
