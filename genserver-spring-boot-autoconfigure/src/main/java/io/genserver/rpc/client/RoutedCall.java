package io.genserver.rpc.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.genserver.GenServerUnavailableException;
import io.genserver.rpc.NoConnectionException;
import io.genserver.rpc.OutboundCalls;
import io.genserver.rpc.RemoteMethod;
import io.genserver.rpc.RequestBody;
import io.genserver.runtime.Throwables;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call over one connection after the other, until one answers or the
 * deadline has passed. In the hands of the caller; cancelling it cancels the call.
 *
 * @param <T> type of the reply
 */
final class RoutedCall<T extends @Nullable Object> extends CompletableFuture<T> implements Link.Waiting {

	private final LinkChannel channel;

	private final RemoteMethod method;

	private final RequestBody body;

	private final long timeoutNanos;

	private final long deadline;

	private final Function<byte[], ? extends T> decoder;

	/** The call over the present connection. */
	private volatile @Nullable CompletableFuture<T> attempt;

	RoutedCall(LinkChannel channel, RemoteMethod method, RequestBody body, long timeoutNanos,
			Function<byte[], ? extends T> decoder) {
		this.channel = channel;
		this.method = method;
		this.body = body;
		this.timeoutNanos = timeoutNanos;
		this.deadline = System.nanoTime() + timeoutNanos;
		this.decoder = decoder;
	}

	/** Wait for a connection, but not for ever. */
	void awaitConnection(@Nullable OutboundCalls failed) {
		this.channel.link().whenConnected(this, failed);
		if (!isDone() && this.attempt == null) {
			CompletableFuture
				.delayedExecutor(Math.max(0, this.deadline - System.nanoTime()), TimeUnit.NANOSECONDS,
						this.channel.workers())
				.execute(this::expire);
		}
	}

	private void expire() {
		if (this.attempt == null && completeExceptionally(this.channel.timeout(this.method, this.timeoutNanos))) {
			this.channel.link().forget(this);
		}
	}

	@Override
	public void connected(OutboundCalls calls) {
		if (isDone()) {
			return;
		}
		CompletableFuture<T> call = calls.callAsync(this.method, this.body,
				Math.max(1, this.deadline - System.nanoTime()), this.decoder);
		this.attempt = call;
		call.whenComplete((reply, failure) -> ended(calls, reply, failure));
		if (isCancelled()) {
			call.cancel(true);
		}
	}

	private void ended(OutboundCalls calls, @Nullable T reply, @Nullable Throwable failure) {
		Throwable cause = (failure != null) ? Throwables.unwrap(failure) : null;
		if (cause instanceof NoConnectionException lost && LinkChannel.mayTryAgain(this.method, lost)
				&& this.deadline - System.nanoTime() > 0 && !isDone()) {
			this.attempt = null;
			awaitConnection(calls);
		}
		else if (cause != null) {
			completeExceptionally(cause);
		}
		else {
			complete(reply);
		}
	}

	@Override
	public void failed(GenServerUnavailableException failure) {
		this.channel.workers().execute(() -> completeExceptionally(failure));
	}

	@Override
	public boolean cancel(boolean mayInterruptIfRunning) {
		boolean cancelled = super.cancel(mayInterruptIfRunning);
		CompletableFuture<T> call = this.attempt;
		if (cancelled && call != null) {
			call.cancel(mayInterruptIfRunning);
		}
		else if (cancelled) {
			this.channel.link().forget(this);
		}
		return cancelled;
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

	@Override
	public String toString() {
		return "Call of " + this.method;
	}

}
