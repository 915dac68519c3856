package io.genserver.spring.propagation;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

import io.genserver.spring.CallContext;
import io.micrometer.context.ContextSnapshot.Scope;
import io.micrometer.context.ContextSnapshotFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * Sends what a reactive type sends under the context of its subscriber, where values
 * travel in Reactor's context and not on the thread.
 *
 * @since 0.1.0
 */
public final class SubscriberContext implements CallContext {

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
		try (Scope scope = this.snapshots.setThreadLocalsFrom(subscriber)) {
			return sending.get();
		}
	}

}
