package io.genserver.runtime;

import java.util.function.Supplier;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Lets the log of the library throw, whatever is logged, until it is closed.
 */
final class BrokenLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger log = (Logger) LoggerFactory.getLogger("io.genserver");

	private final Logger engine = (Logger) LoggerFactory.getLogger(BrokenLog.class.getPackageName());

	private final @Nullable Level level = this.log.getLevel();

	private final @Nullable Level engineLevel = this.engine.getLevel();

	private final Supplier<Thrown> thrown;

	private BrokenLog(Supplier<Thrown> thrown) {
		this.thrown = thrown;
	}

	/**
	 * Break the log.
	 * @param level from which on anything is logged
	 * @param thrown what it throws the next time
	 * @return what mends it when it is closed
	 */
	static BrokenLog with(Level level, Supplier<Thrown> thrown) {
		BrokenLog broken = new BrokenLog(thrown);
		broken.log.setLevel(level);
		broken.engine.setLevel(level);
		broken.log.setAdditive(false);
		broken.log.addAppender(broken);
		return broken;
	}

	@Override
	public void doAppend(ILoggingEvent event) {
		this.thrown.get().raise();
	}

	@Override
	protected void append(ILoggingEvent event) {
	}

	@Override
	public void close() {
		this.log.detachAppender(this);
		this.log.setAdditive(true);
		this.log.setLevel(this.level);
		this.engine.setLevel(this.engineLevel);
	}

}
