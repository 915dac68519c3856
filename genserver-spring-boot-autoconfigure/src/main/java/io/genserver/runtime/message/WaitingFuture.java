package io.genserver.runtime.message;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Waiter;
import io.genserver.runtime.scheduling.Waiting;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A future of the engine, or one that was derived from it by {@code thenApply} and the
 * like, whose {@code get} and {@code join} wait as a blocking call does: through the
 * scheduler, never where a thread must not block, and failing at once where they would
 * wait for the turn that waits. So are those of {@code thenCombine} and
 * {@code thenCompose} of several. What {@code allOf} and {@code anyOf} make knows nothing
 * of that.
 * <p>
 * A future that may complete although the source does not, as those of
 * {@code applyToEither} and {@code completeOnTimeout} may, is never part of a cycle.
 */
public abstract class WaitingFuture<T extends @Nullable Object> extends CompletableFuture<T> {

	/** Whether this may complete although its source does not. */
	private volatile boolean otherEnd;

	/**
	 * Return the classes here whose methods turns call, for who loads classes early.
	 * @return the classes
	 */
	public static List<Class<?>> calledInTurns() {
		return List.of(Derived.class, SeveralWait.class);
	}

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

	/**
	 * How a turn waits for this if its handler returned it.
	 * @param waiting whose turn waits
	 * @param closed is called if there is no point in waiting, unless this completes then
	 * @return the wait, {@code null} if this may complete whatever the turn does
	 */
	public @Nullable Wait waitOf(Recipient waiting, Consumer<CallCycleException> closed) {
		return null;
	}

	/**
	 * Whether this cannot complete before a server has ended.
	 * @param recipient the server's instance
	 * @return whether it needs that end
	 */
	public boolean needsEndOf(Recipient recipient) {
		return false;
	}

	/**
	 * Return whose turn the calling thread runs.
	 * @return the recipient, {@code null} if none, or if its turn can go on without
	 */
	protected @Nullable Recipient turn() {
		return null;
	}

	/**
	 * Let the turn that the calling thread runs wait.
	 * @param <W> type of what it waits for
	 * @param wait what it waits for
	 * @param nanos how long at most, {@link Long#MAX_VALUE} for without a limit
	 * @return whether that is ready
	 * @throws InterruptedException if the thread is or gets interrupted
	 */
	protected <W extends Wait & Waiter> boolean awaitInTurn(W wait, long nanos) throws InterruptedException {
		throw new IllegalStateException("The calling thread runs no turn");
	}

	/** All that have to complete before this does, as far as the engine knows. */
	Needs needs() {
		return new Needs(List.of(source()), List.of());
	}

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
		WaitingFuture<U> derived = new Derived<>(source(), several());
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

	@Override
	public <U, V> CompletableFuture<V> thenCombine(CompletionStage<? extends U> other,
			BiFunction<? super T, ? super U, ? extends V> fn) {
		return both(super.thenCombine(other, fn), other);
	}

	@Override
	public <U, V> CompletableFuture<V> thenCombineAsync(CompletionStage<? extends U> other,
			BiFunction<? super T, ? super U, ? extends V> fn) {
		return both(super.thenCombineAsync(other, fn), other);
	}

	@Override
	public <U, V> CompletableFuture<V> thenCombineAsync(CompletionStage<? extends U> other,
			BiFunction<? super T, ? super U, ? extends V> fn, Executor executor) {
		return both(super.thenCombineAsync(other, fn, executor), other);
	}

	@Override
	public <U> CompletableFuture<Void> thenAcceptBoth(CompletionStage<? extends U> other,
			BiConsumer<? super T, ? super U> action) {
		return both(super.thenAcceptBoth(other, action), other);
	}

	@Override
	public <U> CompletableFuture<Void> thenAcceptBothAsync(CompletionStage<? extends U> other,
			BiConsumer<? super T, ? super U> action) {
		return both(super.thenAcceptBothAsync(other, action), other);
	}

	@Override
	public <U> CompletableFuture<Void> thenAcceptBothAsync(CompletionStage<? extends U> other,
			BiConsumer<? super T, ? super U> action, Executor executor) {
		return both(super.thenAcceptBothAsync(other, action, executor), other);
	}

	@Override
	public CompletableFuture<Void> runAfterBoth(CompletionStage<?> other, Runnable action) {
		return both(super.runAfterBoth(other, action), other);
	}

