package io.genserver.runtime;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.genserver.runtime.cell.ShutdownCallers;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The time of one shutdown, which all its stages share, and the threads that wait for its
 * end. Time counts while a stage stops; what other parts of the application take between
 * two stages does not count. Safe for use by many threads.
 */
public final class ShutdownTime implements ShutdownCallers {

	/**
	 * Methods that wait for the end of a shutdown, by class: a thread that calls one from
	 * a handler cannot return from it before the shutdown is over.
	 */
	private static final Map<String, Set<String>> EXITS = Map.of("java.lang.Runtime", Set.of("exit"),
			"java.lang.Shutdown", Set.of("exit"));

	/** Class of Spring's whose close() waits while another thread closes the context. */
	private static final String CONTEXT = "org.springframework.context.support.AbstractApplicationContext";

	private final Consumer<ShutdownTime> first;

	private final LongSupplier clock;

	private final long drain;

	private final long total;

	/**
	 * Threads that stop a stage, or have: they go on to stop others and to destroy beans,
	 * and must not be interrupted meanwhile.
	 */
	private final Set<Thread> callers = ConcurrentHashMap.newKeySet();

	/** Time that stages have taken so far. Guarded by this, as what follows. */
	private long spent;

	/** Stages that stop at this moment. */
	private int stopping;

	private long since;

	/**
	 * Create one for an application without servers.
	 * @param settings say how long a shutdown may take
	 */
	public ShutdownTime(RuntimeSettings settings) {
		this(settings, System::nanoTime, (time) -> {
		});
	}

	/**
	 * Create one.
	 * @param settings say how long a shutdown may take
	 * @param clock the time, in nanoseconds
	 * @param first done before a stage stops
	 */
	ShutdownTime(RuntimeSettings settings, LongSupplier clock, Consumer<ShutdownTime> first) {
		this.first = first;
		this.clock = clock;
		this.drain = Durations.nanos(settings.drainTimeout());
		this.total = Math.max(Durations.nanos(settings.shutdownTimeout()), this.drain);
	}

	/**
	 * Stop a stage on the calling thread: its time counts, and the thread is one that
	 * waits for the shutdown. Calls whose handlers wait for it fail before anything else,
	 * since what waits for their replies may be what the stage waits for.
	 * @param stage what to stop
	 */
	public void stop(LifecycleStage stage) {
		this.callers.add(Thread.currentThread());
		enter(this.clock.getAsLong());
		try {
			this.first.accept(this);
			stage.stop(this);
		}
		finally {
			leave(this.clock.getAsLong());
		}
	}

	private synchronized void enter(long now) {
		if (this.stopping++ == 0) {
			this.since = now;
		}
	}

	private synchronized void leave(long now) {
		if (--this.stopping == 0) {
			this.spent += Math.max(0, now - this.since);
		}
	}

	/**
	 * A stage starts: the next shutdown has all the time there is.
	 */
	public synchronized void reset() {
		this.spent = 0;
		this.callers.clear();
	}

	/**
	 * Return the time left for work that was accepted to be finished.
	 * @return the time, not negative
	 */
	public Duration leftToDrain() {
		return Duration.ofNanos(Math.max(0, this.drain - taken(this.clock.getAsLong())));
	}

	/**
	 * Return the time left for everything.
	 * @return the time, not negative
	 */
	public Duration left() {
		return Duration.ofNanos(Math.max(0, this.total - taken(this.clock.getAsLong())));
	}

	/** When draining ends, as the clock counts. */
	long drained() {
		long now = this.clock.getAsLong();
		return now + this.drain - taken(now);
	}

	/** When everything ends, as the clock counts. */
	long end() {
		long now = this.clock.getAsLong();
		return now + this.total - taken(now);
	}

	private synchronized long taken(long now) {
		return this.spent + ((this.stopping > 0) ? Math.max(0, now - this.since) : 0);
	}

	/**
	 * Return whether a thread waits for the shutdown, so that the shutdown must not wait
	 * for what runs on it: it stops the stages, it is in {@link System#exit}, or it waits
	 * to close an application context that another thread closes.
	 * @param thread the thread, {@code null} for none
	 * @return whether it does
	 */
	@Override
	public boolean isCaller(@Nullable Thread thread) {
		return thread != null && (this.callers.contains(thread) || isExiting(thread));
	}

	/**
	 * Return whether a thread ends the JVM or waits for another to close a context.
	 * @param thread the thread
	 * @return whether it does, at this moment
	 */
	static boolean isExiting(Thread thread) {
		boolean waits = false;
		for (StackTraceElement frame : thread.getStackTrace()) {
			String method = frame.getMethodName();
			if (EXITS.getOrDefault(frame.getClassName(), Set.of()).contains(method)) {
				return true;
			}
			if (frame.getClassName().equals(CONTEXT)) {
				// The frames above close() come first: one that closes is in doClose().
				if (method.equals("doClose")) {
					return false;
				}
				waits |= method.equals("close");
			}
		}
		return waits;
	}

}
