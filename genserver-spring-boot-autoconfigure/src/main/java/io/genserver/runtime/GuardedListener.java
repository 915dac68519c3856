package io.genserver.runtime;

import java.util.concurrent.atomic.AtomicBoolean;

import io.genserver.DeadLetter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a listener throws from the engine, which would otherwise lose an outcome or
 * a turn. The first failure is logged, since there may be one per message.
 */
final class GuardedListener implements RuntimeListener {

	private static final Logger logger = LoggerFactory.getLogger(GuardedListener.class);

	private final RuntimeListener listener;

	private final AtomicBoolean failed = new AtomicBoolean();

	GuardedListener(RuntimeListener listener) {
		this.listener = listener;
	}

	@Override
	public void started(Server server, Operation operation, long waitNanos) {
		try {
			this.listener.started(server, operation, waitNanos);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void castHandled(Server server, Operation operation, long runNanos, @Nullable Throwable failure) {
		try {
			this.listener.castHandled(server, operation, runNanos, failure);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void callEnded(Server server, Operation operation, long nanos, @Nullable Throwable failure) {
		try {
			this.listener.callEnded(server, operation, nanos, failure);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void deadLetter(DeadLetter deadLetter) {
		try {
			this.listener.deadLetter(deadLetter);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void lateReply(Server server, Operation operation) {
		try {
			this.listener.lateReply(server, operation);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	@Override
	public void restarted(Server server) {
		try {
			this.listener.restarted(server);
		}
		catch (Throwable ex) {
			failed(ex);
		}
	}

	private void failed(Throwable thrown) {
		Throwable cause = Throwables.describable(thrown);
		if (this.failed.compareAndSet(false, true)) {
			logger.warn("Listener {} failed; further failures of it are logged at level debug", this.listener, cause);
		}
		else {
			logger.debug("Listener {} failed", this.listener, cause);
		}
	}

	@Override
	public String toString() {
		return this.listener.toString();
	}

}
