package io.genserver.runtime.contract;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * Where the messages of a contract proxy go: a server of this process, or one at the
 * other end of a connection. Its {@link Object#toString()} names the server, and is that
 * of the proxy. The array of arguments belongs to the receiver, which may keep it. Safe
 * for use by many threads.
 */
public interface ContractTarget {

	/**
	 * Send a message and wait for the reply.
	 * @param operation the operation
	 * @param arguments as many as the operation has parameters
	 * @return the reply
	 * @throws Throwable what the handler threw, or why there is no reply
	 */
	@Nullable Object call(MethodOperation operation, @Nullable Object[] arguments) throws Throwable;

	/**
	 * Send a message. Never blocks, and refuses through the future.
	 * @param operation the operation
	 * @param arguments as many as the operation has parameters
	 * @return completes with the reply; cancelling it cancels the call
	 */
	CompletableFuture<@Nullable Object> callAsync(MethodOperation operation, @Nullable Object[] arguments);

	/**
	 * Send a message without a reply.
	 * @param operation the operation
	 * @param arguments as many as the operation has parameters
	 */
	void cast(MethodOperation operation, @Nullable Object[] arguments);

	/**
	 * Open a stream. Never blocks, and refuses through the subscriber.
	 * @param operation the operation
	 * @param arguments as many as the operation has parameters
	 * @param subscriber gets the items
	 */
	void stream(MethodOperation operation, @Nullable Object[] arguments,
			Flow.Subscriber<? super @Nullable Object> subscriber);

}
