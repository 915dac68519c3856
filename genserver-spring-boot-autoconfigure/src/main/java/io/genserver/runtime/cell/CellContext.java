package io.genserver.runtime.cell;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import io.genserver.Attachment;
import io.genserver.Caller;
import io.genserver.Events;
import io.genserver.GenServerContext;
import io.genserver.GenServerRef;
import io.genserver.GenServerTimer;
import io.genserver.MailboxFullException;
import io.genserver.Reply;
import io.genserver.SlowSubscriber;
import io.genserver.StreamHandler;
import io.genserver.log.Throwables;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.CallTime;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.StreamCall;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A cell as one instance of it sees it, or, with a message, as a handler does.
 * <p>
 * <b>Staleness.</b> The instance's end is written to {@link #ending} before its timers
 * and streams are ended; who makes one adds it first and then reads {@link #ending}. So
 * one of the two ends it, and nothing of an instance lives on in its successor.
 */
final class CellContext implements GenServerContext, CallTime.Limit {

	private static final int DEFAULT_BUFFER = 256;

	private final ServerCell cell;

	/** The context of the instance; this one unless it stays with a message. */
	private final CellContext own;

	private final @Nullable Message message;

	/** Kept, since a message forgets its sender once it is over. */
	private final @Nullable Caller caller;

	/** Whether the instance is about to end, or has ended. Only of {@link #own}. */
	private volatile boolean ending;

	/** Whether the instance has ended. Only of {@link #own}. */
	private volatile boolean ended;

	/** Whether the instance asked to be stopped. Only of {@link #own}. */
	private volatile boolean wantsToStop;

	CellContext(ServerCell cell) {
		this.cell = cell;
		this.own = this;
		this.message = null;
		this.caller = null;
	}

	private CellContext(CellContext own, Message message) {
		this.cell = own.cell;
		this.own = own;
		this.message = message;
		this.caller = message.caller();
	}

	/** The context of a message that the instance handles on the calling thread. */
	CellContext of(Message handled) {
		return new CellContext(this.own, handled);
	}

	/** The instance is about to go. */
	void ending() {
		this.ending = true;
	}

	/** The instance has ended. */
	void ended() {
		this.ended = true;
	}

	/** Whether the instance is about to end, or has ended. Safe on any thread. */
	boolean isEnding() {
		return this.own.ending;
	}

	boolean wantsToStop() {
		return this.wantsToStop;
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
		if (this.own.ended) {
			throw instanceEnded("self()");
		}
		return this.cell.owner().ref(this.cell.key());
	}

	@Override
	public @Nullable Duration remaining() {
		Message handled = message("remaining()");
		if (handled == null || handled.deadline() == Long.MAX_VALUE) {
			return null;
		}
		return Duration.ofNanos(Math.max(0, handled.deadline() - this.cell.runtime().scheduler().nanoTime()));
	}

	@Override
	public @Nullable CallMessage limiting() {
		Turn turn = turn();
		return (turn != null) ? turn.limiting() : null;
	}

	@Override
	public boolean isCancelled() {
		if (this.own.ended) {
			return true;
		}
		if (this.message == null && turn() == null) {
			return this.cell.work().isGivenUpElsewhere();
		}
		Message handled = message("isCancelled()");
		return handled != null && handled.isCancelled();
	}

	@Override
	public Caller caller() {
		Caller known = this.caller;
		if (known != null) {
			return known;
		}
		Message handled = message("caller()");
		if (handled == null) {
			throw new IllegalStateException("Server " + this.cell.label() + " is not handling a message");
		}
		return handled.caller();
	}

	@Override
	public <R extends @Nullable Object> R detached(Callable<R> task) throws Exception {
		Turn turn = turn();
		if (turn == null) {
			throw elsewhere("detached(...)", "there is no deadline here");
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
		return schedule("schedule(...)", nanos, 0, task);
	}

	@Override
	public GenServerTimer scheduleEvery(Duration period, Runnable task) {
		long nanos = Durations.nanos(Durations.positive("The period", period));
		return schedule("scheduleEvery(...)", nanos, nanos, task);
	}

	@Override
	public GenServerTimer timer(String name, Duration delay, Runnable task) {
		Objects.requireNonNull(name, "name");
		long nanos = Durations.nanos(Durations.notNegative("The delay", delay));
		checkAlive("timer(...)");
		return unlessEnding("timer(...)",
				this.cell.ownWork().timers().replace(name, nanos, LambdaOperation.TIMER, task));
	}

	@Override
	public boolean cancelTimer(String name) {
		Objects.requireNonNull(name, "name");
		return !this.own.ending && this.cell.ownWork().timers().cancel(name);
	}

	@Override
	public GenServerTimer receiveTimeout(Duration quiet, Runnable task) {
		long nanos = Durations.nanos(Durations.positive("The time", quiet));
		Objects.requireNonNull(task, "task");
		checkAlive("receiveTimeout(...)");
		Turn turn = turn();
		return unlessEnding("receiveTimeout(...)",
				this.cell.ownWork().idle().afterQuiet(nanos, task, turn != null && !turn.concurrent));
	}

	@Override
	public void whenIdle(Runnable task) {
		Objects.requireNonNull(task, "task");
		Turn turn = turnOf("whenIdle(...)");
		this.cell.ownWork().idle().whenIdle(task, turn.message);
	}

	/** The turn of this instance, for a method that works nowhere else. */
	private Turn turnOf(String method) {
		checkAlive(method);
		Turn turn = turn();
		if (turn == null || turn.concurrent) {
			throw elsewhere(method, "elsewhere send a cast to self()");
		}
		return turn;
	}

	@Override
	public Instant now() {
		return this.cell.runtime().scheduler().instant();
	}

	private GenServerTimer schedule(String method, long delay, long period, Runnable task) {
		checkAlive(method);
		return unlessEnding(method, this.cell.ownWork().timers().schedule(delay, period, LambdaOperation.TIMER, task));
	}

	/**
	 * A timer that was begun while the instance began to end may have been missed as the
	 * others were cancelled.
	 */
	private GenServerTimer unlessEnding(String method, GenServerTimer timer) {
		if (this.own.ending) {
			timer.cancel();
			throw instanceEnded(method);
		}
		return timer;
	}

	@Override
	public void continueWith(Runnable task) {
		checkAlive("continueWith(...)");
		Turn turn = turn();
		if (turn == null) {
			throw elsewhere("continueWith(...)", "elsewhere send a cast to self()");
		}
		this.cell.ownWork().continueWith(task, turn.message);
	}

	@Override
	public void stash() {
		checkAlive("stash()");
		Turn turn = turn();
		Message handled = (turn != null && !turn.concurrent) ? turn.message : null;
		if (handled == null || (this.message != null && this.message != handled)
				|| (handled.operation() instanceof LambdaOperation lambda && !lambda.isFunction())) {
			throw new IllegalStateException("stash() works while server " + this.cell.label()
					+ " handles a message that it was sent, in its turn and on the handler's thread");
		}
		if (handled.isReplyDeferred()) {
			throw new IllegalStateException(handled.operation()
					+ (handled.isStashed() ? " is put off already" : " has deferred its reply and cannot be put off"));
		}
		int capacity = this.cell.mailbox().capacity();
		if (this.cell.ownWork().stash().size() >= capacity) {
			throw new MailboxFullException("Server " + this.cell.label()
					+ " has put off as many messages as its mailbox" + " holds (" + capacity + "); "
					+ handled.operation() + " is not put off. Call unstash() earlier, or raise genserver.servers."
					+ name() + ".mailbox.capacity");
		}
		handled.stash();
	}

	@Override
	public int unstash() {
		turnOf("unstash()");
		return this.cell.ownWork().stash().unstash();
	}

	@Override
	public <T extends @Nullable Object> void pipe(CompletionStage<? extends T> stage, Consumer<? super T> handler) {
		pipe(stage, handler, (failure) -> {
			throw Throwables.sneaky(failure);
		});
	}

	@Override
	public <T extends @Nullable Object> void pipe(CompletionStage<? extends T> stage, Consumer<? super T> handler,
			Consumer<? super Throwable> failureHandler) {
		Objects.requireNonNull(stage, "stage");
		checkAlive("pipe(...)");
		Turn turn = turn();
		PipedResult<T> result = new PipedResult<>(this.cell.ownWork(), Objects.requireNonNull(handler, "handler"),
				Objects.requireNonNull(failureHandler, "failureHandler"), this.cell,
				(this.message != null) ? this.message : (turn != null) ? turn.message : null);
		this.cell.ownWork().pipe(result);
		if (this.own.ending) {
			result.drop();
			throw instanceEnded("pipe(...)");
		}
		result.await(stage);
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <T extends @Nullable Object> Reply<T> deferReply() {
		checkAlive("deferReply()");
		Turn turn = turn();
		if (turn == null || !(turn.message instanceof CallMessage call)
				|| (this.message != null && this.message != call)) {
			throw new IllegalStateException("deferReply() works while server " + this.cell.label()
					+ " handles a call, on the handler's thread");
		}
		if (call.isStashed()) {
			throw new IllegalStateException(call.operation() + " is put off and has no reply to defer");
		}
		if (call instanceof StreamCall) {
			throw new IllegalStateException("The reply of " + call.operation() + " is a stream and cannot be deferred");
		}
		call.defer();
		return (Reply<T>) this.cell.work().deferred().add(call);
	}

	/** The turn that runs on this thread, if it is one of the instance. */
	private @Nullable Turn turn() {
		Turn turn = Turn.current();
		return (turn != null && turn.cell == this.cell && this.cell.life().isCurrent(this.own)) ? turn : null;
	}

	/**
	 * The message this is about: that of the handler which runs on this thread, if no
	 * other.
	 */
	private @Nullable Message message(String method) {
		if (this.message != null) {
			return this.message;
		}
		Turn turn = turn();
		if (turn == null) {
			throw elsewhere(method, "there is no message here. On other threads ask what GenServerContext.current() "
					+ "returned in the handler: it stays with the handler's message");
		}
		return turn.message;
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
		checkAlive("events(...)");
		return new EventSource<>(this.cell, this.own, buffer, Objects.requireNonNull(rule, "rule"));
	}

	@Override
	public <T> Attachment attach(Flow.Publisher<T> publisher, StreamHandler<? super T> handler) {
		checkAlive("attach(...)");
		Attachment attached = this.cell.streams().attach(publisher, Objects.requireNonNull(handler, "handler"));
		if (this.own.ending) {
			attached.cancel();
			throw instanceEnded("attach(...)");
		}
		return attached;
	}

	@Override
	public void stop() {
		if (!this.own.ended) {
			this.own.wantsToStop = true;
			this.cell.command(Commands.STOP_ITSELF);
		}
	}

	private void checkAlive(String method) {
		if (this.own.ending) {
			throw instanceEnded(method);
		}
	}

	private IllegalStateException instanceEnded(String method) {
		return new IllegalStateException(method + " has no effect any more: the instance of server " + this.cell.label()
				+ " that was given this context has ended. Its successor has a context of its own");
	}

	private IllegalStateException elsewhere(String method, String why) {
		return new IllegalStateException(method + " works in the turn of server " + this.cell.label()
				+ ", in the instance that was given this context and on the thread of its handler; " + why);
	}

}
