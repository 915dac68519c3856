package io.genserver.spring;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import io.genserver.runtime.contract.ReplyAdapter;
import io.genserver.runtime.contract.ReplyAdapters;
import io.genserver.runtime.message.EngineFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;

/**
 * Replies in the reactive types Spring knows: {@code Mono}, {@code Flux} and those of
 * other libraries. Needs Reactor; without it only the types of the JDK carry replies.
 */
public final class ReactiveReplyAdapters {

	private ReactiveReplyAdapters() {
	}

	/**
	 * Return the adapters of all types known here.
	 * @param classLoader where to look for Reactor
	 * @param context sends under a subscriber's context, {@code null} to take the thread
	 * as it is
	 * @return the adapters, those of the JDK included
	 */
	public static ReplyAdapters create(@Nullable ClassLoader classLoader, @Nullable Supplier<CallContext> context) {
		return create(classLoader, context, List::of);
	}

	/**
	 * Return the adapters of all types known here.
	 * @param classLoader where to look for Reactor
	 * @param context sends under a subscriber's context, {@code null} to take the thread
	 * as it is
	 * @param contexts add to Reactor's context of what handlers return, in this order
	 * @return the adapters, those of the JDK included
	 */
	public static ReplyAdapters create(@Nullable ClassLoader classLoader, @Nullable Supplier<CallContext> context,
			Supplier<List<HandlerContext>> contexts) {
		if (!ClassUtils.isPresent("reactor.core.publisher.Mono", classLoader)) {
			return ReplyAdapters.JDK;
		}
		return ReplyAdapters.JDK.or(new Registered(ReactiveAdapterRegistry.getSharedInstance(),
				(context != null) ? context.get() : CallContext.OF_THREAD, new HandlerContexts(contexts.get())));
	}

	/**
	 * Looks types up in the registry.
	 *
	 * @param registry the registry
	 * @param context sends under a subscriber's context
	 * @param handlers makes the context of what handlers return
	 */
	private record Registered(ReactiveAdapterRegistry registry, CallContext context,
			HandlerContexts handlers) implements ReplyAdapters {

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
			return adapter.isMultiValue() ? new Many(adapter, this.context, this.handlers)
					: new One(adapter, this.context, this.handlers);
		}

	}

	/**
	 * A type that carries one reply or none.
	 *
	 * @param adapter its adapter
	 * @param context sends under a subscriber's context
	 * @param handlers makes the context of what handlers return
	 */
	private record One(ReactiveAdapter adapter, CallContext context,
			HandlerContexts handlers) implements ReplyAdapter.Single {

		@Override
		public CompletionStage<?> fromHandler(Object reply) {
			return new Subscribed(
					Mono.from(this.adapter.toPublisher(reply)).contextWrite(this.handlers.current()).toFuture());
		}

		@Override
		public Object toCaller(Supplier<CompletableFuture<@Nullable Object>> call) {
			ReplyMono reply = new ReplyMono(call, this.context);
			return (this.adapter.getReactiveType() == Mono.class) ? reply : this.adapter.fromPublisher(reply);
		}

	}

	/**
	 * What a subscribed reply completes with; cancelling it cancels the subscription.
	 */
	private static final class Subscribed extends CompletableFuture<Object> implements EngineFuture {

		private final CompletableFuture<?> subscription;

		Subscribed(CompletableFuture<?> subscription) {
			this.subscription = subscription;
			subscription.whenComplete((reply, failure) -> {
				if (failure != null) {
					completeExceptionally(failure);
				}
				else {
					complete(reply);
				}
			});
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return this.subscription.cancel(mayInterruptIfRunning);
		}

	}

	/**
	 * A type that carries any number of items.
	 *
	 * @param adapter its adapter
	 * @param context sends under a subscriber's context
	 * @param handlers makes the context of what handlers return
	 */
	private record Many(ReactiveAdapter adapter, CallContext context,
			HandlerContexts handlers) implements ReplyAdapter.Stream {

		@Override
		public Flow.Publisher<?> fromHandler(Object reply) {
			return FlowAdapters
				.toFlowPublisher(Flux.from(this.adapter.toPublisher(reply)).contextWrite(this.handlers.current()));
		}

		@Override
		public Object toCaller(Flow.Publisher<@Nullable Object> items) {
			Publisher<@Nullable Object> publisher = FlowAdapters.toPublisher(items);
			if (this.context == CallContext.OF_THREAD) {
				return this.adapter.fromPublisher(publisher);
			}
			return this.adapter.fromPublisher(
					Flux.deferContextual((subscriber) -> Flux.from((Publisher<Object>) (target) -> this.context
						.within(subscriber, () -> subscribe(publisher, target)))));
		}

		private static boolean subscribe(Publisher<?> items, Subscriber<? super Object> target) {
			items.subscribe(target);
			return true;
		}

	}

}
