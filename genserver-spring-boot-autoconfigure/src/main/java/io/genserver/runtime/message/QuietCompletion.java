package io.genserver.runtime.message;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * Completes a future without running what depends on it. The JDK's class has no method
 * for that, but one that does it: {@code copy()} of a complete future gets its future
 * from {@code newIncompleteFuture()} and completes it and no more, since a new future has
 * no dependents. Here that future is not new.
 * <p>
 * Nothing says that this stays so. It is tried once, with all that is relied on; see
 * {@code docs/decisions/0005-completing-futures.md}.
 */
final class QuietCompletion {

	private static final SafeLogger logger = SafeLogger.of(QuietCompletion.class);

	/** Whether futures can be completed that way on this JDK. */
	static final boolean WORKS = check();

	private QuietCompletion() {
	}

	/** Complete a future and run nothing. One that is complete may be overwritten. */
	static <T extends @Nullable Object> void complete(CompletableFuture<T> future, T value) {
		Original<T> original = new Original<>(future);
		original.complete(value);
		original.copy();
	}

	private static boolean check() {
		if (works((future, value) -> complete(future, value))) {
			return true;
		}
		logger.warn("CompletableFuture.copy() of Java {} does not complete futures as expected: replies of"
				+ " asynchronous calls are handed to workers, which costs a task each", Runtime.version());
		return false;
	}

	/** Try a way to complete a future, with a value and with {@code null}. */
	static boolean works(BiConsumer<CompletableFuture<@Nullable Object>, @Nullable Object> way) {
		try {
			return works(way, "value") && works(way, null);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.debug("Futures cannot be completed quietly", ex);
			return false;
		}
	}

	private static boolean works(BiConsumer<CompletableFuture<@Nullable Object>, @Nullable Object> way,
			@Nullable Object value) {
		CompletableFuture<@Nullable Object> future = new CompletableFuture<>();
		CompletableFuture<?> before = future.thenRun(() -> {
		});
		way.accept(future, value);
		boolean quiet = future.isDone() && !future.isCompletedExceptionally() && future.getNow("none") == value
				&& !before.isDone() && future.getNumberOfDependents() == 1;
		boolean after = future.thenApply((reply) -> reply == value).getNow(false);
		// Adding one more may have run those there were, which is no harm.
		return quiet && after && !future.complete("other") && before.isDone();
	}

	/**
	 * Has another future as its copy.
	 *
	 * @param <T> type of the value
	 */
	private static final class Original<T extends @Nullable Object> extends CompletableFuture<T> {

		private final CompletableFuture<T> copy;

		Original(CompletableFuture<T> copy) {
			this.copy = copy;
		}

		@Override
		@SuppressWarnings("unchecked")
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return (CompletableFuture<U>) this.copy;
		}

	}

}
