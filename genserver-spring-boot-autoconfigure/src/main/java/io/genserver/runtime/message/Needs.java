package io.genserver.runtime.message;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

import io.genserver.CallCycleException;
import io.genserver.runtime.scheduling.Waiter;

/**
 * What a future needs that was made of several: it completes once all have completed,
 * also if one of them fails. So the wait of a turn that closes a cycle fails, and none of
 * the calls is given up.
 *
 * @param known those that were there when it was made
 * @param later those that functions return, once they have
 */
record Needs(List<WaitingFuture<?>> known, List<CompletableFuture<WaitingFuture<?>>> later) {

	/** What a future needs, and another future as well. */
	Needs and(CompletionStage<?> other) {
		if (!(other instanceof WaitingFuture<?> future) || future.hasOtherEnd()) {
			return this;
		}
		Needs needs = future.needs();
		return new Needs(joined(this.known, needs.known), joined(this.later, needs.later));
	}

	/** What a future needs, and what a function will return as well. */
	Needs andLater(CompletableFuture<WaitingFuture<?>> next) {
		return new Needs(this.known, joined(this.later, List.of(next)));
	}

	private static <E> List<E> joined(List<E> one, List<E> other) {
		List<E> both = new ArrayList<>(one);
		both.addAll(other);
		return both;
	}

	/**
	 * How a turn waits for all.
	 * @param waiter is ready once the future has completed
	 * @param waiting whose turn waits
	 * @param closed is called if there is no point in waiting
	 */
	SeveralWait wait(Waiter waiter, Recipient waiting, Consumer<CallCycleException> closed) {
		SeveralWait all = new SeveralWait(waiter, closed);
		addTo(all, waiting, closed);
		return all;
	}

	private void addTo(SeveralWait all, Recipient waiting, Consumer<CallCycleException> closed) {
		for (WaitingFuture<?> each : this.known) {
			Wait wait = each.waitOf(waiting, closed);
			if (wait != null) {
				all.add(wait, waiting);
			}
			each.whenComplete((value, failure) -> Cycles.changed(waiting, all));
		}
		for (CompletableFuture<WaitingFuture<?>> each : this.later) {
			each.thenAccept((next) -> {
				if (!next.hasOtherEnd()) {
					next.needs().addTo(all, waiting, closed);
					Cycles.changed(waiting, all);
				}
			});
		}
	}

}
