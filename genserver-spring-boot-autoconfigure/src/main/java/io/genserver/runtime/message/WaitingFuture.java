package io.genserver.runtime.message;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.genserver.runtime.scheduling.Waiter;
import io.genserver.runtime.scheduling.Waiting;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A future of the engine, or one that was derived from it by {@code thenApply} and the
 * like, whose {@code get} and {@code join} wait as a blocking call does: through the
 * scheduler, never where a thread must not block, and failing at once where they would
 * wait for the turn that waits. What {@code allOf} and {@code anyOf} make knows nothing
 * of that.
 * <p>
 * A future that may complete although the source does not, as those of
 * {@code applyToEither} and {@code completeOnTimeout} may, is never part of a cycle.
 */
public abstract class WaitingFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	/** Whether this may complete although its source does not. */
	private volatile boolean otherEnd;

	/**
	 * Let the calling thread wait.
	 * @param nanos how long at most, {@link Long#MAX_VALUE} for without a limit
	 * @return whether this is complete
	 */
	protected abstract boolean awaitDone(long nanos) throws InterruptedException;

	/** Let the calling thread wait for what is derived from this. */
	protected abstract boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException;

	/** Wake a thread that waits for what is derived from this. */
	protected abstract void wakeFor(Waiter waiter);

	/** What this is derived from, or this. */
	protected abstract WaitingFuture<?> source();

	/** It may complete although its source does not. */
	final void mayCompleteOtherwise() {
		this.otherEnd = true;
	}

	protected final boolean hasOtherEnd() {
		return this.otherEnd;
	}

	@Override
	public T get() throws InterruptedException, ExecutionException {
		if (!isDone()) {
			awaitDone(Long.MAX_VALUE);
		}
		return super.get();
	}

	@Override
	public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		if (!isDone() && !awaitDone(Math.min(unit.toNanos(timeout), Durations.LONGEST))) {
			throw new TimeoutException("There is no reply after " + timeout + " " + unit);
		}
		return super.get();
	}

	@Override
	public T join() {
		boolean interrupted = false;
		try {
			while (!isDone()) {
				try {
					awaitDone(Long.MAX_VALUE);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
		return super.join();
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		WaitingFuture<U> derived = new Derived<>(source());
		((WaitingFuture<?>) derived).otherEnd = this.otherEnd;
		return derived;
	}

	@Override
	public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
		this.otherEnd = true;
		return super.completeOnTimeout(value, timeout, unit);
	}

	@Override
	public CompletableFuture<T> completeAsync(Supplier<? extends T> supplier, Executor executor) {
		this.otherEnd = true;
		return super.completeAsync(supplier, executor);
	}

	@Override
	public <U> CompletableFuture<U> applyToEither(CompletionStage<? extends T> other, Function<? super T, U> fn) {
		return either(super.applyToEither(other, fn));
	}

	@Override
	public <U> CompletableFuture<U> applyToEitherAsync(CompletionStage<? extends T> other, Function<? super T, U> fn) {
		return either(super.applyToEitherAsync(other, fn));
	}

	@Override
	public <U> CompletableFuture<U> applyToEitherAsync(CompletionStage<? extends T> other, Function<? super T, U> fn,
			Executor executor) {
		return either(super.applyToEitherAsync(other, fn, executor));
	}

	@Override
	public CompletableFuture<Void> acceptEither(CompletionStage<? extends T> other, Consumer<? super T> action) {
		return either(super.acceptEither(other, action));
	}

	@Override
	public CompletableFuture<Void> acceptEitherAsync(CompletionStage<? extends T> other, Consumer<? super T> action) {
		return either(super.acceptEitherAsync(other, action));
	}

	@Override
	public CompletableFuture<Void> acceptEitherAsync(CompletionStage<? extends T> other, Consumer<? super T> action,
			Executor executor) {
		return either(super.acceptEitherAsync(other, action, executor));
	}

	@Override
	public CompletableFuture<Void> runAfterEither(CompletionStage<?> other, Runnable action) {
		return either(super.runAfterEither(other, action));
	}

	@Override
	public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action) {
		return either(super.runAfterEitherAsync(other, action));
	}

	@Override
	public CompletableFuture<Void> runAfterEitherAsync(CompletionStage<?> other, Runnable action, Executor executor) {
		return either(super.runAfterEitherAsync(other, action, executor));
	}

	private static <U> CompletableFuture<U> either(CompletableFuture<U> derived) {
		if (derived instanceof WaitingFuture<?> waiting) {
			waiting.otherEnd = true;
		}
		return derived;
	}

	/**
	 * Depends on a future of the engine.
	 */
	public static final class Derived<T extends @Nullable Object> extends WaitingFuture<T> {

		private final WaitingFuture<?> source;

		Derived(WaitingFuture<?> source) {
			this.source = source;
		}

		@Override
		protected boolean awaitDone(long nanos) throws InterruptedException {
			Waiting waiting = new Waiting(this::isDone);
			whenComplete((value, failure) -> this.source.wakeFor(waiting));
			return this.source.awaitFor(waiting, nanos, !hasOtherEnd());
		}

		@Override
		protected boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException {
			return this.source.awaitFor(waiter, nanos, onlyThis);
		}

		@Override
		protected void wakeFor(Waiter waiter) {
			this.source.wakeFor(waiter);
		}

		@Override
		protected WaitingFuture<?> source() {
			return this.source;
		}

	}

}
