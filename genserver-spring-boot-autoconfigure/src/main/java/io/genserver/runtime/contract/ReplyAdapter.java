package io.genserver.runtime.contract;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Translates between a type in which a method carries its reply and the two the engine
 * knows: {@link CompletionStage} and {@link java.util.concurrent.Flow.Publisher}. Used on
 * both sides: for what a handler returns, and for what a proxy hands to its caller.
 * Stateless.
 */
public sealed interface ReplyAdapter {

	/**
	 * A type that carries one reply, or none.
	 */
	non-sealed interface Single extends ReplyAdapter {

		/**
		 * Translate what a handler returned.
		 * @param reply what it returned
		 * @return completes with the reply
		 */
		CompletionStage<?> fromHandler(Object reply);

		/**
		 * Make what a proxy returns. Types that are lazy make a call for each subscriber,
		 * and cancel its future when the subscriber cancels.
		 * @param call makes the call when it is invoked
		 * @return a value of the adapted type
		 */
		Object toCaller(Supplier<CompletableFuture<@Nullable Object>> call);

	}

	/**
	 * A type that carries any number of items.
	 */
	non-sealed interface Stream extends ReplyAdapter {

		/**
		 * Translate what a handler returned.
		 * @param reply what it returned
		 * @return publishes the items
		 */
		Flow.Publisher<?> fromHandler(Object reply);

		/**
		 * Make what a proxy returns.
		 * @param items opens a stream for each subscriber
		 * @return a value of the adapted type
		 */
		Object toCaller(Flow.Publisher<@Nullable Object> items);

	}

}
