package io.genserver.runtime.cell;

import io.genserver.runtime.message.AsyncCall;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.message.ReplyWait;
import io.genserver.runtime.message.Wait;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * How threads wait for the replies of calls within this process.
 */
public final class TurnWaits implements ReplyWait {

	private final Scheduler scheduler;

	private final BlockingRule rule;

	public TurnWaits(Scheduler scheduler, BlockingRule rule) {
		this.scheduler = scheduler;
		this.rule = rule;
	}

	@Override
	public boolean await(AsyncCall call, Waiter waiter, boolean onlyCall, long nanos) throws InterruptedException {
		Turn turn = Turn.current();
		Recipient target = call.sentTo();
		if (target != null) {
			this.rule.checkWait(target.name(), call.operation(), turn != null);
		}
		long deadline = (nanos != Long.MAX_VALUE) ? this.scheduler.nanoTime() + nanos : Long.MAX_VALUE;
		return Turn.await(this.scheduler, waiter, onlyCall ? call : null, turn, deadline);
	}

	@Override
	public @Nullable Recipient turn() {
		return Turn.waiting();
	}

	@Override
	public <W extends Wait & Waiter> boolean awaitInTurn(W wait, long nanos) throws InterruptedException {
		return Turn.await(this.scheduler, wait, nanos);
	}

	@Override
	public void wake(Waiter waiter) {
		this.scheduler.wake(waiter);
	}

}
