package io.genserver.runtime;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;

import io.genserver.Attachment;
import io.genserver.Caller;
import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimer;
import io.genserver.Reply;
import io.genserver.SlowSubscriber;
import io.genserver.StreamHandler;
import org.jspecify.annotations.Nullable;

/**
 * A cell as its instance sees it.
 */
final class CellContext implements GenServerContext {

	private static final int DEFAULT_BUFFER = 256;

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
		Message message = message();
		if (message == null || message.deadline() == Long.MAX_VALUE) {
			return null;
		}
		return Duration.ofNanos(Math.max(0, message.deadline() - this.cell.runtime().scheduler().nanoTime()));
	}

	@Override
	public boolean isCancelled() {
		Message message = message();
		return message != null && message.isCancelled();
	}

	@Override
	public Caller caller() {
		Message message = message();
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
	public GenServerTimer schedule(Duration delay, Runnable task) {
		long nanos = Durations.nanos(Durations.notNegative("The delay", delay));
		return this.cell.agenda().schedule(nanos, 0, LambdaOperation.TIMER, task);
	}

	@Override
	public GenServerTimer scheduleEvery(Duration period, Runnable task) {
		long nanos = Durations.nanos(Durations.positive("The period", period));
		return this.cell.agenda().schedule(nanos, nanos, LambdaOperation.TIMER, task);
	}

	@Override
	public void continueWith(Runnable task) {
		Turn turn = Turn.current();
		if (turn == null || turn.cell != this.cell) {
			throw new IllegalStateException("continueWith(...) works in the turn of server " + this.cell.label()
					+ " only; elsewhere send a cast to self()");
		}
		this.cell.agenda().continueWith(task, turn.message);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object> Reply<T> deferReply() {
		Turn turn = Turn.current();
		if (turn == null || turn.cell != this.cell || !(turn.message instanceof Call call)) {
			throw new IllegalStateException("deferReply() works while server " + this.cell.label()
					+ " handles a call, on the handler's thread");
		}
		if (call instanceof StreamCall) {
			throw new IllegalStateException("The reply of " + call.operation() + " is a stream and cannot be deferred");
		}
		call.defer();
		return (Reply<T>) this.cell.handling().deferred().add(call);
	}

	/** What this thread handles, or else the server's turn. */
	private @Nullable Message message() {
		Turn turn = Turn.current();
		return (turn != null && turn.cell == this.cell) ? turn.message : this.cell.handling().current();
	}

	@Override
	public <E> Events<E> events() {
		return events(DEFAULT_BUFFER, SlowSubscriber.FAIL);
	}

	@Override
	public <E> Events<E> events(int buffer, SlowSubscriber rule) {
		if (buffer < 1) {
			throw new IllegalArgumentException("The buffer must hold at least one event, not " + buffer);
		}
		return this.cell.streams().events(buffer, Objects.requireNonNull(rule, "rule"));
	}

	@Override
	public <T> Attachment attach(Flow.Publisher<T> publisher, StreamHandler<? super T> handler) {
		return this.cell.streams().attach(publisher, Objects.requireNonNull(handler, "handler"));
	}

	@Override
	public void stop() {
		this.cell.command(ServerCell.STOP);
	}

}
