package io.genserver.runtime;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log that throws nothing, whatever is wrong with the log or with what is logged: the
 * engine logs in the midst of its work, and a server must not stop because a line cannot
 * be written. Throwables are logged as {@link Throwables#describable} shows them, cells
 * by their labels. Safe for use by many threads.
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
				if (arguments[i] instanceof Throwable throwable) {
					arguments[i] = Throwables.describable(throwable);
				}
				else if (arguments[i] instanceof ServerCell cell) {
					arguments[i] = cell.label();
				}
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
