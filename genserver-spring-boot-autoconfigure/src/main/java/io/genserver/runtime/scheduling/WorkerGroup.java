package io.genserver.runtime.scheduling;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * The workers on one kind of thread, virtual or platform: how many there are, which of
 * them sleep, and how many were woken and have not looked for work since.
 */
final class WorkerGroup {

	private final boolean platform;

	/** Threads there may be. */
	private final int limit;

	/** Workers that do not end when there is nothing to do. */
	private final int usual;

	/** Workers that are listed, or about to be. */
	private final AtomicInteger count = new AtomicInteger();

	/** Workers that have not ended, those that were set aside included. */
	private final AtomicInteger threads = new AtomicInteger();

	/**
	 * Workers that were woken or made and have not looked for work since. Negative while
	 * one looks already and its waker has yet to count it.
	 */
	private final AtomicInteger rising = new AtomicInteger();

	/** Changes whenever a worker looks for work after it was woken or made. */
	private final AtomicInteger rises = new AtomicInteger();

	/** Workers made so far. */
	private final AtomicInteger made = new AtomicInteger();

	private final ConcurrentLinkedDeque<Worker> idle = new ConcurrentLinkedDeque<>();

	private final UnaryOperator<Thread> factory;

	/** With a function that may replace each thread before it is started. */
	WorkerGroup(boolean platform, int limit, int usual, UnaryOperator<Thread> threads) {
		this.factory = threads;
		this.platform = platform;
		this.limit = limit;
		this.usual = usual;
	}

	boolean isPlatform() {
		return this.platform;
	}

	int count() {
		return this.count.get();
	}

	int threads() {
		return this.threads.get();
	}

	int usual() {
		return this.usual;
	}

	int rises() {
		return this.rises.get();
	}

	boolean isRising() {
		return this.rising.get() > 0;
	}

	/** Whether one more thread may be made; it is counted if so, and listed. */
	boolean admit() {
		if (this.threads.incrementAndGet() > this.limit) {
			this.threads.decrementAndGet();
			return false;
		}
		this.count.incrementAndGet();
		this.rising.incrementAndGet();
		return true;
	}

	/** An admitted thread will not be started: undo {@link #admit()}. */
	void dismiss() {
		this.threads.decrementAndGet();
		this.count.decrementAndGet();
		this.rising.decrementAndGet();
	}

	/** The thread of a worker that was admitted, not started. */
	Thread thread(Worker worker) {
		int number = this.made.incrementAndGet();
		return this.factory
			.apply((this.platform ? Thread.ofPlatform().daemon().name("genserver-worker-platform-", number)
					: Thread.ofVirtual().name("genserver-worker-", number))
				.inheritInheritableThreadLocals(false)
				.unstarted(worker));
	}

	/** Count one more listed worker, unless the given number is reached. */
	boolean enlist(int most) {
		int known = this.count.get();
		while (known < most) {
			if (this.count.compareAndSet(known, known + 1)) {
				return true;
			}
			known = this.count.get();
		}
		return false;
	}

	/** Count one more listed worker. */
	void listed() {
		this.count.incrementAndGet();
	}

	/** Count one listed worker less. */
	void unlisted() {
		this.count.decrementAndGet();
	}

	/** Count one listed worker less, unless only the usual number is left. */
	boolean unlistExtra() {
		int known = this.count.get();
		while (known > this.usual) {
			if (this.count.compareAndSet(known, known - 1)) {
				return true;
			}
			known = this.count.get();
		}
		return false;
	}

	/** A thread has ended. */
	void ended() {
		this.threads.decrementAndGet();
	}

	/** A worker that was woken or made looks for work. */
	void risen() {
		this.rising.decrementAndGet();
		this.rises.incrementAndGet();
	}

	/** A worker is about to park. */
	void rest(Worker worker) {
		this.idle.addFirst(worker);
	}

	/**
	 * A worker goes on, and looks for work.
	 * @return whether it does so on its own, since no other thread has woken it
	 */
	boolean unrest(Worker worker) {
		if (this.idle.remove(worker)) {
			return true;
		}
		// Another thread has woken this worker, or is about to, and has counted it.
		risen();
		return false;
	}

	/** Wake a worker, if one sleeps. */
	boolean wake() {
		Worker worker = this.idle.pollFirst();
		if (worker == null) {
			return false;
		}
		this.rising.incrementAndGet();
		LockSupport.unpark(worker.thread);
		return true;
	}

}
