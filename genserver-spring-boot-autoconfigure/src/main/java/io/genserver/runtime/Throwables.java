package io.genserver.runtime;

/**
 * Passes on what a handler threw.
 */
final class Throwables {

	private static final int DEEPEST = 100;

	private Throwables() {
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
