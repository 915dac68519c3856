package io.genserver.runtime;

import java.util.function.Supplier;

/**
 * What code of an application may throw, its worst included.
 */
enum Thrown {

	PLAIN(() -> new IllegalStateException("plain")),

	CHECKED(() -> new java.io.IOException("checked")),

	ERROR(() -> new AssertionError("error")),

	OUT_OF_MEMORY(() -> new OutOfMemoryError("none left")),

	STACK_OVERFLOW(StackOverflowError::new),

	LATE_MESSAGE(() -> new RuntimeException() {

		@Override
		public String getMessage() {
			throw new IllegalStateException("session closed");
		}

	}),

	LATE_TEXT(() -> new RuntimeException() {

		@Override
		public String toString() {
			throw new StackOverflowError();
		}

		@Override
		public String getLocalizedMessage() {
			throw new OutOfMemoryError();
		}

	}),

	NO_TEXT(() -> new RuntimeException() {

		@Override
		public String toString() {
			return null;
		}

	}),

	LATE_CAUSE(() -> new RuntimeException("late cause") {

		@Override
		public synchronized Throwable getCause() {
			throw new IllegalStateException("no cause");
		}

	}),

	CYCLE(() -> new RuntimeException("cycle") {

		@Override
		public synchronized Throwable getCause() {
			return this;
		}

	}),

	CYCLE_OF_SUPPRESSED(() -> {
		RuntimeException first = new RuntimeException("first");
		RuntimeException second = new RuntimeException("second");
		first.addSuppressed(second);
		second.addSuppressed(first);
		return first;
	}),

	SUPPRESSED_LATE_MESSAGE(() -> {
		RuntimeException outer = new RuntimeException("outer");
		outer.addSuppressed(LATE_MESSAGE.make());
		return outer;
	}),

	NO_TRACE(() -> new RuntimeException("no trace") {

		@Override
		public StackTraceElement[] getStackTrace() {
			return null;
		}

	}),

	HOLE_IN_TRACE(() -> new RuntimeException("hole") {

		@Override
		public StackTraceElement[] getStackTrace() {
			return new StackTraceElement[1];
		}

	}),

	ONLY_ONCE(() -> new RuntimeException() {

		private int asked;

		@Override
		public String getMessage() {
			if (this.asked++ > 2) {
				throw new IllegalStateException("asked too often");
			}
			return "once";
		}

	});

	private final Supplier<Throwable> factory;

	Thrown(Supplier<Throwable> factory) {
		this.factory = factory;
	}

	/** Make one. */
	Throwable make() {
		return this.factory.get();
	}

	/** Throw one, checked or not. */
	<T> T raise() {
		throw Throwables.sneaky(make());
	}

}
