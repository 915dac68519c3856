package io.genserver.spring;

import java.util.List;
import java.util.Objects;

import io.genserver.DeadLetter;
import io.genserver.DeadLetterListener;
import io.genserver.log.SafeLogger;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * All dead letter listeners of a context, looked up with the first dead letter: they may
 * use servers, which are not there before the runtime is.
 */
final class LateDeadLetterListeners implements DeadLetterListener {

	private static final SafeLogger logger = SafeLogger.of(LateDeadLetterListeners.class);

	private final ObjectProvider<DeadLetterListener> provider;

	private volatile @Nullable List<DeadLetterListener> listeners;

	LateDeadLetterListeners(ObjectProvider<DeadLetterListener> provider) {
		this.provider = provider;
	}

	@Override
	public void onDeadLetter(DeadLetter deadLetter) {
		List<DeadLetterListener> known = this.listeners;
		if (known == null) {
			known = this.provider.orderedStream().toList();
			this.listeners = known;
		}
		for (DeadLetterListener each : known) {
			try {
				each.onDeadLetter(deadLetter);
			}
			catch (RuntimeException ex) {
				logger.warn("Dead letter listener {} failed", each, ex);
			}
		}
	}

	@Override
	public String toString() {
		return Objects.toString(this.listeners, "dead letter listeners");
	}

}
