package io.genserver;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;

import org.jspecify.annotations.Nullable;

/**
 * Stands for a cause that could not be serialized together with its exception, and has
 * its class, message, stack trace and causes. Exceptions of this library can always be
 * serialized; those of an application may hold what cannot.
 *
 * @since 0.1.0
 */
public final class SerializedCause extends Exception {

	private static final long serialVersionUID = 1L;

	/** Set while a cause is tried; what it refers to is tried with it. */
	private static final ThreadLocal<Boolean> TRYING = new ThreadLocal<>();

	private final String type;

	private SerializedCause(Throwable original, @Nullable Throwable cause) {
		super(message(original), cause);
		this.type = original.getClass().getName();
		setStackTrace(stackTrace(original));
	}

	/**
	 * Return a cause in a form that can be serialized.
	 * @param cause the cause, or {@code null}
	 * @return the cause itself if it can be serialized, or what stands for it
	 */
	public static @Nullable Throwable of(@Nullable Throwable cause) {
		if (cause == null || TRYING.get() != null || canBeSerialized(cause)) {
			return cause;
		}
		Throwable next = cause(cause);
		return new SerializedCause(cause, (next != cause) ? of(next) : null);
	}

	private static boolean canBeSerialized(Throwable cause) {
		TRYING.set(true);
		try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
			out.writeObject(cause);
			return true;
		}
		catch (IOException | RuntimeException | StackOverflowError ex) {
			return false;
		}
		finally {
			TRYING.remove();
		}
	}

	// What an exception of an application says of itself may throw.

	private static String message(Throwable original) {
		try {
			return original.toString();
		}
		catch (RuntimeException ex) {
			return original.getClass().getName();
		}
	}

	private static StackTraceElement[] stackTrace(Throwable original) {
		try {
			return original.getStackTrace();
		}
		catch (RuntimeException ex) {
			return new StackTraceElement[0];
		}
	}

	private static @Nullable Throwable cause(Throwable original) {
		try {
			return original.getCause();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	/**
	 * Return the class of the cause.
	 * @return its name
	 */
	public String type() {
		return this.type;
	}

	@Override
	public String toString() {
		return String.valueOf(getMessage());
	}

}
