package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The future of a call in the hands of its caller. The call decides how it ends, also
 * when its holder cancels or completes it: whoever ended the call, and nobody else,
 * completes the future.
 * <p>
 * One thread that waits for it costs the thread that answers no more than waking it;
 * further ones count as dependents. So a thread that must not run code of the application
 * may {@link #put} a value, and another one tells the dependents, if there are any.
 *
 * @param <T> type of the reply
 * @since 0.1.0
 */
public abstract class HeldFuture<T extends @Nullable Object> extends WaitingFuture<T> implements Waiter, EngineFuture {

	private static final String COMPLETED = "was given up when its future was completed";

	private static final VarHandle TAKEN;

	static {
		try {
			TAKEN = MethodHandles.lookup().findVarHandle(HeldFuture.class, "taken", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** Whether a thread waits as {@link #thread}, or did. */
	private volatile boolean taken;

	private volatile @Nullable Thread thread;

	/**
	 * The holder has no use for the reply: end the call, if nobody else has.
	 * @param why how the future was ended, to follow the name of the operation
	 * @return whether this ended the call, and the holder is to end the future
	 */
	protected abstract boolean disown(String why);

	/**
	 * Let the calling thread wait.
	 * @param waiter what it waits for
	 * @param nanos how long at most, {@link Long#MAX_VALUE} for without a limit
	 * @return whether the waiter is ready
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	protected abstract boolean await(Waiter waiter, long nanos) throws InterruptedException;

	/**
	 * Wake the thread of a waiter that has become ready, if there is one.
	 * @param waiter the waiter
	 */
	protected abstract void wake(Waiter waiter);

	/**
	 * Complete the future without running what depends on it, not even what is added at
	 * this very moment. A copy of a complete future is completed and no more, since it
	 * has no dependents; here the copy is this future. Whoever adds a dependent from now
	 * on finds the value, and those that were added before are there to be counted.
	 * <p>
	 * Only by whoever ended the call.
	 * @param value the reply
	 */
	protected final void put(T value) {
		Original<T> original = new Original<>(this);
		original.complete(value);
		original.copy();
		wake(this);
	}

	/**
	 * Run what was added before the value was put.
	 * @param value the same value
	 */
	protected final void tellDependents(T value) {
		super.complete(value);
	}

	/**
	 * Complete the future and run what depends on it. Only by whoever ended the call.
	 * @param failure what became of it
	 */
	protected final void fail(Throwable failure) {
		super.completeExceptionally(failure);
		wake(this);
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		return endedByHolder("was cancelled by its caller", () -> super.cancel(mayInterruptIfRunning)) || isCancelled();
	}

	@Override
	public boolean complete(T value) {
		return endedByHolder(COMPLETED, () -> super.complete(value));
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		return endedByHolder(COMPLETED, () -> super.completeExceptionally(failure));
	}

	/** Whoever completes the future has no use for the reply: the call is cancelled. */
	private boolean endedByHolder(String why, BooleanSupplier completion) {
		if (!disown(why)) {
			return false;
		}
		boolean completed = completion.getAsBoolean();
		wake(this);
		return completed;
	}

	@Override
	boolean awaitDone(long nanos) throws InterruptedException {
		if (!TAKEN.compareAndSet(this, false, true)) {
			Waiting waiting = new Waiting(this::isDone);
			whenComplete((value, failure) -> wake(waiting));
			return awaitFor(waiting, nanos, !hasOtherEnd());
		}
		try {
			return awaitFor(this, nanos, !hasOtherEnd());
		}
		finally {
			this.taken = false;
		}
	}

	@Override
	public final boolean isReady() {
		return isDone();
	}

	@Override
	public final @Nullable Thread thread() {
		return this.thread;
	}

	@Override
	public final void thread(@Nullable Thread thread) {
		this.thread = thread;
	}

	/** A call within this process can be part of a cycle, others cannot. */
	@Override
	boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException {
		return await(waiter, nanos);
	}

	@Override
	final void wakeFor(Waiter waiter) {
		wake(waiter);
	}

	@Override
	final WaitingFuture<?> source() {
		return this;
	}

	/**
	 * Has a reply as its copy.
	 *
	 * @param <T> type of the reply
	 */
	private static final class Original<T extends @Nullable Object> extends CompletableFuture<T> {

		private final HeldFuture<T> copy;

		Original(HeldFuture<T> copy) {
			this.copy = copy;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return (CompletableFuture<U>) this.copy;
		}

	}

}
