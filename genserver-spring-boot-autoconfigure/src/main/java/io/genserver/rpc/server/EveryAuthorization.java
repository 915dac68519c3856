package io.genserver.rpc.server;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import io.genserver.Caller;
import io.genserver.remote.RpcAuthorization;
import org.jspecify.annotations.Nullable;

/**
 * Allows what all others allow, who are asked one after the other until one refuses.
 *
 * @param all the others, at least one
 * @param workers where they are asked, may block
 */
public record EveryAuthorization(List<RpcAuthorization> all, Executor workers) implements RpcAuthorization {

	/**
	 * Combine.
	 * @param all whom to ask, in this order
	 * @param workers where they are asked, may block
	 * @return what to ask instead, {@code null} if there are none
	 */
	public static @Nullable RpcAuthorization of(List<RpcAuthorization> all, Executor workers) {
		return switch (all.size()) {
			case 0 -> null;
			case 1 -> all.get(0);
			default -> new EveryAuthorization(List.copyOf(all), workers);
		};
	}

	@Override
	public CompletionStage<Boolean> authorize(Caller.Remote caller, Target target) {
		CompletionStage<Boolean> decision = this.all.get(0).authorize(caller, target);
		for (RpcAuthorization next : this.all.subList(1, this.all.size())) {
			decision = decision.thenComposeAsync((allowed) -> Boolean.TRUE.equals(allowed)
					? next.authorize(caller, target) : CompletableFuture.completedFuture(false), this.workers);
		}
		return decision;
	}

}
