package io.genserver.log;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log that throws nothing, whatever is wrong with the log or with what is logged: the
 * engine logs in the midst of its work, and a server must not stop because a line cannot
 * be written. Throwables are logged as {@link Throwables#describable} shows them,
 * {@link Labelled} things by their labels.
 * <p>
 * The only way to the log for all of this library, since what a peer wrote can be part of
 * nearly any line: every argument is logged as {@link LogText} makes it fit, and so are
 * the messages of throwables. What is passed as format is logged as it is and must be a
 * constant. Safe for use by many threads.
 */
public final class SafeLogger {

	// Classes are loaded before memory is short.
	private static final Level DEBUG = Level.DEBUG;

	private static final Level INFO = Level.INFO;

	private static final Level WARN = Level.WARN;

	private static final Level ERROR = Level.ERROR;

	static {
		Throwables.describable(new IllegalStateException());
	}

	private final Logger logger;

	private SafeLogger(Logger logger) {
		this.logger = logger;
	}

	/**
	 * Return the log of a class.
	 * @param type the class
	 * @return the log
	 */
	public static SafeLogger of(Class<?> type) {
		return new SafeLogger(LoggerFactory.getLogger(type));
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void debug(String format, @Nullable Object... arguments) {
		log(DEBUG, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void info(String format, @Nullable Object... arguments) {
		log(INFO, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void warn(String format, @Nullable Object... arguments) {
		log(WARN, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void error(String format, @Nullable Object... arguments) {
		log(ERROR, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument, or a throwable
	 */
	public void debug(String format, @Nullable Object first) {
		log(DEBUG, format, 1, first, null, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument, or a throwable
	 */
	public void debug(String format, @Nullable Object first, @Nullable Object second) {
		log(DEBUG, format, 2, first, second, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument
	 * @param third an argument, or a throwable
	 */
	public void debug(String format, @Nullable Object first, @Nullable Object second, @Nullable Object third) {
		log(DEBUG, format, 3, first, second, third);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument, or a throwable
	 */
	public void info(String format, @Nullable Object first) {
		log(INFO, format, 1, first, null, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument, or a throwable
	 */
	public void info(String format, @Nullable Object first, @Nullable Object second) {
		log(INFO, format, 2, first, second, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument
	 * @param third an argument, or a throwable
	 */
	public void info(String format, @Nullable Object first, @Nullable Object second, @Nullable Object third) {
		log(INFO, format, 3, first, second, third);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument, or a throwable
	 */
	public void warn(String format, @Nullable Object first) {
		log(WARN, format, 1, first, null, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument, or a throwable
	 */
	public void warn(String format, @Nullable Object first, @Nullable Object second) {
		log(WARN, format, 2, first, second, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument
	 * @param third an argument, or a throwable
	 */
	public void warn(String format, @Nullable Object first, @Nullable Object second, @Nullable Object third) {
		log(WARN, format, 3, first, second, third);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument, or a throwable
	 */
	public void error(String format, @Nullable Object first) {
		log(ERROR, format, 1, first, null, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument, or a throwable
	 */
	public void error(String format, @Nullable Object first, @Nullable Object second) {
		log(ERROR, format, 2, first, second, null);
	}

	/**
	 * Log, with the parameters of SLF4J. Needs no memory outside of what is guarded.
	 * @param format the message
	 * @param first an argument
	 * @param second an argument
	 * @param third an argument, or a throwable
	 */
	public void error(String format, @Nullable Object first, @Nullable Object second, @Nullable Object third) {
		log(ERROR, format, 3, first, second, third);
	}

	private void log(Level level, String format, int count, @Nullable Object first, @Nullable Object second,
			@Nullable Object third) {
		try {
			@Nullable Object[] arguments = { first, second, third };
			log(level, format, Arrays.copyOf(arguments, count));
		}
		catch (Throwable ex) {
			// There is no memory, and nowhere left to say so.
		}
	}

	private void log(Level level, String format, @Nullable Object[] arguments) {
		try {
			if (!this.logger.isEnabledForLevel(level)) {
				return;
			}
			for (int i = 0; i < arguments.length; i++) {
				arguments[i] = switch (arguments[i]) {
					case Throwable throwable -> Throwables.loggable(throwable);
					case Labelled labelled -> LogText.of(labelled.label());
					case Number number -> number;
					case null -> null;
					case Object other -> LogText.of(String.valueOf(other));
				};
			}
			switch (level) {
				case ERROR -> this.logger.error(format, arguments);
				case WARN -> this.logger.warn(format, arguments);
				case INFO -> this.logger.info(format, arguments);
				default -> this.logger.debug(format, arguments);
			}
		}
		catch (Throwable ex) {
			// There is nowhere left to say so.
		}
	}

}
