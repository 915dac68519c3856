package io.genserver.background;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Interrupts a service's thread, but only while it runs code of the service or of its
 * consumer: what the runner itself does, and threads that wait for the completion, never
 * see the flag.
 */
final class StepInterruption {

	/** The thread, while it runs foreign code. */
	private @Nullable Thread thread;

	private boolean wanted;

	/** Begin to run foreign code on the calling thread. */
	synchronized void enter() {
		this.thread = Thread.currentThread();
		if (this.wanted) {
			Thread.currentThread().interrupt();
		}
	}

	/** End it, and clear the thread's flag. */
	synchronized void exit() {
		this.thread = null;
		Thread.interrupted();
	}

	/**
	 * Interrupt what runs, unless it does so on one of some threads, and everything that
	 * is still to run.
	 */
	synchronized void request(Predicate<Thread> except) {
		this.wanted = true;
		if (this.thread != null && !except.test(this.thread)) {
			this.thread.interrupt();
		}
	}

	/** Whether foreign code runs on such a thread. */
	synchronized boolean isRunBy(Predicate<Thread> which) {
		return this.thread != null && which.test(this.thread);
	}

}
