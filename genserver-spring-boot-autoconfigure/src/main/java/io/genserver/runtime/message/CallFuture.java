package io.genserver.runtime.message;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.genserver.runtime.scheduling.Waiter;
import io.genserver.runtime.scheduling.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * The future of a call in the hands of its caller. The call decides how it ends, also
 * when its holder cancels or completes it, by whatever method: the thread that ended the
 * call, and no other, completes the future.
 * <p>
 * Threads that wait for it cost the thread that answers no more than waking them. So a
 * thread that must not run code of the application may {@link #put} a value, and another
 * one runs the dependents, if there are any. This rests on what the JDK's class does but
 * does not specify; {@link QuietCompletion} checks it once, and where it does not hold
 * the value is put by the thread that runs the dependents.
 *
 * @param <T> type of the reply
 */
public abstract class CallFuture<T extends @Nullable Object> extends WaitingFuture<T> implements Waiter, EngineFuture {

	private static final String COMPLETED = "was given up when its future was completed";

	private static final VarHandle TAKEN;

	static {
		try {
			TAKEN = MethodHandles.lookup().findVarHandle(CallFuture.class, "taken", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** Whether a thread waits as {@link #thread}, or did. */
	private volatile boolean taken;

	private volatile @Nullable Thread thread;

	/** What most futures do not have; made when it is needed. */
	private volatile @Nullable Rare rare;

	/** Whether a value can be put without running dependents. */
	private final boolean quiet;

	/** Create a future that is pending. */
	protected CallFuture() {
		this(QuietCompletion.WORKS);
	}

	CallFuture(boolean quiet) {
		this.quiet = quiet;
	}

	/**
	 * The holder has no use for the reply: end the call, unless it has ended.
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
	 * this very moment. What is added from now on finds the value, and those dependents
	 * that were added before are there to be counted.
	 * <p>
	 * Only by the thread that ended the call.
	 * @param value the reply
	 * @return whether {@link #notifyDependents} must be called, on a thread that may run
	 * code of the application
	 */
	protected final boolean put(T value) {
		if (!this.quiet) {
			return true;
		}
		QuietCompletion.complete(this, value);
		Rare known = this.rare;
		Runnable obtrusion = (known != null) ? known.obtrusion : null;
		if (obtrusion != null) {
			obtrusion.run();
		}
		wakeAll();
		return getNumberOfDependents() > 0;
	}

	/**
	 * Run what was added before the value was put.
	 * @param value the same value
	 */
	protected final void notifyDependents(T value) {
		super.complete(value);
		if (!this.quiet) {
			wakeAll();
		}
	}

	/**
	 * Complete the future and run what depends on it. Only by the thread that ended the
	 * call.
	 * @param failure what became of it
	 */
	protected final void fail(Throwable failure) {
		super.completeExceptionally(failure);
		wakeAll();
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

	@Override
	public void obtrudeValue(T value) {
		obtrude(() -> super.obtrudeValue(value));
	}

	@Override
	public void obtrudeException(Throwable failure) {
		Objects.requireNonNull(failure, "failure");
		obtrude(() -> super.obtrudeException(failure));
	}

	/**
	 * A reply that is being put at this moment would overwrite what is obtruded. So the
	 * latter is noted before it is written, and who puts a reply looks for it afterwards.
	 */
	private void obtrude(Runnable obtrusion) {
		disown(COMPLETED);
		rare().obtrusion = obtrusion;
		obtrusion.run();
		wakeAll();
	}

	/** That of the JDK completes the future past {@link #complete}. */
	@Override
	public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
		Objects.requireNonNull(supplier, "supplier");
		mayCompleteOtherwise();
		executor.execute(new Completion<>(this, supplier));
		return this;
	}

	/**
	 * A holder that completes the future has no use for the reply: the call is cancelled.
	 */
	private boolean endedByHolder(String why, BooleanSupplier completion) {
		if (!disown(why)) {
			return false;
		}
		boolean completed = completion.getAsBoolean();
		wakeAll();
		return completed;
	}

	@Override
	protected boolean awaitDone(long nanos) throws InterruptedException {
		if (!TAKEN.compareAndSet(this, false, true)) {
			return awaitToo(new Waiting(this::isDone), nanos);
		}
		try {
			return awaitFor(this, nanos, !hasOtherEnd());
		}
		finally {
			this.taken = false;
		}
	}

	/**
	 * Wait as another thread does already. A waiter is added before it looks whether the
	 * future is done, and who completes the future looks for waiters afterwards.
	 */
	private boolean awaitToo(Waiting waiting, long nanos) throws InterruptedException {
		Set<Waiting> waiters = rare().waiters;
		waiters.add(waiting);
		try {
			return awaitFor(waiting, nanos, !hasOtherEnd());
		}
		finally {
			waiters.remove(waiting);
		}
	}

	private synchronized Rare rare() {
		Rare known = this.rare;
		if (known == null) {
			known = new Rare();
			this.rare = known;
		}
		return known;
	}

	private void wakeAll() {
		wake(this);
		Rare known = this.rare;
		if (known != null) {
			known.waiters.forEach(this::wake);
		}
	}

	/** How many threads wait in addition to the first. */
	final int waitingToo() {
		Rare known = this.rare;
		return (known != null) ? known.waiters.size() : 0;
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
	protected boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException {
		return await(waiter, nanos);
	}

	@Override
	protected final void wakeFor(Waiter waiter) {
		wake(waiter);
	}

	@Override
	protected final WaitingFuture<?> source() {
		return this;
	}

	/** Further threads that wait, and what its holder forced upon the future. */
	private static final class Rare {

		private final Set<Waiting> waiters = ConcurrentHashMap.newKeySet();

		private volatile @Nullable Runnable obtrusion;

	}

	/**
	 * Completes a future with what a supplier returns, as the JDK's class does. Like that
	 * one it asks the supplier for nothing else: an executor may log it, or keep it in a
	 * set.
	 *
	 * @param <T> type of the reply
	 */
	private static final class Completion<T extends @Nullable Object>
			implements Runnable, CompletableFuture.AsynchronousCompletionTask {

		private final CallFuture<T> future;

		private final Supplier<? extends T> supplier;

		Completion(CallFuture<T> future, Supplier<? extends T> supplier) {
			this.future = future;
			this.supplier = supplier;
		}

		@Override
		public void run() {
			if (this.future.isDone()) {
				return;
			}
			T value;
			try {
				value = this.supplier.get();
			}
			catch (Throwable ex) {
				this.future
					.completeExceptionally((ex instanceof CompletionException) ? ex : new CompletionException(ex));
				return;
			}
			this.future.complete(value);
		}

	}

}
