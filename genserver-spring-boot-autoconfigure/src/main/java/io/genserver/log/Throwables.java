package io.genserver.log;

import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

/**
 * Passes on what a handler threw.
 */
public final class Throwables {

	private static final int DEEPEST = 100;

	/** Characters of a message that are logged. */
	private static final int LONGEST_TEXT = 16_384;

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
	public static RuntimeException sneaky(Throwable throwable) {
		return Throwables.<RuntimeException>cast(throwable);
	}

	/**
	 * Return what can be logged in place of a throwable: the throwable itself, or, if any
	 * of its methods fails, or its causes have no end, a copy with all of it that can be
	 * read. Throws nothing.
	 * @param throwable what was thrown
	 * @return the throwable or the copy
	 */
	public static Throwable describable(Throwable throwable) {
		try {
			return (readable(throwable, DEEPEST) >= 0) ? throwable : Described.of(throwable, DEEPEST);
		}
		catch (Throwable ex) {
			// Short of memory or of stack. What the JDK made can be read all the same.
			return (throwable.getClass().getClassLoader() == null) ? throwable : Described.NOTHING;
		}
	}

	/**
	 * Return what can be logged in place of a throwable: what {@link #describable}
	 * returns, or a copy if a message in it is not fit to be logged. Throws nothing.
	 * @param throwable what was thrown
	 * @return the throwable or the copy
	 */
	static Throwable loggable(Throwable throwable) {
		Throwable readable = describable(throwable);
		try {
			return isFit(readable) ? readable : Described.of(readable, DEEPEST);
		}
		catch (Throwable ex) {
			return Described.NOTHING;
		}
	}

	/** Whether no message in it could be taken for lines of the log. It can be read. */
	private static boolean isFit(Throwable throwable) {
		Throwable each = throwable;
		while (each != null) {
			if (!LogText.isFit(each.toString(), LONGEST_TEXT)
					|| !LogText.isFit(String.valueOf(each.getMessage()), LONGEST_TEXT)
					|| !LogText.isFit(String.valueOf(each.getLocalizedMessage()), LONGEST_TEXT)) {
				return false;
			}
			for (Throwable suppressed : each.getSuppressed()) {
				if (!isFit(suppressed)) {
					return false;
				}
			}
			each = each.getCause();
		}
		return true;
	}

	/**
	 * Return the message of a throwable. Throws nothing.
	 * @param throwable what was thrown
	 * @return the message, or {@code null} if there is none that can be read
	 */
	public static @Nullable String message(Throwable throwable) {
		try {
			return throwable.getMessage();
		}
		catch (Throwable ex) {
			return null;
		}
	}

	/**
	 * Return what a future of the JDK can be completed with. Its dependents would not
	 * complete if they could not ask the failure what it is.
	 */
	public static Throwable forFuture(Throwable failure) {
		try {
			if (readable(failure, DEEPEST) < 0) {
				return new CompletionException(Described.text(failure), failure);
			}
		}
		catch (Throwable ex) {
			// It has to do as it is.
		}
		return failure;
	}

	/**
	 * Whether everything a log asks for can be read.
	 * @param left throwables that may be looked at
	 * @return how many may be looked at after it, negative if it cannot be read or has
	 * too many causes and suppressed throwables
	 */
	private static int readable(Throwable throwable, int left) {
		int rest = left;
		try {
			Throwable each = throwable;
			while (each != null) {
				if (--rest < 0 || each.toString() == null || !isReadable(each.getStackTrace())) {
					return -1;
				}
				each.getMessage();
				each.getLocalizedMessage();
				for (Throwable suppressed : each.getSuppressed()) {
					rest = readable(suppressed, rest);
					if (rest < 0) {
						return -1;
					}
				}
				each = each.getCause();
			}
			return rest;
		}
		catch (OutOfMemoryError | StackOverflowError ex) {
			throw ex;
		}
		catch (Throwable ex) {
			return -1;
		}
	}

	@SuppressWarnings("NullAway")
	private static boolean isReadable(StackTraceElement @Nullable [] trace) {
		if (trace == null) {
			return false;
		}
		for (StackTraceElement element : trace) {
			if (element == null) {
				return false;
			}
		}
		return true;
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> RuntimeException cast(Throwable throwable) throws X {
		throw (X) throwable;
	}

	/** What could be read of a throwable. */
	private static final class Described extends RuntimeException {

		static final Described NOTHING = new Described("A failure that cannot describe itself", null);

		Described(String text, @Nullable Throwable cause) {
			super(text, cause);
		}

		static Described of(Throwable throwable, int left) {
			Throwable cause = null;
			try {
				cause = throwable.getCause();
			}
			catch (Throwable ex) {
				// Without, then.
			}
			Described copy = new Described(text(throwable), (cause != null && left > 0) ? of(cause, left - 1) : null);
			try {
				StackTraceElement[] trace = throwable.getStackTrace();
				copy.setStackTrace(isReadable(trace) ? trace : new StackTraceElement[0]);
				for (Throwable suppressed : throwable.getSuppressed()) {
					copy.addSuppressed(of(suppressed, left / 10));
				}
			}
			catch (RuntimeException ex) {
				copy.setStackTrace(new StackTraceElement[0]);
			}
			return copy;
		}

		static String text(Throwable throwable) {
			if (throwable instanceof Described) {
				return LogText.of(String.valueOf(throwable.getMessage()), LONGEST_TEXT);
			}
			String name = throwable.getClass().getName();
			try {
				String message = throwable.getMessage();
				return (message != null) ? name + ": " + LogText.of(message, LONGEST_TEXT) : name;
			}
			catch (Throwable ex) {
				return name + " (its message cannot be read: " + ex.getClass().getName() + ")";
			}
		}

		@Override
		public String toString() {
			return String.valueOf(getMessage());
		}

	}

}
