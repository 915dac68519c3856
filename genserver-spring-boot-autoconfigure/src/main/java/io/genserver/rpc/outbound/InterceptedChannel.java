package io.genserver.rpc.outbound;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.genserver.log.Throwables;
import io.genserver.remote.RpcRequest.Kind;
import io.genserver.rpc.NoItems;
import org.jspecify.annotations.Nullable;

/**
 * A channel whose requests are seen by interceptors. Costs nothing to speak of while
 * there are none.
 */
public final class InterceptedChannel implements RpcChannel {

	private final RpcChannel channel;

	private final RpcInterceptors interceptors;

	private final String peer;

	/**
	 * Create.
	 * @param channel sends the requests
	 * @param interceptors see them
	 * @param peer where they are sent, for people to read
	 */
	public InterceptedChannel(RpcChannel channel, RpcInterceptors interceptors, String peer) {
		this.channel = channel;
		this.interceptors = interceptors;
		this.peer = peer;
	}

	private @Nullable InterceptedRequest request(RemoteMethod method, Kind kind) {
		return (this.interceptors.all().length == 0) ? null
				: new InterceptedRequest(this.interceptors, method, this.peer, kind);
	}

	@Override
	public <T extends @Nullable Object> T call(RemoteMethod method, RequestBody body, long timeoutNanos,
			Function<byte[], ? extends T> decoder) {
		InterceptedRequest request = request(method, Kind.CALL);
		if (request == null) {
			return this.channel.call(method, body, timeoutNanos, decoder);
		}
		RequestBody sent = request.send(body);
		try {
			T reply = this.channel.call(method, sent, timeoutNanos, decoder);
			request.end(null);
			return reply;
		}
		catch (Throwable ex) {
			request.end(ex);
			throw ex;
		}
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(RemoteMethod method, RequestBody body,
			long timeoutNanos, Function<byte[], ? extends T> decoder) {
		InterceptedRequest request = request(method, Kind.CALL);
		if (request == null) {
			return this.channel.callAsync(method, body, timeoutNanos, decoder);
		}
		RequestBody sent;
		try {
			sent = request.send(body);
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
		CompletableFuture<T> reply = this.channel.callAsync(method, sent, timeoutNanos, decoder);
		reply.whenComplete((value, failure) -> request.end((failure != null) ? Throwables.unwrap(failure) : null));
		return reply;
	}

	@Override
	public void cast(RemoteMethod method, RequestBody body, long timeoutNanos) {
		InterceptedRequest request = request(method, Kind.CAST);
		if (request == null) {
			this.channel.cast(method, body, timeoutNanos);
			return;
		}
		RequestBody sent = request.send(body);
		try {
			this.channel.cast(method, sent, timeoutNanos);
			request.end(null);
		}
		catch (Throwable ex) {
			request.end(ex);
			throw ex;
		}
	}

	@Override
	public void stream(RemoteMethod method, RequestBody body, Function<byte[], ? extends @Nullable Object> decoder,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		stream(method, body, subscriber, (sent, target) -> this.channel.stream(method, sent, decoder, target));
	}

	/**
	 * Open a stream in a way of its own.
	 * @param method the operation
	 * @param body what it is given
	 * @param subscriber gets the items
	 * @param open opens it, for another subscriber
	 */
	public void stream(RemoteMethod method, RequestBody body, Flow.Subscriber<? super @Nullable Object> subscriber,
			BiConsumer<RequestBody, Flow.Subscriber<? super @Nullable Object>> open) {
		InterceptedRequest request = request(method, Kind.STREAM);
		if (request == null) {
			open.accept(body, subscriber);
			return;
		}
		RequestBody sent;
		try {
			sent = request.send(body);
		}
		catch (Throwable ex) {
			subscriber.onSubscribe(NoItems.INSTANCE);
			subscriber.onError(ex);
			return;
		}
		open.accept(sent, new InterceptedItems(request, subscriber));
	}

	/**
	 * Sees the end of a stream.
	 *
	 * @param request what asked for it
	 * @param subscriber gets the items
	 */
	private record InterceptedItems(InterceptedRequest request,
			Flow.Subscriber<? super @Nullable Object> subscriber) implements Flow.Subscriber<@Nullable Object> {

		@Override
		public void onSubscribe(Flow.Subscription subscription) {
			this.subscriber.onSubscribe(new Flow.Subscription() {

				@Override
				public void request(long items) {
					subscription.request(items);
				}

				@Override
				public void cancel() {
					subscription.cancel();
					InterceptedItems.this.request.end(null);
				}

			});
		}

		@Override
		public void onNext(@Nullable Object item) {
			this.subscriber.onNext(item);
		}

		@Override
		public void onError(Throwable failure) {
			this.request.end(failure);
			this.subscriber.onError(failure);
		}

		@Override
		public void onComplete() {
			this.request.end(null);
			this.subscriber.onComplete();
		}

	}

	/** Requests through equal channels take the same way. */
	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof InterceptedChannel channel && this.channel.equals(channel.channel)
				&& this.interceptors == channel.interceptors;
	}

	@Override
	public int hashCode() {
		return this.channel.hashCode();
	}

}
