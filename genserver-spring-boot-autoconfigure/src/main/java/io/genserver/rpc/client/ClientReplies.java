package io.genserver.rpc.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import io.genserver.rpc.outbound.ReactorReplies;
import io.genserver.runtime.contract.ReplyAdapter;
import io.genserver.runtime.contract.ReplyAdapters;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;

/**
 * The types in which contracts of a client carry replies and streams: those that a server
 * knows, which are Reactor's, the JDK's, and all of Spring's registry, such as Kotlin's
 * {@code Flow}.
 */
final class ClientReplies {

	static final ReplyAdapters ALL = ReplyAdapters.JDK.or(ReactorReplies.INSTANCE).or(ClientReplies::registered);

	private ClientReplies() {
	}

	private static @Nullable ReplyAdapter registered(Class<?> type) {
		ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
		if (adapter == null) {
			return null;
		}
		if (adapter.getReactiveType() != type) {
			throw new IllegalArgumentException(
					"no proxy can make a " + type.getName() + ", only a " + adapter.getReactiveType().getSimpleName());
		}
		return adapter.isMultiValue() ? new Many(adapter) : new One(adapter);
	}

	/**
	 * A type that carries one reply or none.
	 *
	 * @param adapter its adapter
	 */
	private record One(ReactiveAdapter adapter) implements ReplyAdapter.Single {

		@Override
		public CompletionStage<?> fromHandler(Object reply) {
			return Mono.from(this.adapter.toPublisher(reply)).toFuture();
		}

		@Override
		public Object toCaller(Supplier<CompletableFuture<@Nullable Object>> call) {
			return this.adapter.fromPublisher(Mono.fromFuture(call::get));
		}

	}

	/**
	 * A type that carries any number of items.
	 *
	 * @param adapter its adapter
	 */
	private record Many(ReactiveAdapter adapter) implements ReplyAdapter.Stream {

		@Override
		public Flow.Publisher<?> fromHandler(Object reply) {
			return FlowAdapters.toFlowPublisher(this.adapter.toPublisher(reply));
		}

		@Override
		public Object toCaller(Flow.Publisher<@Nullable Object> items) {
			return this.adapter.fromPublisher(FlowAdapters.toPublisher(items));
		}

	}

}
