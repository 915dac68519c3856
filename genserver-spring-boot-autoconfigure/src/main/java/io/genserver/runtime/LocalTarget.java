package io.genserver.runtime;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.runtime.contract.ContractTarget;
import io.genserver.runtime.contract.MethodOperation;
import org.jspecify.annotations.Nullable;

/**
 * A server of this process as the target of a proxy.
 *
 * @param server the server
 * @param key the key, {@code null} if the server is not keyed
 */
record LocalTarget(Server server, @Nullable String key) implements ContractTarget {

	@Override
	public @Nullable Object call(MethodOperation operation, @Nullable Object[] arguments) {
		return this.server.call(this.key, operation, operation.payload(arguments), 0, false);
	}

	@Override
	public CompletableFuture<@Nullable Object> callAsync(MethodOperation operation, @Nullable Object[] arguments) {
		return this.server.callAsync(this.key, operation, operation.payload(arguments), 0, false);
	}

	@Override
	public void cast(MethodOperation operation, @Nullable Object[] arguments) {
		this.server.cast(this.key, operation, operation.payload(arguments));
	}

	@Override
	public void stream(MethodOperation operation, @Nullable Object[] arguments,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		@SuppressWarnings("unchecked")
		Flow.Subscriber<@Nullable Object> items = (Flow.Subscriber<@Nullable Object>) subscriber;
		this.server.stream(this.key, operation, operation.payload(arguments), 0, null, items);
	}

	@Override
	public String toString() {
		return this.server + ((this.key != null) ? "/" + this.key : "");
	}

}
