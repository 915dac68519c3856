package io.genserver.test;

import java.util.concurrent.locks.LockSupport;

import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A thread under a {@link SeededScheduler}. Of all participants exactly one holds the
 * baton and runs; the others are parked here. Handing the baton on publishes everything
 * the giver wrote, so nothing else needs to be synchronized.
 * <p>
 * An interrupt that arrives while a participant has no baton must neither be lost nor
 * keep it from parking: the participant notes it in {@link #interrupted} before it clears
 * the thread's flag, and restores the flag when it runs again. {@link #isInterrupted()}
 * reads the two in the other order and so gives the same answer at every moment between.
 */
final class Participant {

	private final Thread thread;

	private final String name;

	private volatile boolean baton;

	private volatile boolean interrupted;

	private boolean started;

	/** What it waits for, or {@code null} if it only lets others run. */
	@Nullable Waiter waiter;

	/** When it stops waiting, or {@code Long.MAX_VALUE}. */
	long deadline = Long.MAX_VALUE;

	/** Whether it was woken since it began to wait. */
	boolean woken;

	/** The thread that made the scheduler. */
	Participant(Thread driver) {
		this.thread = driver;
		this.name = driver.getName();
		this.started = true;
	}

	/** A new thread, which begins with the first time it gets the baton. */
	Participant(String name, Runnable body) {
		this.name = name;
		this.thread = Thread.ofVirtual().name(name).unstarted(() -> {
			takeBaton();
			body.run();
		});
	}

	/** Let it run. Only by the holder of the baton, which must park or end at once. */
	void giveBaton() {
		this.baton = true;
		if (this.started) {
			LockSupport.unpark(this.thread);
		}
		else {
			this.started = true;
			this.thread.start();
		}
	}

	/** Wait until it is this participant's turn. Only on its own thread. */
	void takeBaton() {
		while (!this.baton) {
			LockSupport.park(this);
			noteInterrupt();
		}
		this.baton = false;
		if (this.interrupted) {
			this.interrupted = false;
			this.thread.interrupt();
		}
	}

	/**
	 * Wait until it is this participant's turn, but not for ever.
	 * @return whether it is
	 */
	boolean takeBaton(long nanos) {
		long end = System.nanoTime() + nanos;
		while (!this.baton && System.nanoTime() - end < 0) {
			LockSupport.parkNanos(this, end - System.nanoTime());
			noteInterrupt();
		}
		if (this.baton) {
			takeBaton();
			return true;
		}
		return false;
	}

	private void noteInterrupt() {
		if (Thread.currentThread().isInterrupted()) {
			this.interrupted = true;
			Thread.interrupted();
		}
	}

	boolean isInterrupted() {
		return this.thread.isInterrupted() || this.interrupted;
	}

	boolean isOn(Thread candidate) {
		return this.thread == candidate;
	}

	/** Describe what it is doing, with its stack. */
	void dump(StringBuilder to) {
		to.append(this.name);
		Waiter reason = this.waiter;
		if (reason != null) {
			to.append(" waits for ").append(reason);
		}
		for (StackTraceElement frame : this.thread.getStackTrace()) {
			if (!frame.getClassName().startsWith("java.")) {
				to.append("\n\tat ").append(frame);
			}
		}
		to.append('\n');
	}

	@Override
	public String toString() {
		return this.name;
	}

}
