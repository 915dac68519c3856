package io.genserver.rpc.outbound;

import java.util.concurrent.locks.LockSupport;

import io.genserver.protocol.ResponseMode;
import io.genserver.runtime.message.CallTime;
import org.jspecify.annotations.Nullable;

/**
 * A call whose caller's thread waits for it, and decodes the reply.
 */
final class BlockingRemoteCall extends RemoteCall {

	private final Thread caller = Thread.currentThread();

	private byte @Nullable [] reply;

	private @Nullable Throwable failure;

	/** Publishes reply and failure. */
	private volatile boolean done;

	BlockingRemoteCall(OutboundCalls calls, RemoteMethod method, RequestBody body, CallTime time, long now) {
		super(calls, method, body, time, now);
	}

	@Override
	ResponseMode mode() {
		return ResponseMode.UNARY;
	}

	@Override
	void succeeded(byte[] reply) {
		this.reply = reply;
		done();
	}

	@Override
	void failed(Throwable failure) {
		this.failure = failure;
		done();
	}

	private void done() {
		this.done = true;
		LockSupport.unpark(this.caller);
	}

	/**
	 * Wait for the outcome. Only on the caller's thread.
	 * @param nanos how long to wait
	 * @return whether it is there
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean await(long nanos) throws InterruptedException {
		long end = System.nanoTime() + nanos;
		while (!this.done) {
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			long left = end - System.nanoTime();
			if (left <= 0) {
				return false;
			}
			LockSupport.parkNanos(this, left);
		}
		return true;
	}

	/**
	 * Return the reply, once there is an outcome, or throw the failure as if it had
	 * happened here.
	 * @return the reply
	 */
	byte[] result() {
		while (!this.done) {
			// The thread that ended the call is about to deliver: a few instructions.
			Thread.onSpinWait();
		}
		byte[] known = this.reply;
		if (known != null) {
			return known;
		}
		if (this.failure instanceof Error error) {
			error.fillInStackTrace();
			throw error;
		}
		RuntimeException cause = (this.failure instanceof RuntimeException thrown) ? thrown
				: new IllegalStateException("Call of " + method() + " failed: " + this.failure, this.failure);
		cause.fillInStackTrace();
		throw cause;
	}

}
