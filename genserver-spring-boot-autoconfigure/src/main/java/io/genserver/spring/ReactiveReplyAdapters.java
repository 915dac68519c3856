package io.genserver.spring;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import io.genserver.runtime.ReplyAdapter;
import io.genserver.runtime.ReplyAdapters;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;

/**
 * Replies in the reactive types Spring knows: {@code Mono}, {@code Flux} and those of
 * other libraries. Needs Reactor; without it only the types of the JDK carry replies.
 *
 * @since 0.1.0
 */
public final class ReactiveReplyAdapters {

	private ReactiveReplyAdapters() {
	}

	/**
	 * Return the adapters of all types known here.
	 * @param classLoader where to look for Reactor
	 * @return the adapters, those of the JDK included
	 */
	public static ReplyAdapters create(@Nullable ClassLoader classLoader) {
		if (!ClassUtils.isPresent("reactor.core.publisher.Mono", classLoader)) {
			return ReplyAdapters.JDK;
		}
		return ReplyAdapters.JDK.or(new Registered(ReactiveAdapterRegistry.getSharedInstance()));
	}

	/**
	 * Looks types up in the registry.
	 *
	 * @param registry the registry
	 */
	private record Registered(ReactiveAdapterRegistry registry) implements ReplyAdapters {

		@Override
		public @Nullable ReplyAdapter find(Class<?> type) {
			ReactiveAdapter adapter = this.registry.getAdapter(type);
			if (adapter == null) {
				return null;
			}
			if (adapter.getReactiveType() != type) {
				throw new IllegalArgumentException("no proxy can make a " + type.getName() + ", only a "
						+ adapter.getReactiveType().getSimpleName());
			}
			return adapter.isMultiValue() ? new Many(adapter) : new One(adapter);
		}

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
