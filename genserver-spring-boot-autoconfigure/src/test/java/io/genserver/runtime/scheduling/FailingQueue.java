package io.genserver.runtime.scheduling;

import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.runtime.Thrown;
import org.jspecify.annotations.Nullable;

/**
 * A queue that throws in some of the calls to it, from any thread. Workers, those that
 * wake them and the monitor come to the shared queue of tasks in nearly every step, so
 * that an error in each step can be tried.
 */
final class FailingQueue extends ConcurrentLinkedQueue<Runnable> {

	private static final long serialVersionUID = 1L;

	private final transient Thrown thrown;

	/** Calls until one fails. */
	private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

	private final AtomicInteger failures = new AtomicInteger();

	private volatile @Nullable String method;

	/** Whether workers find tasks only as they search, and calls fail just after that. */
	private volatile boolean withTaskInHand;

	FailingQueue(Thrown thrown) {
		this.thrown = thrown;
	}

	/**
	 * Let calls fail from now on.
	 * @param first the first that fails, from 1 on
	 * @param number how many fail, one after the other
	 */
	void fail(int first, int number) {
		this.failures.set(number);
		this.left.set(first);
	}

	/** From now on all is well. */
	void stopFailing() {
		this.failures.set(0);
		this.left.set(Integer.MAX_VALUE);
		this.method = null;
		this.withTaskInHand = false;
	}

	/**
	 * Let calls fail that a method of the scheduler makes, itself or by others.
	 * @param method its name
	 * @param number how many fail
	 */
	void failIn(String method, int number) {
		this.failures.set(number);
		this.method = method;
	}

	/**
	 * Let calls fail that a worker makes when its search has just found a task. Until
	 * {@link #stopFailing()} tasks are found by searching only.
	 * @param number how many fail
	 */
	void failWithTaskInHand(int number) {
		this.failures.set(number);
		this.withTaskInHand = true;
	}

	/** Whether no more calls are to fail. */
	boolean hasFailed() {
		return this.failures.get() == 0;
	}

	private void step() {
		String within = this.method;
		if (within != null) {
			if (isIn(within) && this.failures.getAndUpdate((known) -> Math.max(0, known - 1)) > 0) {
				this.thrown.raise();
			}
			return;
		}
		if (this.left.get() != Integer.MAX_VALUE && this.left.decrementAndGet() < 0
				&& this.failures.getAndUpdate((known) -> Math.max(0, known - 1)) > 0) {
			this.thrown.raise();
		}
	}

	private static boolean isIn(String method) {
		return StackWalker.getInstance()
			.walk((frames) -> frames.anyMatch((frame) -> frame.getMethodName().equals(method)
					&& frame.getClassName().startsWith("io.genserver.")));
	}

	@Override
	public boolean offer(Runnable task) {
		step();
		return super.offer(task);
	}

	@Override
	public @Nullable Runnable poll() {
		if (this.withTaskInHand && !isIn("search")) {
			return null;
		}
		step();
		return super.poll();
	}

	@Override
	public boolean isEmpty() {
		if (this.withTaskInHand && isIn("search")
				&& this.failures.getAndUpdate((known) -> Math.max(0, known - 1)) > 0) {
			this.thrown.raise();
		}
		step();
		return super.isEmpty();
	}

	@Override
	public Iterator<Runnable> iterator() {
		step();
		return super.iterator();
	}

}
