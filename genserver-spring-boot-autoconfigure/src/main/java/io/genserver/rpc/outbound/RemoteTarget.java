package io.genserver.rpc.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import io.genserver.rpc.NoItems;
import io.genserver.runtime.contract.ContractTarget;
import io.genserver.runtime.contract.MethodOperation;
import org.jspecify.annotations.Nullable;

/**
 * A server at the other end of a connection, as contract proxies see it.
 *
 * @param calls where it is called
 * @param contract the contract
 * @param key the key, {@code null} if the server is not keyed
 */
record RemoteTarget(RpcChannel calls, RemoteContract<?> contract, @Nullable String key) implements ContractTarget {

	@Override
	public @Nullable Object call(MethodOperation operation, @Nullable Object[] arguments) {
		RemoteOperation remote = this.contract.operation(operation);
		return this.calls.<@Nullable Object>call(remote.method(this.key), remote.body(this.key, arguments),
				remote.timeoutNanos(), remote.decoder());
	}

	@Override
	public CompletableFuture<@Nullable Object> callAsync(MethodOperation operation, @Nullable Object[] arguments) {
		RemoteOperation remote = this.contract.operation(operation);
		RequestBody body;
		try {
			body = remote.body(this.key, arguments);
		}
		catch (IllegalArgumentException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		return this.calls.<@Nullable Object>callAsync(remote.method(this.key), body, remote.timeoutNanos(),
				remote.decoder());
	}

	@Override
	public void cast(MethodOperation operation, @Nullable Object[] arguments) {
		RemoteOperation remote = this.contract.operation(operation);
		this.calls.cast(remote.method(this.key), remote.encode(this.key, arguments), remote.timeoutNanos());
	}

	@Override
	public void stream(MethodOperation operation, @Nullable Object[] arguments,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		RemoteOperation remote = this.contract.operation(operation);
		RequestBody body;
		try {
			body = remote.body(this.key, arguments);
		}
		catch (IllegalArgumentException ex) {
			subscriber.onSubscribe(NoItems.INSTANCE);
			subscriber.onError(ex);
			return;
		}
		this.calls.stream(remote.method(this.key), body, remote.decoder(), subscriber);
	}

	@Override
	public String toString() {
		return "remote server " + this.contract.server() + ((this.key != null) ? "/" + this.key : "");
	}

}
