package io.genserver.runtime.cell;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.ServerInfo;
import io.genserver.runtime.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * What one cell has begun and not finished: the message in its turn, what that message's
 * handler returned and the turn awaits, the handlers that run concurrently with the turn,
 * the replies that are put off, and what goes on although no caller waits for it. Safe on
 * any thread, but for what says that it belongs to the turn.
 */
public final class UnfinishedWork {

	private final ServerCell cell;

	private final CurrentWork current;

	/** What a handler returned and the next message waits for. */
	private volatile @Nullable Awaited awaited;

	private volatile @Nullable DeferredReplies deferred;

	private volatile @Nullable ConcurrentHandlers concurrentHandlers;

	/** How many futures that are no longer waited for have not completed. */
	private volatile @Nullable AtomicInteger goingOn;

	UnfinishedWork(ServerCell cell) {
		this.cell = cell;
		this.current = new CurrentWork(cell);
	}

	/** What the turn runs. */
	CurrentWork inTurn() {
		return this.current;
	}

	/** The turn waits for what a handler returned. Only in the turn. */
	void await(Awaited pending) {
		this.awaited = pending;
	}

	/** What was awaited is there, or will not be waited for. Only in the turn. */
	void awaitNoLonger() {
		this.awaited = null;
	}

	@Nullable Awaited awaited() {
		return this.awaited;
	}

	@Nullable DeferredReplies deferredIfAny() {
		return this.deferred;
	}

	@Nullable ConcurrentHandlers concurrentHandlersIfAny() {
		return this.concurrentHandlers;
	}

	/** The commands that are postponed. On any thread. */
	int postponed() {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return (concurrent != null) ? concurrent.postponed() : 0;
	}

	/** Whether handlers concurrent with the turn are to wait for nothing more. */
	boolean concurrentHandlersEndWaits() {
		return (postponed() & Commands.END_WAITS) != 0;
	}

	/**
	 * Postpone commands until no handler runs concurrently with the turn.
	 * @return whether commands are postponed, these or earlier ones; otherwise they can
	 * be followed now
	 */
	boolean postpone(int commands) {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return concurrent != null && concurrent.postpone(commands);
	}

	ConcurrentHandlers concurrentHandlers() {
		ConcurrentHandlers known = this.concurrentHandlers;
		if (known == null) {
			synchronized (this) {
				known = this.concurrentHandlers;
				if (known == null) {
					known = new ConcurrentHandlers(this.cell);
					this.concurrentHandlers = known;
				}
			}
		}
		return known;
	}

	/**
	 * Whether a handler waits in the turn for a reply, for room or for a future. While a
	 * constructor or a termination waits there is no instance for others.
	 */
	boolean isWaiting() {
		return (this.cell.waitsFor() != null || this.awaited != null) && this.current.message() != null;
	}

	/** If the turn waits, start what may run concurrently with it. */
	public void startConcurrent() {
		if (this.cell.owner().hasConcurrent() && isWaiting()) {
			concurrentHandlers().startConcurrent();
		}
	}

	/**
	 * A message that overtakes may have become the next to start: have a turn look for it
	 * that waits for a slot.
	 */
	void startOvertaking() {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null && this.cell.owner().hasOvertaking() && concurrent.isAwaited()) {
			this.cell.command(Commands.WAKE);
		}
	}

	/** The turn no longer waits. Only in the turn. */
	void turnGoesOn() {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.turnGoesOn();
		}
	}

	/**
	 * Whether a message that may run concurrently with the turn waits behind another of
	 * its sender that may not.
	 */
	boolean isHeldUp(Message message) {
		Object origin = message.origin();
		Message running = this.current.message();
		if (origin == null || (running != null && origin.equals(running.origin()))) {
			return origin != null;
		}
		for (Message each : this.cell.mailbox().queued()) {
			if (each == message) {
				return false;
			}
			if (each.operation().concurrency() == 0 && each.settledSlot() == Message.QUEUED
					&& origin.equals(each.origin())) {
				return true;
			}
		}
		return false;
	}

	/** The replies that are put off. */
	DeferredReplies deferred() {
		DeferredReplies known = this.deferred;
		if (known == null) {
			synchronized (this) {
				known = this.deferred;
				if (known == null) {
					known = new DeferredReplies(this.cell);
					this.deferred = known;
				}
			}
		}
		return known;
	}

	/** Whether no reply is put off and no handler runs concurrently with the turn. */
	boolean isSettled() {
		DeferredReplies putOff = this.deferred;
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return (putOff == null || putOff.isEmpty()) && (concurrent == null || concurrent.isEmpty());
	}

	/**
	 * Whether nothing is owed except by at most that many handlers that run concurrently
	 * with the turn.
	 */
	public boolean isSettledBut(int handlers) {
		DeferredReplies putOff = this.deferred;
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return (putOff == null || putOff.isEmpty()) && (concurrent == null || concurrent.size() <= handlers);
	}

	/** Messages that are being handled, or were and are not answered. */
	int unfinished() {
		DeferredReplies putOff = this.deferred;
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return ((this.current.message() != null) ? 1 : 0) + ((putOff != null) ? putOff.size() : 0)
				+ ((concurrent != null) ? concurrent.size() : 0);
	}

	/**
	 * A future is no longer waited for, and what it stands for goes on. On any thread.
	 */
	void goesOnUnwanted(CompletionStage<?> stage) {
		AtomicInteger count;
		synchronized (this) {
			AtomicInteger known = this.goingOn;
			count = (known != null) ? known : new AtomicInteger();
			this.goingOn = count;
		}
		count.incrementAndGet();
		try {
			stage.whenComplete((value, failure) -> count.decrementAndGet());
		}
		catch (Throwable ex) {
			count.decrementAndGet();
		}
	}

	/**
	 * Whether what a thread works for that is not the handler's has been given up. What
	 * goes on although its handler has returned comes first, since it needs such threads.
	 * @throws IllegalStateException if that differs from message to message
	 */
	boolean isGivenUpElsewhere() {
		AtomicInteger abandoned = this.goingOn;
		Unanimity elsewhere = new Unanimity(abandoned != null && abandoned.get() > 0);
		Awaited pending = this.awaited;
		if (pending != null) {
			elsewhere.add(pending.message());
		}
		Unanimity running = new Unanimity(false);
		Message inTurn = this.current.message();
		if (inTurn != null && pending == null) {
			running.add(inTurn);
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.addTo(running, elsewhere);
		}
		DeferredReplies putOff = this.deferred;
		if (putOff != null) {
			putOff.addTo(elsewhere);
		}
		if (elsewhere.anyGivenUp() && elsewhere.anyWanted()
				|| !elsewhere.anyGivenUp() && running.anyGivenUp() && (running.anyWanted() || elsewhere.anyWanted())) {
			throw new IllegalStateException(
					"Server " + this.cell.label() + " works on several messages, and the thread "
							+ Thread.currentThread().getName() + " does not say for which of them: take "
							+ "GenServerContext.current() in the handler and ask that");
		}
		return elsewhere.anyGivenUp() || running.anyGivenUp();
	}

	public @Nullable Message current() {
		return this.current.message();
	}

	/**
	 * What has been running for the longest time, in the turn or concurrently with it.
	 */
	public ServerInfo.@Nullable InFlight inFlight() {
		ServerInfo.InFlight turn = this.current.inFlight();
		ConcurrentHandlers runs = this.concurrentHandlers;
		ServerInfo.InFlight concurrent = (runs != null) ? runs.oldest() : null;
		return (turn == null || (concurrent != null && concurrent.age().compareTo(turn.age()) > 0)) ? concurrent : turn;
	}

}
