package io.genserver.rpc.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.genserver.BlockingCallException;
import io.genserver.CallInterruptedException;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerUnavailableException;
import io.genserver.rpc.outbound.EventLoops;
import io.genserver.rpc.outbound.NoConnectionException;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.outbound.RequestBody;
import io.genserver.rpc.outbound.RpcChannel;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * Calls over whichever connection there is, and waits for one, within the deadline, while
 * there is none. What a lost connection had not sent, or may run twice, is sent again
 * over the next; what may have been executed fails.
 */
final class ReconnectingChannel implements RpcChannel {

	private final ReconnectingConnection link;

	private final Executor workers;

	ReconnectingChannel(ReconnectingConnection link, Executor workers) {
		this.link = link;
		this.workers = workers;
	}

	@Override
	public <T extends @Nullable Object> T call(RemoteMethod method, RequestBody body, long timeoutNanos,
			Function<byte[], ? extends T> decoder) {
		OutboundCalls calls = this.link.connection();
		CallTime time = CallTime.within(timeoutNanos, method.detached());
		long deadline = System.nanoTime() + time.nanos();
		long left = time.nanos();
		// Whether an attempt was sent, over a connection that was lost since.
		boolean sent = false;
		while (true) {
			try {
				if (calls == null) {
					calls = await(method, null, time, deadline);
					left = deadline - System.nanoTime();
				}
				return calls.call(method, body, left, decoder);
			}
			catch (NoConnectionException ex) {
				if (!mayTryAgain(method, ex)) {
					throw ex;
				}
				sent = sent || !ex.notExecuted();
			}
			catch (GenServerException ex) {
				throw sent ? EarlierAttempt.counted(ex) : ex;
			}
			calls = awaitNext(method, calls, time, deadline, sent);
			left = deadline - System.nanoTime();
		}
	}

	/** Waits for the connection after one that has failed a call. */
	private OutboundCalls awaitNext(RemoteMethod method, @Nullable OutboundCalls failed, CallTime time, long deadline,
			boolean sent) {
		try {
			return await(method, failed, time, deadline);
		}
		catch (GenServerException ex) {
			throw sent ? EarlierAttempt.counted(ex) : ex;
		}
	}

	private OutboundCalls await(RemoteMethod method, @Nullable OutboundCalls failed, CallTime time, long deadline) {
		if (EventLoops.mustNotBlock()) {
			throw new BlockingCallException("Call of " + method + " would block the thread "
					+ Thread.currentThread().getName() + ", which must not block, until there is a connection");
		}
		Arrival arrival = new Arrival(method);
		this.link.whenConnected(arrival, failed);
		try {
			return arrival.calls.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			throw timeout(method, time);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CallInterruptedException("The thread was interrupted while " + method
					+ " waited for a connection; the call was not executed", true);
		}
		catch (ExecutionException ex) {
			throw this.link.unavailable(method.toString());
		}
		finally {
			this.link.forget(arrival);
		}
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> callAsync(RemoteMethod method, RequestBody body,
			long timeoutNanos, Function<byte[], ? extends T> decoder) {
		ReconnectingCall<T> call = new ReconnectingCall<>(this, method, body,
				CallTime.within(timeoutNanos, method.detached()), decoder);
		OutboundCalls calls = this.link.connection();
		if (calls != null) {
			call.connected(calls);
		}
		else {
			call.awaitConnection(null);
		}
		return call;
	}

	@Override
	public void cast(RemoteMethod method, RequestBody body, long timeoutNanos) {
		CallTime time = CallTime.within(timeoutNanos, method.detached());
		long deadline = System.nanoTime() + time.nanos();
		OutboundCalls calls = this.link.connection();
		while (true) {
			if (calls == null) {
				if (EventLoops.mustNotBlock()) {
					throw this.link.unavailable(method.toString());
				}
				calls = await(method, null, time, deadline);
			}
			try {
				calls.cast(method, body, deadline - System.nanoTime());
				return;
			}
			catch (NoConnectionException ex) {
				if (!mayTryAgain(method, ex) || EventLoops.mustNotBlock()) {
					throw ex;
				}
				calls = await(method, calls, time, deadline);
			}
		}
	}

	@Override
	public void stream(RemoteMethod method, RequestBody body, Function<byte[], ? extends @Nullable Object> decoder,
			Flow.Subscriber<? super @Nullable Object> subscriber) {
		stream(method, body, decoder, null, subscriber);
	}

	/**
	 * Open a stream.
	 * @param resume makes the arguments by which a stream that was lost after an item
	 * goes on, or {@code null} if it ends then
	 */
	void stream(RemoteMethod method, RequestBody body, Function<byte[], ? extends @Nullable Object> decoder,
			@Nullable Function<@Nullable Object, byte[]> resume, Flow.Subscriber<? super @Nullable Object> subscriber) {
		new ReconnectingStream(this.link, method, body, decoder, resume, subscriber).open();
	}

	/** Whether a request that a lost connection failed may be sent again. */
	static boolean mayTryAgain(RemoteMethod method, NoConnectionException failure) {
		return failure.notExecuted() || method.idempotent();
	}

	GenServerTimeoutException timeout(RemoteMethod method, CallTime time) {
		return OutboundCalls.timedOut(method, time, String.valueOf(this.link.unavailable("it").getMessage()));
	}

	ReconnectingConnection link() {
		return this.link;
	}

	Executor workers() {
		return this.workers;
	}

	/** A thread that waits for a connection. */
	private static final class Arrival implements ReconnectingConnection.Waiting {

		private final RemoteMethod method;

		private final CompletableFuture<OutboundCalls> calls = new CompletableFuture<>();

		Arrival(RemoteMethod method) {
			this.method = method;
		}

		@Override
		public void connected(OutboundCalls connection) {
			this.calls.complete(connection);
		}

		@Override
		public void failed(GenServerUnavailableException failure) {
			this.calls.completeExceptionally(failure);
		}

		@Override
		public String toString() {
			return this.method.toString();
		}

	}

}
