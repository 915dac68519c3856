package io.genserver.rpc.outbound;

import io.genserver.protocol.ResponseMode;
import org.jspecify.annotations.Nullable;

/**
 * A call whose reply goes into a future.
 *
 * @param <T> type of the reply
 */
final class AsyncRemoteCall<T extends @Nullable Object> extends RemoteCall {

	private final OutboundCalls calls;

	private final RemoteReply<T> reply;

	private final long timeoutNanos;

	private final long deadline;

	AsyncRemoteCall(OutboundCalls calls, RemoteMethod method, RequestBody body, RemoteReply<T> reply, long now,
			long timeoutNanos) {
		super(calls, method, body);
		this.calls = calls;
		this.reply = reply;
		this.timeoutNanos = timeoutNanos;
		this.deadline = now + timeoutNanos;
	}

	@Override
	boolean hasDeadline() {
		return true;
	}

	@Override
	long deadline() {
		return this.deadline;
	}

	@Override
	ResponseMode mode() {
		return ResponseMode.UNARY;
	}

	@Override
	void succeeded(byte[] payload) {
		this.calls.forget(this);
		if (this.reply.isPlain()) {
			this.reply.arrived(payload);
		}
		else {
			this.calls.decodeSoon(this.reply, payload);
		}
	}

	@Override
	void failed(Throwable failure) {
		this.calls.forget(this);
		this.reply.failed(this.calls, failure);
	}

	/** End the call if its time is over. */
	void expire(long nowNanos) {
		if (nowNanos - this.deadline >= 0) {
			this.calls.giveUp(this, RemoteFailures.timeout(method(), this.timeoutNanos));
		}
	}

	/** The holder of the future does not want the reply. */
	void cancelled() {
		this.calls.giveUp(this, RemoteFailures.cancelled(method()));
	}

}
