package io.genserver.rpc.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.genserver.GenServerUnavailableException;
import io.genserver.rpc.outbound.NoConnectionException;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.RemoteMethod;
import io.genserver.rpc.outbound.RemoteReply;
import io.genserver.rpc.outbound.RequestBody;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * An asynchronous call over one connection after the other, until one answers or the
 * deadline has passed. In the hands of the caller; cancelling it cancels the call.
 *
 * @param <T> type of the reply
 */
final class ReconnectingCall<T extends @Nullable Object> extends RemoteReply<T>
		implements ReconnectingConnection.Waiting {

	private final ReconnectingChannel channel;

	private final RequestBody body;

	private final CallTime time;

	private final long deadline;

	/** Whether an attempt was sent, over a connection that was lost since. */
	private volatile boolean sent;

	ReconnectingCall(ReconnectingChannel channel, RemoteMethod method, RequestBody body, CallTime time,
			Function<byte[], ? extends T> decoder) {
		super(method, decoder, channel.workers());
		this.channel = channel;
		this.body = body;
		this.time = time;
		this.deadline = System.nanoTime() + time.nanos();
	}

	/** Wait for a connection, but not for ever. */
	void awaitConnection(@Nullable OutboundCalls failed) {
		this.channel.link().whenConnected(this, failed);
		if (!isOver() && !isAttempted()) {
			CompletableFuture
				.delayedExecutor(Math.max(0, this.deadline - System.nanoTime()), TimeUnit.NANOSECONDS,
						this.channel.workers())
				.execute(this::expire);
		}
	}

	private void expire() {
		if (!isAttempted()) {
			end(EarlierAttempt.counted(this.channel.timeout(method(), this.time), this.sent));
			this.channel.link().forget(this);
		}
	}

	@Override
	public void connected(OutboundCalls calls) {
		if (!isOver()) {
			CallTime left = new CallTime(Math.max(1, this.deadline - System.nanoTime()), this.time.limiting());
			calls.callAsync(method(), this.body, left, this);
		}
	}

	@Override
	protected void failed(OutboundCalls calls, Throwable failure) {
		if (failure instanceof NoConnectionException lost && ReconnectingChannel.mayTryAgain(method(), lost)
				&& this.deadline - System.nanoTime() > 0 && !isOver()) {
			this.sent = this.sent || !lost.notExecuted();
			retry();
			awaitConnection(calls);
		}
		else {
			end(EarlierAttempt.counted(failure, this.sent));
		}
	}

	@Override
	public void failed(GenServerUnavailableException failure) {
		end(EarlierAttempt.counted(failure, this.sent));
	}

	@Override
	protected boolean disown(String why) {
		boolean ended = super.disown(why);
		if (ended && !isAttempted()) {
			this.channel.link().forget(this);
		}
		return ended;
	}

}
