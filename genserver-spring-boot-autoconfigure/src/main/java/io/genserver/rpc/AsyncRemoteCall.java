package io.genserver.rpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.genserver.protocol.ResponseMode;
import io.genserver.rpc.codec.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * A call whose reply goes into a future. Decodes, and completes the future, on a worker:
 * both may run code of the application.
 *
 * @param <T> type of the reply
 */
final class AsyncRemoteCall<T extends @Nullable Object> extends RemoteCall {

	private final OutboundCalls calls;

	private final Executor workers;

	private final Function<byte[], ? extends T> decoder;

	private final long timeoutNanos;

	private final long deadline;

	private final Reply<T> reply = new Reply<>(this);

	AsyncRemoteCall(OutboundCalls calls, RemoteMethod method, RequestBody body, Executor workers,
			Function<byte[], ? extends T> decoder, long now, long timeoutNanos) {
		super(calls, method, body);
		this.calls = calls;
		this.workers = workers;
		this.decoder = decoder;
		this.timeoutNanos = timeoutNanos;
		this.deadline = now + timeoutNanos;
	}

	CompletableFuture<T> future() {
		return this.reply;
	}

	@Override
	Long deadline() {
		return this.deadline;
	}

	@Override
	ResponseMode mode() {
		return ResponseMode.UNARY;
	}

	@Override
	void succeeded(byte[] payload) {
		this.calls.forget(this);
		this.workers.execute(() -> {
			try {
				this.reply.complete(this.decoder.apply(payload));
			}
			catch (CodecException ex) {
				this.reply.completeExceptionally(RemoteFailures.unusable(method(), ex));
			}
			catch (Throwable ex) {
				this.reply.completeExceptionally(ex);
			}
		});
	}

	@Override
	void failed(Throwable failure) {
		this.calls.forget(this);
		if (!this.reply.isDone()) {
			this.workers.execute(() -> this.reply.completeExceptionally(failure));
		}
	}

	/** End the call if its time is over. */
	void expire(long nowNanos) {
		if (nowNanos - this.deadline >= 0) {
			this.calls.giveUp(this, RemoteFailures.timeout(method(), this.timeoutNanos));
		}
	}

	private void cancelled() {
		this.calls.giveUp(this, RemoteFailures.cancelled(method()));
	}

	/** The future in the hands of the caller. */
	private static final class Reply<T extends @Nullable Object> extends CompletableFuture<T> {

		private final AsyncRemoteCall<T> call;

		Reply(AsyncRemoteCall<T> call) {
			this.call = call;
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			boolean cancelled = super.cancel(mayInterruptIfRunning);
			if (cancelled) {
				this.call.cancelled();
			}
			return cancelled;
		}

		@Override
		public <U> CompletableFuture<U> newIncompleteFuture() {
			return new CompletableFuture<>();
		}

	}

}
