package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The future of a call in the hands of its sender. The slot of the call decides how it
 * ends, also when its holder cancels or completes it: whoever moved the slot, and nobody
 * else, completes the future.
 * <p>
 * One thread that waits for it does so through the scheduler, as a blocking caller does,
 * and costs the thread that answers no more than waking it. Further ones count as
 * dependents.
 */
final class ReplyFuture extends CompletableFuture<@Nullable Object> implements Waiter {

	private static final String COMPLETED = "was given up when its future was completed";

	/** A century: what is longer would overflow. */
	private static final long LONGEST = TimeUnit.DAYS.toNanos(36_500);

	private static final VarHandle TAKEN;

	static {
		try {
			TAKEN = MethodHandles.lookup().findVarHandle(ReplyFuture.class, "taken", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final AsyncCall call;

	private final Scheduler scheduler;

	/** Whether a thread waits as {@link #thread}, or did. */
	private volatile boolean taken;

	private volatile @Nullable Thread thread;

	ReplyFuture(AsyncCall call, Scheduler scheduler) {
		this.call = call;
		this.scheduler = scheduler;
	}

	AsyncCall call() {
		return this.call;
	}

	/**
	 * Complete the future without running what depends on it, not even what is added at
	 * this very moment. A copy of a complete future is completed and no more, since it
	 * has no dependents; here the copy is this future. Whoever adds a dependent from now
	 * on finds the value, and those that were added before are there to be counted.
	 */
	void put(@Nullable Object value) {
		Original original = new Original(this);
		original.complete(value);
		original.copy();
		this.scheduler.wake(this);
	}

	/** Run what was added before the value was put. */
	void tellDependents(@Nullable Object value) {
		super.complete(value);
	}

	/** Complete the future and run what depends on it. */
	void fail(Throwable failure) {
		super.completeExceptionally(failure);
		this.scheduler.wake(this);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return endedByHolder("was cancelled by its caller", () -> super.cancel(mayInterruptIfRunning)) || isCancelled();
	}

	@Override
	public boolean complete(@Nullable Object value) {
		return endedByHolder(COMPLETED, () -> super.complete(value));
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		return endedByHolder(COMPLETED, () -> super.completeExceptionally(failure));
	}

	/** Whoever completes the future has no use for the reply: the call is cancelled. */
	private boolean endedByHolder(String why, BooleanSupplier completion) {
		if (!this.call.disown(why)) {
			return false;
		}
		boolean completed = completion.getAsBoolean();
		this.scheduler.wake(this);
		return completed;
	}

	@Override
	public @Nullable Object get() throws InterruptedException, ExecutionException {
		if (!isDone()) {
			await(Long.MAX_VALUE);
		}
		return super.get();
	}

	@Override
	public @Nullable Object get(long timeout, TimeUnit unit)
			throws InterruptedException, ExecutionException, TimeoutException {
		if (!isDone() && !await(this.scheduler.nanoTime() + Math.min(unit.toNanos(timeout), LONGEST))) {
			throw new TimeoutException("There is no reply after " + timeout + " " + unit);
		}
		return super.get();
	}

	@Override
	public @Nullable Object join() {
		boolean interrupted = false;
		while (!isDone()) {
			try {
				await(Long.MAX_VALUE);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
		return super.join();
	}

	private boolean await(long deadline) throws InterruptedException {
		if (!TAKEN.compareAndSet(this, false, true)) {
			return Waiting.await(this.scheduler, this, deadline);
		}
		try {
			return this.scheduler.await(this, deadline);
		}
		finally {
			this.taken = false;
		}
	}

	@Override
	public boolean isReady() {
		return isDone();
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
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

	/** Has a reply as its copy. */
	private static final class Original extends CompletableFuture<@Nullable Object> {

		private final ReplyFuture copy;

		Original(ReplyFuture copy) {
			this.copy = copy;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return (CompletableFuture<U>) this.copy;
		}

	}

}
