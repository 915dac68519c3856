package io.genserver.rpc.outbound;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

import io.genserver.rpc.codec.CodecException;
import io.genserver.runtime.message.CallFuture;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * The future of an asynchronous call of a peer. A reply is put into it where it is
 * decoded, and wakes the threads that wait; what depends on it is code of the application
 * and runs on a worker, as does what depends on a failure. Threads that must not block do
 * not wait for it: there {@code get} and {@code join} fail at once, as blocking calls do.
 *
 * @param <T> type of the reply
 */
public class RemoteReply<T extends @Nullable Object> extends CallFuture<T> {

	private static final VarHandle OVER;

	static {
		try {
			OVER = MethodHandles.lookup().findVarHandle(RemoteReply.class, "over", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final RemoteMethod method;

	private final Function<byte[], ? extends T> decoder;

	private final Executor workers;

	/**
	 * Whether it is known what the future ends with; the thread that sets it completes
	 * it.
	 */
	@SuppressWarnings("unused")
	private volatile boolean over;

	/** The call over the present connection. */
	private volatile @Nullable AsyncRemoteCall<T> attempt;

	/**
	 * Create the future of a call that is not sent yet.
	 * @param method the operation
	 * @param decoder decodes the reply, on a worker unless it is a {@link PlainDecoder}
	 * @param workers runs code of the application
	 */
	protected RemoteReply(RemoteMethod method, Function<byte[], ? extends T> decoder, Executor workers) {
		this.method = method;
		this.decoder = decoder;
		this.workers = workers;
	}

	/**
	 * Return the operation that was called.
	 * @return the operation
	 */
	protected final RemoteMethod method() {
		return this.method;
	}

	/**
	 * Return what decides that the call is over.
	 * @return whether that is decided
	 */
	protected final boolean isOver() {
		return this.over;
	}

	/**
	 * Return whether the call was given to a connection that has not failed it.
	 * @return whether there is one
	 */
	protected final boolean isAttempted() {
		return this.attempt != null;
	}

	/**
	 * Forget the connection, which has failed the call, as it is tried again.
	 */
	protected final void retry() {
		this.attempt = null;
	}

	final void attempt(AsyncRemoteCall<T> call) {
		this.attempt = call;
	}

	/** Whether the reply may be decoded on the connection's thread. */
	final boolean isPlain() {
		return this.decoder instanceof PlainDecoder;
	}

	/**
	 * The reply is there. On a worker, or on the connection's thread if it is plain.
	 */
	final void arrived(byte[] payload) {
		T value;
		try {
			value = this.decoder.apply(payload);
		}
		catch (CodecException ex) {
			end(RemoteFailures.unusable(this.method, ex));
			return;
		}
		catch (Throwable ex) {
			end(ex);
			return;
		}
		if (claim() && put(value)) {
			this.workers.execute(() -> notifyDependents(value));
		}
	}

	/**
	 * The connection has failed the call. On any thread.
	 * @param calls the connection
	 * @param failure why
	 */
	protected void failed(OutboundCalls calls, Throwable failure) {
		end(failure);
	}

	/**
	 * Complete the future with a failure, on a worker, unless the call is over. On any
	 * thread.
	 * @param failure the failure
	 */
	protected final void end(Throwable failure) {
		if (claim()) {
			this.workers.execute(() -> fail(failure));
		}
	}

	private boolean claim() {
		return OVER.compareAndSet(this, false, true);
	}

	@Override
	protected boolean disown(String why) {
		if (!claim()) {
			return false;
		}
		AsyncRemoteCall<T> call = this.attempt;
		if (call != null) {
			call.cancelled();
		}
		return true;
	}

	@Override
	protected final boolean await(Waiter waiter, long nanos) throws InterruptedException {
		EventLoops.checkWait(this.method);
		long end = System.nanoTime() + nanos;
		waiter.thread(Thread.currentThread());
		try {
			while (!waiter.isReady()) {
				if (Thread.interrupted()) {
					throw new InterruptedException();
				}
				if (nanos == Long.MAX_VALUE) {
					LockSupport.park(waiter);
					continue;
				}
				long left = end - System.nanoTime();
				if (left <= 0) {
					return waiter.isReady();
				}
				LockSupport.parkNanos(waiter, left);
			}
			return true;
		}
		finally {
			waiter.thread(null);
		}
	}

	@Override
	protected final void wake(Waiter waiter) {
		Thread thread = waiter.thread();
		if (thread != null) {
			LockSupport.unpark(thread);
		}
	}

	@Override
	public String toString() {
		return "Call of " + this.method;
	}

}
