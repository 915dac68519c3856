package io.genserver.runtime.message;

import java.util.List;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

/**
 * Reports refused and discarded messages to the listeners. Safe for use by many threads.
 * <p>
 * A listener may send messages, and those may be refused or discarded too: what becomes
 * so on the thread of a listener while it runs is not reported to that listener, or one
 * that forwards dead letters to a server without room would call itself without end.
 * Other listeners are called, those that count them among others, and each of them once
 * at most for the same cause.
 */
public final class DeadLetters {

	private static final SafeLogger logger = SafeLogger.of(DeadLetters.class);

	private static final ThreadLocal<@Nullable Running> RUNNING = new ThreadLocal<>();

	private final List<DeadLetterListener> listeners;

	private final FailureLog failures;

	public DeadLetters(List<DeadLetterListener> listeners, FailureLog failures) {
		this.listeners = List.copyOf(listeners);
		this.failures = failures;
	}

	/** Throws nothing. */
	public void report(String server, @Nullable String key, String operation, boolean cast, DeadLetter.Reason reason) {
		if (this.listeners.isEmpty()) {
			return;
		}
		try {
			Running outer = RUNNING.get();
			DeadLetter letter = null;
			for (DeadLetterListener each : this.listeners) {
				if (!isRunning(each, outer)) {
					letter = (letter != null) ? letter : new DeadLetter(server, key, operation, cast, reason);
					report(letter, each, outer);
				}
			}
		}
		catch (Throwable ex) {
			logger.warn("A dead letter of server {} was not reported", server, ex);
		}
	}

	private void report(DeadLetter letter, DeadLetterListener listener, @Nullable Running outer) {
		RUNNING.set(new Running(listener, outer));
		try {
			listener.onDeadLetter(letter);
		}
		catch (Throwable ex) {
			this.failures.warn(logger, letter.server(), "dead letter listener", ex, "Dead letter listener {} failed",
					listener);
		}
		finally {
			if (outer != null) {
				RUNNING.set(outer);
			}
			else {
				RUNNING.remove();
			}
		}
	}

	private static boolean isRunning(DeadLetterListener listener, @Nullable Running innermost) {
		for (Running each = innermost; each != null; each = each.outer()) {
			if (each.listener() == listener) {
				return true;
			}
		}
		return false;
	}

	/** A listener that runs on a thread, and the one in the midst of which it does. */
	private record Running(DeadLetterListener listener, @Nullable Running outer) {
	}

}
