package io.genserver.runtime.message;

import java.util.function.Consumer;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * The future of an asynchronous call within this process. The slot of the call decides
 * how it ends. Threads wait for it as blocking callers do: through the scheduler, and, if
 * they are in a turn, as that turn.
 */
public final class ReplyFuture extends CallFuture<@Nullable Object> {

	private final AsyncCall call;

	private final ReplyWait wait;

	ReplyFuture(AsyncCall call, ReplyWait wait) {
		this.call = call;
		this.wait = wait;
	}

	public AsyncCall call() {
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
	protected boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException {
		return this.wait.await(this.call, waiter, onlyThis, nanos);
	}

	@Override
	public @Nullable Wait waitOf(Recipient waiting, Consumer<CallCycleException> closed) {
		return hasOtherEnd() ? null : this.call;
	}

	@Override
	protected @Nullable Recipient turn() {
		return this.wait.turn();
	}

	@Override
	protected <W extends Wait & Waiter> boolean awaitInTurn(W several, long nanos) throws InterruptedException {
		return this.wait.awaitInTurn(several, nanos);
	}

	@Override
	protected void wake(Waiter waiter) {
		this.wait.wake(waiter);
	}

}
