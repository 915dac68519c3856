package io.genserver.runtime;

import java.util.concurrent.CompletionException;

/**
 * Passes on what a handler threw.
 *
 * @since 0.1.0
 */
public final class Throwables {

	private static final int DEEPEST = 100;

	private Throwables() {
	}

	/**
	 * Return what a stage failed with, as it was thrown: stages that depend on others
	 * wrap it.
	 * @param failure what a stage tells
	 * @return the failure itself
	 */
	public static Throwable unwrap(Throwable failure) {
		return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
	}

	/** Throw it as it was thrown. */
	static RuntimeException sneaky(Throwable throwable) {
		return Throwables.<RuntimeException>cast(throwable);
	}

	/**
	 * Return what can be logged in place of a throwable.
	 * @return the throwable itself, unless it throws when it is asked what it is
	 */
	static Throwable describable(Throwable throwable) {
		try {
			Throwable each = throwable;
			for (int depth = 0; each != null && depth < DEEPEST; depth++) {
				each.toString();
				each = each.getCause();
			}
			return throwable;
		}
		catch (Throwable ex) {
			return new IllegalStateException(throwable.getClass().getName() + ", which cannot describe itself");
		}
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException cast(Throwable throwable) throws X {
		throw (X) throwable;
	}

}
