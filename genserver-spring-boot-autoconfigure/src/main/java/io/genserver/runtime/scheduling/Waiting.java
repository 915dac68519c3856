package io.genserver.runtime.scheduling;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Lets a thread wait for a condition through the scheduler, so that it works in virtual
 * time too.
 */
public final class Waiting implements Waiter {

	private final BooleanSupplier condition;

	private final String what;

	private volatile @Nullable Thread thread;

	/**
	 * Create.
	 * @param condition whether what a thread waits for is there
	 */
	public Waiting(BooleanSupplier condition) {
		this(condition, "a condition");
	}

	/**
	 * Create.
	 * @param condition whether what a thread waits for is there
	 * @param what what it waits for, for messages
	 */
	public Waiting(BooleanSupplier condition, String what) {
		this.condition = condition;
		this.what = what;
	}

	/**
	 * Wait for the end of a future.
	 * @param scheduler lets the calling thread wait
	 * @param future the future
	 * @param deadline when to wait no longer
	 * @return whether it has ended
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	public static boolean await(Scheduler scheduler, CompletableFuture<?> future, long deadline)
			throws InterruptedException {
		Waiting waiting = new Waiting(future::isDone);
		future.whenComplete((value, failure) -> scheduler.wake(waiting));
		return scheduler.await(waiting, deadline);
	}

	/**
	 * Let some time pass.
	 * @param scheduler lets the calling thread wait
	 * @param nanos how long
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	public static void pause(Scheduler scheduler, long nanos) throws InterruptedException {
		scheduler.await(new Waiting(() -> false), scheduler.nanoTime() + nanos);
	}

	@Override
	public boolean isReady() {
		return this.condition.getAsBoolean();
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
		return this.what;
	}

}
