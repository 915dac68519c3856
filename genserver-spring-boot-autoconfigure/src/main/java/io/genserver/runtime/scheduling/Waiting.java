package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * Lets the thread of a lifecycle method wait through the scheduler, so that it works in
 * virtual time too.
 */
final class Waiting implements Waiter {

	private final BooleanSupplier condition;

	private volatile @Nullable Thread thread;

	Waiting(BooleanSupplier condition) {
		this.condition = condition;
	}

	/**
	 * Wait for the start of a server, without a limit.
	 * @return why it failed, or {@code null}
	 */
	static @Nullable Throwable startOf(ServerCell cell) {
		CompletableFuture<?> started = cell.life().whenStarted();
		Scheduler scheduler = cell.runtime().scheduler();
		try {
			Waiting waiting = new Waiting(started::isDone);
			started.whenComplete((value, failure) -> scheduler.wake(waiting));
			new LifeWait(waiting, cell, (cycle) -> scheduler.wake(waiting)).await(scheduler, Turn.current(),
					Long.MAX_VALUE);
			started.getNow(null);
			return null;
		}
		catch (CompletionException ex) {
			return (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (CallCycleException ex) {
			// It waits for the turn that waits for it.
			cell.command(ServerCell.STOP);
			return ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for servers", ex);
		}
	}

	/**
	 * Wait for the end of a future.
	 * @return whether it has ended
	 */
	static boolean await(Scheduler scheduler, CompletableFuture<?> future, long deadline) throws InterruptedException {
		Waiting waiting = new Waiting(future::isDone);
		future.whenComplete((value, failure) -> scheduler.wake(waiting));
		return scheduler.await(waiting, deadline);
	}

	/** Let some time pass. */
	static void pause(Scheduler scheduler, long nanos) throws InterruptedException {
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

}
