package io.genserver.runtime;

import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * Holds participants of a schedule up until it is opened.
 */
class Gate implements Waiter {

	private final Scheduler scheduler;

	private final String name;

	private boolean open;

	private boolean reached;

	private volatile @Nullable Thread thread;

	Gate(Scheduler scheduler, String name) {
		this.scheduler = scheduler;
		this.name = name;
	}

	/** Wait until the gate is open; one thread at a time. */
	void pass() throws InterruptedException {
		this.reached = true;
		this.scheduler.await(this, Long.MAX_VALUE);
	}

	void open() {
		this.open = true;
		this.scheduler.wake(this);
	}

	/** Whether somebody has come to the gate. */
	boolean isReached() {
		return this.reached;
	}

	@Override
	public boolean isReady() {
		return this.open;
	}

	@Override
	public @Nullable Thread thread() {
		return this.thread;
	}

	@Override
	public void thread(@Nullable Thread thread) {
		this.thread = thread;
	}

	@Override
	public String toString() {
		return "gate " + this.name;
	}

}
