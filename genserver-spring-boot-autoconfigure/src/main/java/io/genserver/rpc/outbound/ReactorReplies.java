package io.genserver.rpc.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import io.genserver.runtime.contract.ReplyAdapter;
import io.genserver.runtime.contract.ReplyAdapters;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Contracts may answer with {@link Mono} and {@link Flux}.
 */
public enum ReactorReplies implements ReplyAdapters {

	/** The only one. */
	INSTANCE;

	@Override
	public @Nullable ReplyAdapter find(Class<?> type) {
		if (type == Mono.class) {
			return One.INSTANCE;
		}
		return (type == Flux.class || type == Publisher.class) ? Many.INSTANCE : null;
	}

	/** A call for each subscriber. */
	private enum One implements ReplyAdapter.Single {

		INSTANCE;

		@Override
		public CompletionStage<?> fromHandler(Object reply) {
			return ((Mono<?>) reply).toFuture();
		}

		@Override
		public Object toCaller(Supplier<CompletableFuture<@Nullable Object>> call) {
			return Mono.fromFuture(call::get);
		}

	}

	/** A stream for each subscriber. */
	private enum Many implements ReplyAdapter.Stream {

		INSTANCE;

		@Override
		public Flow.Publisher<?> fromHandler(Object reply) {
			return FlowAdapters.toFlowPublisher((Publisher<?>) reply);
		}

		@Override
		public Object toCaller(Flow.Publisher<@Nullable Object> items) {
			return Flux.from(FlowAdapters.toPublisher(items));
		}

	}

}