	@Override
	public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable action) {
		return both(super.runAfterBothAsync(other, action), other);
	}

	@Override
	public CompletableFuture<Void> runAfterBothAsync(CompletionStage<?> other, Runnable action, Executor executor) {
		return both(super.runAfterBothAsync(other, action, executor), other);
	}

	private static <U> CompletableFuture<U> both(CompletableFuture<U> derived, CompletionStage<?> other) {
		if (derived instanceof Derived<?> combined) {
			combined.several = combined.needs().and(other);
		}
		return derived;
	}

	@Override
	public <U> CompletableFuture<U> thenCompose(Function<? super T, ? extends CompletionStage<U>> fn) {
		CompletableFuture<WaitingFuture<?>> next = new CompletableFuture<>();
		return composed(super.thenCompose(noting(fn, next)), next);
	}

	@Override
	public <U> CompletableFuture<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn) {
		CompletableFuture<WaitingFuture<?>> next = new CompletableFuture<>();
		return composed(super.thenComposeAsync(noting(fn, next)), next);
	}

	@Override
	public <U> CompletableFuture<U> thenComposeAsync(Function<? super T, ? extends CompletionStage<U>> fn,
			Executor executor) {
		CompletableFuture<WaitingFuture<?>> next = new CompletableFuture<>();
		return composed(super.thenComposeAsync(noting(fn, next), executor), next);
	}

	/** The function, which also says what future it has returned. */
	private static <S extends @Nullable Object, U> Function<S, CompletionStage<U>> noting(
			Function<? super S, ? extends CompletionStage<U>> fn, CompletableFuture<WaitingFuture<?>> next) {
		Objects.requireNonNull(fn, "fn");
		return (value) -> {
			CompletionStage<U> returned = fn.apply(value);
			if (returned instanceof WaitingFuture<?> future) {
				next.complete(future);
			}
			return returned;
		};
	}

	private static <U> CompletableFuture<U> composed(CompletableFuture<U> derived,
			CompletableFuture<WaitingFuture<?>> next) {
		if (derived instanceof Derived<?> combined) {
			combined.several = combined.needs().andLater(next);
		}
		return derived;
	}

	private static <U> CompletableFuture<U> either(CompletableFuture<U> derived) {
		if (derived instanceof WaitingFuture<?> waiting) {
			waiting.otherEnd = true;
		}
		return derived;
	}

	/** What it needs, if that is more than its source. */
	@Nullable Needs several() {
		return null;
	}

	/**
	 * Depends on a future of the engine, or on several.
	 */
	public static final class Derived<T extends @Nullable Object> extends WaitingFuture<T> {

		private final WaitingFuture<?> source;

		/** What this needs, if that is more; written before it is handed out. */
		private volatile @Nullable Needs several;

		Derived(WaitingFuture<?> source, @Nullable Needs several) {
			this.source = source;
			this.several = several;
		}

		@Override
		@Nullable Needs several() {
			return this.several;
		}

		@Override
		Needs needs() {
			Needs known = this.several;
			return (known != null) ? known : super.needs();
		}

		@Override
		public boolean needsEndOf(Recipient recipient) {
			return !hasOtherEnd() && needs().known().stream().anyMatch((each) -> each.needsEndOf(recipient));
		}

		@Override
		public @Nullable Wait waitOf(Recipient waiting, Consumer<CallCycleException> closed) {
			if (hasOtherEnd()) {
				return null;
			}
			Needs known = this.several;
			return (known != null) ? known.wait(new Waiting(this::isDone), waiting, closed)
					: this.source.waitOf(waiting, closed);
		}

		@Override
		protected boolean awaitDone(long nanos) throws InterruptedException {
			Waiting waiting = new Waiting(this::isDone);
			whenComplete((value, failure) -> this.source.wakeFor(waiting));
			Needs known = this.several;
			Recipient here = (known != null && !hasOtherEnd()) ? this.source.turn() : null;
			if (known == null || here == null) {
				return this.source.awaitFor(waiting, nanos, !hasOtherEnd());
			}
			SeveralWait all = known.wait(waiting, here, (cycle) -> this.source.wakeFor(waiting));
			boolean ready = this.source.awaitInTurn(all, nanos);
			all.check();
			return ready;
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
