package io.genserver.runtime;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A future for an application that completes when some cells have terminated. It is
 * completed on a worker, since code of the application must not run in a turn.
 * <p>
 * Cells live long and futures may not: a cell knows this only until it is complete, in
 * whatever way its holder completed or cancelled it.
 */
final class EndOfCells extends CompletableFuture<@Nullable Void> {

	private final GenServerRuntime runtime;

	private final AtomicInteger left;

	private EndOfCells(GenServerRuntime runtime, int cells) {
		this.runtime = runtime;
		this.left = new AtomicInteger(cells);
	}

	static EndOfCells of(GenServerRuntime runtime, Collection<ServerCell> cells) {
		List<CellLife> pending = cells.stream().map(ServerCell::life).filter((life) -> !life.hasTerminated()).toList();
		EndOfCells end = new EndOfCells(runtime, pending.size());
		if (pending.isEmpty()) {
			end.complete(null);
			return end;
		}
		pending.forEach((life) -> life.watch(end));
		end.whenComplete((done, failure) -> pending.forEach((life) -> life.unwatch(end)));
		return end;
	}

	/** One of the cells has terminated. Called once for each. */
	void ended() {
		if (this.left.decrementAndGet() == 0) {
			this.runtime.execute(() -> complete(null));
		}
	}

	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		return new CompletableFuture<>();
	}

}
