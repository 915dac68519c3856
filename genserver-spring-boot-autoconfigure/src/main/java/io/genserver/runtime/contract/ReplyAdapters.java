package io.genserver.runtime.contract;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Knows the types in which methods carry their replies, other than as plain values.
 */
@FunctionalInterface
public interface ReplyAdapters {

	/**
	 * The adapters of types of the JDK: {@link CompletableFuture} and
	 * {@link CompletionStage}, {@link java.util.concurrent.Flow.Publisher}.
	 */
	ReplyAdapters JDK = (type) -> {
		if (type == CompletableFuture.class || type == CompletionStage.class) {
			return StageAdapter.INSTANCE;
		}
		return (type == Flow.Publisher.class) ? FlowAdapter.INSTANCE : null;
	};

	/**
	 * Return the adapter of a type.
	 * @param type what a method is declared to return
	 * @return the adapter, or {@code null} if such a value is a reply itself
	 * @throws IllegalArgumentException if such a value cannot be a reply, saying what can
	 */
	@Nullable ReplyAdapter find(Class<?> type);

	/**
	 * Return adapters that use others for the types that these do not support.
	 * @param others are asked second
	 * @return the combination
	 */
	default ReplyAdapters or(ReplyAdapters others) {
		return (type) -> {
			ReplyAdapter adapter = find(type);
			return (adapter != null) ? adapter : others.find(type);
		};
	}

	/**
	 * Futures: what the engine itself uses.
	 */
	final class StageAdapter implements ReplyAdapter.Single {

		static final StageAdapter INSTANCE = new StageAdapter();

		private StageAdapter() {
		}

		@Override
		public CompletionStage<?> fromHandler(Object reply) {
			return (CompletionStage<?>) reply;
		}

		@Override
		public Object toCaller(Supplier<CompletableFuture<@Nullable Object>> call) {
			return call.get();
		}

	}

	/**
	 * Streams of the JDK: what the engine itself uses.
	 */
	final class FlowAdapter implements ReplyAdapter.Stream {

		static final FlowAdapter INSTANCE = new FlowAdapter();

		private FlowAdapter() {
		}

		@Override
		public Flow.Publisher<?> fromHandler(Object reply) {
			return (Flow.Publisher<?>) reply;
		}

		@Override
		public Object toCaller(Flow.Publisher<@Nullable Object> items) {
			return items;
		}

	}

}
