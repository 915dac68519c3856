package io.genserver.runtime.message;

import java.util.concurrent.TimeUnit;

import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A call whose sender's thread waits for it.
 */
public final class BlockingCall extends CallMessage implements Waiter {

	private static final long LONGEST_REPORT = TimeUnit.SECONDS.toNanos(1);

	private final Scheduler scheduler;

	private volatile @Nullable Thread thread;

	public BlockingCall(Operation operation, @Nullable Object payload, Object origin, Scheduler scheduler, long now,
			long deadline) {
		super(operation, payload, origin, QUEUED, now, deadline);
		this.scheduler = scheduler;
	}

	@Override
	protected void ended() {
		this.scheduler.wake(this);
	}

	/**
	 * Ready once interceptors have seen the end as well: a meter that counts calls has
	 * counted this one when the caller goes on.
	 */
	@Override
	public boolean isReady() {
		if (!isOver()) {
			return false;
		}
		MessageEnvelope seen = envelope();
		return seen == null || seen.isReported();
	}

	/**
	 * Another thread has ended the call just as its caller gave up waiting: wait until
	 * interceptors have seen the end, unless they take longer than a second.
	 */
	public void awaitReport() {
		try {
			this.scheduler.await(this, this.scheduler.nanoTime() + LONGEST_REPORT);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public @Nullable Thread thread() {
		return this.thread;
	}

	@Override
	public void thread(@Nullable Thread thread) {
		this.thread = thread;
	}

}
