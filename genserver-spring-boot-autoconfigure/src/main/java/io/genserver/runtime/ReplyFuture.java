package io.genserver.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The future of an asynchronous call within this process. The slot of the call decides
 * how it ends. Threads wait for it through the scheduler, as blocking callers do.
 */
final class ReplyFuture extends HeldFuture<@Nullable Object> {

	private final AsyncCall call;

	private final Scheduler scheduler;

	ReplyFuture(AsyncCall call, Scheduler scheduler) {
		this.call = call;
		this.scheduler = scheduler;
	}

	AsyncCall call() {
		return this.call;
	}

	@Override
	protected boolean disown(String why) {
		return this.call.disown(why);
	}

	@Override
	protected boolean await(Waiter waiter, long nanos) throws InterruptedException {
		return this.scheduler.await(waiter,
				(nanos != Long.MAX_VALUE) ? this.scheduler.nanoTime() + nanos : Long.MAX_VALUE);
	}

	@Override
	protected void wake(Waiter waiter) {
		this.scheduler.wake(waiter);
	}

}
