package io.genserver.rpc.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Function;

import io.genserver.BlockingCallException;
import org.jspecify.annotations.Nullable;

/**
 * Where operations of a peer are called: one connection, or whichever there is at the
 * time. Safe for use by many threads.
 */
public interface RpcChannel {

	/**
	 * Call and wait for the reply.
	 * @param <T> type of the reply
	 * @param method the operation
	 * @param body what it is given
	 * @param timeoutNanos time the call may take in all; less if the calling turn has
	 * less
	 * @param decoder decodes the reply, on the calling thread
	 * @return the reply
	 * @throws BlockingCallException if the calling thread must not block
	 */
	<T extends @Nullable Object> T call(RemoteMethod method, RequestBody body, long timeoutNanos,
			Function<byte[], ? extends T> decoder);

	/**
	 * Call without waiting.
	 * @param <T> type of the reply
	 * @param method the operation
	 * @param body what it is given
	 * @param timeoutNanos time the call may take in all; less if the calling turn has
	 * less
	 * @param decoder decodes the reply, on a worker unless it is a {@link PlainDecoder}
	 * @return completes with the reply, and runs what depends on it on a worker;
	 * cancelling it cancels the call
	 */
	<T extends @Nullable Object> CompletableFuture<T> callAsync(RemoteMethod method, RequestBody body,
			long timeoutNanos, Function<byte[], ? extends T> decoder);

	/**
	 * Send a message that is not answered. Waits, where the thread may block, while too
	 * much waits to be sent.
	 * @param method the operation
	 * @param body what it is given, no items
	 * @param timeoutNanos time to wait
	 */
	void cast(RemoteMethod method, RequestBody body, long timeoutNanos);

	/**
	 * Open a stream. Never blocks.
	 * @param method the operation
	 * @param body what it is given
	 * @param decoder decodes items, on a worker
	 * @param subscriber gets the items, on a worker
	 */
	void stream(RemoteMethod method, RequestBody body, Function<byte[], ? extends @Nullable Object> decoder,
			Flow.Subscriber<? super @Nullable Object> subscriber);

	/**
	 * Call with arguments only, and wait for the reply.
	 * @param <T> type of the reply
	 * @param method the operation
	 * @param arguments its encoded arguments
	 * @param timeoutNanos time the call may take in all
	 * @param decoder decodes the reply, on the calling thread
	 * @return the reply
	 */
	default <T extends @Nullable Object> T call(RemoteMethod method, byte[] arguments, long timeoutNanos,
			Function<byte[], ? extends T> decoder) {
		return call(method, RequestBody.of(arguments), timeoutNanos, decoder);
	}

	/**
	 * Call with arguments only, without waiting.
	 * @param <T> type of the reply
	 * @param method the operation
	 * @param arguments its encoded arguments
	 * @param timeoutNanos time the call may take in all
	 * @param decoder decodes the reply, on a worker unless it is a {@link PlainDecoder}
	 * @return completes with the reply, and runs what depends on it on a worker;
	 * cancelling it cancels the call
	 */
	default <T extends @Nullable Object> CompletableFuture<T> callAsync(RemoteMethod method, byte[] arguments,
			long timeoutNanos, Function<byte[], ? extends T> decoder) {
		return callAsync(method, RequestBody.of(arguments), timeoutNanos, decoder);
	}

	/**
	 * Send a message with arguments only that is not answered.
	 * @param method the operation
	 * @param arguments its encoded arguments
	 * @param timeoutNanos time to wait
	 */
	default void cast(RemoteMethod method, byte[] arguments, long timeoutNanos) {
		cast(method, RequestBody.of(arguments), timeoutNanos);
	}

	/**
	 * Open a stream with arguments only.
	 * @param method the operation
	 * @param arguments its encoded arguments
	 * @param decoder decodes items, on a worker
	 * @param subscriber gets the items, on a worker
	 */
	default void stream(RemoteMethod method, byte[] arguments, Function<byte[], ? extends @Nullable Object> decoder,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		stream(method, RequestBody.of(arguments), decoder, subscriber);
	}

}
