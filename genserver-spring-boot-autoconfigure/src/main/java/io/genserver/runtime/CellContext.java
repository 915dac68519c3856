package io.genserver.runtime;

import java.time.Duration;
import java.util.concurrent.Callable;

import io.genserver.Caller;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import org.jspecify.annotations.Nullable;

/**
 * A cell as its instance sees it.
 */
final class CellContext implements GenServerContext {

	private final ServerCell cell;

	CellContext(ServerCell cell) {
		this.cell = cell;
	}

	@Override
	public String name() {
		return this.cell.name();
	}

	@Override
	public @Nullable String key() {
		return this.cell.key();
	}

	@Override
	public <S> GenServerRef<S> self() {
		return new LocalRef<>(this.cell.server(), this.cell.key());
	}

	@Override
	public @Nullable Duration remaining() {
		Message message = this.cell.current();
		if (message == null || message.deadline() == Long.MAX_VALUE) {
			return null;
		}
		return Duration.ofNanos(Math.max(0, message.deadline() - this.cell.runtime().scheduler().nanoTime()));
	}

	@Override
	public boolean isCancelled() {
		Message message = this.cell.current();
		return message != null && message.isCancelled();
	}

	@Override
	public Caller caller() {
		Message message = this.cell.current();
		if (message == null) {
			throw new IllegalStateException("Server " + this.cell.label() + " is not handling a message");
		}
		return message.caller();
	}

	@Override
	public <R extends @Nullable Object> R detached(Callable<R> task) throws Exception {
		Turn turn = Turn.current();
		if (turn == null || turn.cell != this.cell) {
			throw new IllegalStateException("detached(...) works in the turn of server " + this.cell.label()
					+ " only; there is no deadline here");
		}
		boolean before = turn.detached;
		turn.detached = true;
		try {
			return task.call();
		}
		finally {
			turn.detached = before;
		}
	}

	@Override
	public void stop() {
		this.cell.command(ServerCell.STOP);
	}

}
