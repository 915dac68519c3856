package io.genserver.runtime;

import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * The future of an asynchronous call within this process. The slot of the call decides
 * how it ends. Threads wait for it as blocking callers do: through the scheduler, and, if
 * they are in a turn, as that turn.
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
		return awaitFor(waiter, nanos, true);
	}

	@Override
	boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException {
		Turn turn = Turn.current();
		ServerCell target = this.call.sentTo();
		if (target != null) {
			target.runtime().blockingRule().checkWait(target.server(), this.call.operation(), turn);
		}
		long deadline = (nanos != Long.MAX_VALUE) ? this.scheduler.nanoTime() + nanos : Long.MAX_VALUE;
		return Cycles.await(this.scheduler, waiter, onlyThis ? this.call : null, turn, deadline);
	}

	@Override
	protected void wake(Waiter waiter) {
		this.scheduler.wake(waiter);
	}

}
