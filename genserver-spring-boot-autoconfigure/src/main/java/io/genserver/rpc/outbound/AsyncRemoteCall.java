package io.genserver.rpc.outbound;

import io.genserver.protocol.ResponseMode;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * A call whose reply goes into a future.
 *
 * @param <T> type of the reply
 */
final class AsyncRemoteCall<T extends @Nullable Object> extends RemoteCall {

	private final RemoteReply<T> reply;

	AsyncRemoteCall(OutboundCalls calls, RemoteMethod method, RequestBody body, RemoteReply<T> reply, long now,
			CallTime time) {
		super(calls, method, body, time, now);
		this.reply = reply;
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
		if (isLate(nowNanos)) {
			calls().giveUp(this, RemoteFailures.timeout(method(), time()));
		}
	}

	/** The holder of the future does not want the reply. */
	void cancelled() {
		calls().giveUp(this, RemoteFailures.cancelled(method()));
	}

}
