package io.genserver.runtime;

/**
 * Throws what a handler threw, as it was thrown.
 */
final class Throwables {

	private Throwables() {
	}

	static RuntimeException sneaky(Throwable throwable) {
		return Throwables.<RuntimeException>cast(throwable);
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException cast(Throwable throwable) throws X {
		throw (X) throwable;
	}

}
