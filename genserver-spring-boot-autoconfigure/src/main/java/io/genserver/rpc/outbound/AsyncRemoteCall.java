package io.genserver.rpc.outbound;

import io.genserver.protocol.ResponseMode;
import org.jspecify.annotations.Nullable;

/**
 * A call whose reply goes into a future.
 *
 * @param <T> type of the reply
 */
final class AsyncRemoteCall<T extends @Nullable Object> extends RemoteCall {

	private final RemoteReply<T> reply;

	private final long timeoutNanos;

	AsyncRemoteCall(OutboundCalls calls, RemoteMethod method, RequestBody body, RemoteReply<T> reply, long now,
			long timeoutNanos) {
		super(calls, method, body, now + timeoutNanos);
		this.reply = reply;
		this.timeoutNanos = timeoutNanos;
	}

	@Override
	ResponseMode mode() {
		return ResponseMode.UNARY;
	}

	@Override
	void succeeded(byte[] payload) {
		calls().forget(this);
		if (this.reply.isPlain()) {
			this.reply.arrived(payload);
		}
		else {
			calls().decodeSoon(this.reply, payload);
		}
	}

	@Override
	void failed(Throwable failure) {
		calls().forget(this);
		this.reply.failed(calls(), failure);
	}

	/** End the call if its time is over. */
	void expire(long nowNanos) {
		if (nowNanos - deadline() >= 0) {
			calls().giveUp(this, RemoteFailures.timeout(method(), this.timeoutNanos));
		}
	}

	/** The holder of the future does not want the reply. */
	void cancelled() {
		calls().giveUp(this, RemoteFailures.cancelled(method()));
	}

}
