package io.genserver.spring;

import java.util.List;

import io.genserver.DeadLetter;
import io.genserver.runtime.Operation;
import io.genserver.runtime.RuntimeListener;
import io.genserver.runtime.Server;
import org.jspecify.annotations.Nullable;

/**
 * Several listeners as one.
 */
final class CompositeRuntimeListener implements RuntimeListener {

	private final RuntimeListener[] listeners;

	private CompositeRuntimeListener(List<RuntimeListener> listeners) {
		// One that throws keeps nothing from the others.
		this.listeners = listeners.stream().map(RuntimeListener::guarded).toArray(RuntimeListener[]::new);
	}

	/** {@code null} if there is none, so that nothing is measured. */
	static @Nullable RuntimeListener of(List<RuntimeListener> listeners) {
		return switch (listeners.size()) {
			case 0 -> null;
			case 1 -> listeners.getFirst();
			default -> new CompositeRuntimeListener(listeners);
		};
	}

	@Override
	public void started(Server server, Operation operation, long waitNanos) {
		for (RuntimeListener each : this.listeners) {
			each.started(server, operation, waitNanos);
		}
	}

	@Override
	public void castHandled(Server server, Operation operation, long runNanos, @Nullable Throwable failure) {
		for (RuntimeListener each : this.listeners) {
			each.castHandled(server, operation, runNanos, failure);
		}
	}

	@Override
	public void callEnded(Server server, Operation operation, long nanos, @Nullable Throwable failure) {
		for (RuntimeListener each : this.listeners) {
			each.callEnded(server, operation, nanos, failure);
		}
	}

	@Override
	public void deadLetter(DeadLetter deadLetter) {
		for (RuntimeListener each : this.listeners) {
			each.deadLetter(deadLetter);
		}
	}

	@Override
	public void lateReply(Server server, Operation operation) {
		for (RuntimeListener each : this.listeners) {
			each.lateReply(server, operation);
		}
	}

	@Override
	public void restarted(Server server) {
		for (RuntimeListener each : this.listeners) {
			each.restarted(server);
		}
	}

}
