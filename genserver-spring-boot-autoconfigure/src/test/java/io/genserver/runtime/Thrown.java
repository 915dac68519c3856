package io.genserver.runtime;

import java.util.function.Supplier;

import io.genserver.log.Throwables;

/**
 * What code of an application may throw, its worst included.
 */
public enum Thrown {

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

	LATE_TRACE(() -> new RuntimeException("late trace") {

		@Override
		public StackTraceElement[] getStackTrace() {
			throw new OutOfMemoryError();
		}

		@Override
		public void printStackTrace(java.io.PrintWriter target) {
			throw new IllegalStateException("not printed");
		}

	}),

	SUPPRESSED_OF_A_CAUSE(() -> {
		RuntimeException cause = new RuntimeException("cause");
		cause.addSuppressed(LATE_CAUSE.make());
		cause.addSuppressed(LATE_TRACE.make());
		return new RuntimeException("outer", cause);
	}),

	CYCLE_OF_CAUSES(() -> {
		RuntimeException first = new RuntimeException("first");
		RuntimeException second = new RuntimeException("second", first);
		first.initCause(second);
		return first;
	}),

	DEEP(() -> {
		RuntimeException deep = new RuntimeException("deepest");
		for (int i = 0; i < 2_000; i++) {
			deep = new Level(deep);
		}
		return deep;
	}),

	LATE_IDENTITY(() -> new RuntimeException("late identity") {

		@Override
		public boolean equals(Object other) {
			throw new IllegalStateException("not comparable");
		}

		@Override
		public int hashCode() {
			throw new IllegalStateException("no hash");
		}

		@Override
		public synchronized Throwable initCause(Throwable cause) {
			throw new StackOverflowError();
		}

	}),

	INTERRUPTED(() -> new InterruptedException("thrown, not interrupted")),

	CANCELLED(() -> new java.util.concurrent.CancellationException("thrown, not cancelled")),

	WRAPPER_WITHOUT_CAUSE(() -> new java.util.concurrent.CompletionException("nothing in it", null)),

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
	public Throwable make() {
		return this.factory.get();
	}

	/** Throw one, checked or not. */
	public <T> T raise() {
		throw Throwables.sneaky(make());
	}

	/** One of many causes; cheap. */
	private static final class Level extends RuntimeException {

		Level(Throwable cause) {
			super("level", cause, true, false);
		}

	}

}
