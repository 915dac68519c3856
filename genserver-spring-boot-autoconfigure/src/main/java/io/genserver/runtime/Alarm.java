package io.genserver.runtime;

/**
 * Does something small at a time, once.
 */
final class Alarm implements Scheduler.Expiring {

	private final long time;

	private final Runnable action;

	private volatile boolean over;

	Alarm(long time, Runnable action) {
		this.time = time;
		this.action = action;
	}

	void cancel() {
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

	@Override
	public void expire() {
		if (!this.over) {
			this.over = true;
			this.action.run();
		}
	}

}
