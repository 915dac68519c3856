package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.function.ToLongFunction;

import io.genserver.Caller;
import io.genserver.ServerInfo;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import org.jspecify.annotations.Nullable;

/**
 * What the turn of one server runs: a message, or a step of its instance's life. Written
 * by the turn, read by any thread.
 */
final class CurrentWork {

	private static final VarHandle MESSAGE;

	private static final VarHandle SINCE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			MESSAGE = lookup.findVarHandle(CurrentWork.class, "message", Message.class);
			SINCE = lookup.findVarHandle(CurrentWork.class, "since", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Recipient server;

	private volatile @Nullable Message message;

	/** When the message was started; with opaque access. */
	private long since;

	/** What is made or ended: the instance. */
	private volatile @Nullable LifeStep step;

	/** What was logged last as slow, a message or a step; only the monitor uses it. */
	private @Nullable Object reported;

	CurrentWork(Recipient server) {
		this.server = server;
	}

	/** A message has been started. */
	void begin(Message message, long since) {
		SINCE.setOpaque(this, since);
		MESSAGE.setOpaque(this, message);
	}

	/** The message has been handled, or broke off. */
	void end() {
		MESSAGE.setOpaque(this, null);
	}

	/** The instance is about to be made or ended, which may take long. */
	void beginStep(String name) {
		this.step = new LifeStep(name, now());
	}

	void endStep() {
		this.step = null;
	}

	@Nullable Message message() {
		return this.message;
	}

	private long now() {
		return this.server.scheduler().nanoTime();
	}

	ServerInfo.@Nullable InFlight inFlight() {
		Message running = this.message;
		if (running == null) {
			LifeStep begun = this.step;
			return (begun != null) ? new ServerInfo.InFlight(begun.name(), age(begun.since()),
					new Caller.Server(this.server.name(), this.server.key()).toString()) : null;
		}
		return new ServerInfo.InFlight(running.operation().name(), age((long) SINCE.getOpaque(this)),
				running.caller().toString());
	}

	private Duration age(long begin) {
		return Duration.ofNanos(Math.max(0, now() - begin));
	}

	/**
	 * Whether what runs has taken longer than it should, and was not reported before.
	 * Only for the monitor.
	 * @param thresholds after how many nanoseconds the handler of an operation is slow,
	 * or without one a step of an instance's life; 0 for never
	 */
	boolean isSlow(long now, ToLongFunction<@Nullable Operation> thresholds) {
		Message running = this.message;
		LifeStep begun = this.step;
		if (running == null && begun != null && begun != this.reported
				&& isOver(now - begun.since(), thresholds.applyAsLong(null))) {
			this.reported = begun;
			return true;
		}
		if (running == null || running == this.reported
				|| !isOver(now - (long) SINCE.getOpaque(this), thresholds.applyAsLong(running.operation()))) {
			return false;
		}
		this.reported = running;
		return true;
	}

	private static boolean isOver(long age, long threshold) {
		return threshold > 0 && age > threshold;
	}

}
