package io.genserver.runtime;

import java.util.List;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import org.jspecify.annotations.Nullable;

/**
 * Reports refused and discarded messages to the listeners. Safe for use by many threads.
 * <p>
 * A listener may send messages, and those may be refused or discarded too: what becomes
 * so on the thread of a listener while it runs is not reported, or a listener that
 * forwards dead letters to a server without room would call itself without end. The
 * servers count it like any other.
 */
final class DeadLetters {

	private static final SafeLogger logger = SafeLogger.of(DeadLetters.class);

	private static final ThreadLocal<@Nullable Boolean> REPORTING = new ThreadLocal<>();

	private final List<DeadLetterListener> listeners;

	DeadLetters(List<DeadLetterListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	/** Throws nothing. */
	void report(String server, @Nullable String key, String operation, boolean cast, DeadLetter.Reason reason) {
		if (this.listeners.isEmpty()) {
			return;
		}
		try {
			if (REPORTING.get() == null) {
				REPORTING.set(true);
				try {
					report(new DeadLetter(server, key, operation, cast, reason));
				}
				finally {
					REPORTING.remove();
				}
			}
		}
		catch (Throwable ex) {
			logger.warn("A dead letter of server {} was not reported", server, ex);
		}
	}

	private void report(DeadLetter deadLetter) {
		for (DeadLetterListener each : this.listeners) {
			try {
				each.onDeadLetter(deadLetter);
			}
			catch (Throwable ex) {
				logger.warn("Dead letter listener {} failed", each, ex);
			}
		}
	}

}
