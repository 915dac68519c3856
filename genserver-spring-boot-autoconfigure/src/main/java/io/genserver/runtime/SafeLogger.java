package io.genserver.runtime;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log that throws nothing, whatever is wrong with the log or with what is logged: the
 * engine logs in the midst of its work, and a server must not stop because a line cannot
 * be written. Throwables are logged as {@link Throwables#describable} shows them, cells
 * by their labels.
 * <p>
 * The only way to the log for all of this library, since what a peer wrote can be part of
 * nearly any line: every argument is logged as {@link LogText} makes it fit, and so are
 * the messages of throwables. What is passed as format is logged as it is and must be a
 * constant. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public final class SafeLogger {

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
		log(Level.DEBUG, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void info(String format, @Nullable Object... arguments) {
		log(Level.INFO, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void warn(String format, @Nullable Object... arguments) {
		log(Level.WARN, format, arguments);
	}

	/**
	 * Log, with the parameters of SLF4J.
	 * @param format the message, with {@code {}} for each argument
	 * @param arguments the arguments, the last of which may be a throwable
	 */
	public void error(String format, @Nullable Object... arguments) {
		log(Level.ERROR, format, arguments);
	}

	private void log(Level level, String format, @Nullable Object[] arguments) {
		try {
			if (!this.logger.isEnabledForLevel(level)) {
				return;
			}
			for (int i = 0; i < arguments.length; i++) {
				arguments[i] = switch (arguments[i]) {
					case Throwable throwable -> Throwables.loggable(throwable);
					case ServerCell cell -> LogText.of(cell.label());
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
