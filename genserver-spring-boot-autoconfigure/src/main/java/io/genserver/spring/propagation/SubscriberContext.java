package io.genserver.spring.propagation;

import java.util.function.Supplier;

import io.genserver.spring.CallContext;
import io.genserver.spring.HandlerContext;
import io.micrometer.context.ContextSnapshot.Scope;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Sends what a reactive type sends under the context of its subscriber, where values
 * travel in Reactor's context and not on the thread; and the other way round, lets what a
 * handler returns find in Reactor's context what its sender had there, and what belongs
 * to the message on the handler's thread.
 */
public final class SubscriberContext implements CallContext, HandlerContext {

	private final ContextSnapshotFactory snapshots;

	/**
	 * Create.
	 * @param snapshots sets thread-locals
	 */
	public SubscriberContext(ContextSnapshotFactory snapshots) {
		this.snapshots = snapshots;
	}

	@Override
	@SuppressWarnings("try")
	public <T> T within(ContextView subscriber, Supplier<T> sending) {
		if (subscriber.isEmpty()) {
			return sending.get();
		}
		Object before = SendersContext.exchange(SendersContext.SENDING, subscriber);
		try (Scope scope = this.snapshots.setThreadLocalsFrom(subscriber)) {
			return sending.get();
		}
		finally {
			SendersContext.exchange(SendersContext.SENDING, before);
		}
	}

	@Override
	public Context write(Context context) {
		Context with = (SendersContext.HANDLING.get() instanceof ContextView senders) ? context.putAll(senders)
				: context;
		return this.snapshots.captureAll().updateContext(with);
	}

}
