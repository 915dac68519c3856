package io.genserver.runtime.cell;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.genserver.CallCycleException;
import io.genserver.runtime.message.Cycles;
import io.genserver.runtime.message.EngineFuture;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.message.Wait;
import io.genserver.runtime.message.WaitingFuture;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.Waiter;
import io.genserver.runtime.scheduling.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * A future for an application that completes when some cells have terminated. It is
 * completed on a worker, since code of the application must not run in a turn.
 * <p>
 * Cells live long and futures may not: a cell knows this only until it is complete, in
 * whatever way its holder completed or cancelled it.
 */
public final class EndOfCells extends WaitingFuture<@Nullable Void> implements EngineFuture {

	private final CellRuntime runtime;

	private final AtomicInteger left;

	private final List<ServerCell> cells;

	private EndOfCells(CellRuntime runtime, List<ServerCell> cells) {
		this.runtime = runtime;
		this.cells = cells;
		this.left = new AtomicInteger(cells.size());
	}

	public static EndOfCells of(CellRuntime runtime, Collection<ServerCell> cells) {
		List<ServerCell> pending = cells.stream().filter((cell) -> !cell.life().hasTerminated()).toList();
		EndOfCells end = new EndOfCells(runtime, pending);
		if (pending.isEmpty()) {
			end.complete(null);
			return end;
		}
		pending.forEach((cell) -> cell.life().watch(end));
		end.whenComplete((done, failure) -> pending.forEach((cell) -> cell.life().unwatch(end)));
		return end;
	}

	/** One of the cells has terminated. Called once for each. */
	void ended() {
		if (this.left.decrementAndGet() == 0) {
			this.runtime.execute(() -> complete(null));
		}
	}

	@Override
	public @Nullable Wait waitOf(Recipient waiting, Consumer<CallCycleException> closed) {
		return hasOtherEnd() ? null : new LifeWait(new Waiting(this::isDone), target(waiting), closed);
	}

	@Override
	public boolean needsEndOf(Recipient recipient) {
		return !hasOtherEnd()
				&& this.cells.stream().anyMatch((cell) -> cell == recipient && !cell.life().hasTerminated());
	}

	@Override
	protected @Nullable Recipient turn() {
		return Turn.waiting();
	}

	@Override
	protected <W extends Wait & Waiter> boolean awaitInTurn(W wait, long nanos) throws InterruptedException {
		return Turn.await(this.runtime.scheduler(), wait, nanos);
	}

	/** One of the cells that cannot end before the turn goes on, if there is any. */
	private @Nullable ServerCell target(Recipient waiting) {
		ServerCell some = null;
		for (ServerCell cell : this.cells) {
			if (cell.life().hasTerminated()) {
				continue;
			}
			if (Cycles.leads(cell, waiting)) {
				return cell;
			}
			some = cell;
		}
		return some;
	}

	@Override
	protected boolean awaitDone(long nanos) throws InterruptedException {
		Waiting waiting = new Waiting(this::isDone);
		whenComplete((value, failure) -> wakeFor(waiting));
		return awaitFor(waiting, nanos, !hasOtherEnd());
	}

	@Override
	protected boolean awaitFor(Waiter waiter, long nanos, boolean onlyThis) throws InterruptedException {
		Scheduler scheduler = this.runtime.scheduler();
		Turn turn = Turn.current();
		ServerCell here = (turn != null) ? turn.cell : null;
		this.runtime.blockingRule().checkThread("The wait for the end of " + this.cells, turn != null);
		long deadline = (nanos != Long.MAX_VALUE) ? scheduler.nanoTime() + nanos : Long.MAX_VALUE;
		if (here == null || !onlyThis) {
			return scheduler.await(waiter, deadline);
		}
		if (this.cells.contains(here) && !here.life().hasTerminated()) {
			// A handler that runs concurrently with the turn keeps its server from
			// ending, too.
			throw new CallCycleException(List.of(here.label(), here.label()));
		}
		return new LifeWait(waiter, target(here), (cycle) -> scheduler.wake(waiter)).await(scheduler, turn, deadline);
	}

	@Override
	protected void wakeFor(Waiter waiter) {
		this.runtime.scheduler().wake(waiter);
	}

	@Override
	protected WaitingFuture<?> source() {
		return this;
	}

}
