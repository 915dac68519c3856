package io.genserver.runtime.cell;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.genserver.CallCycleException;
import io.genserver.ServerInfo;
import io.genserver.log.Throwables;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.EngineFuture;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.WaitingFuture;
import io.genserver.runtime.scheduling.Interruption;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of one server that run outside its turn, because their operations allow
 * several invocations at once. The turn asks for a free slot and passes the message on;
 * without one it parks, and the next handler that ends wakes it.
 * <p>
 * While the turn itself waits, for a reply, for room or for a future, any thread may
 * start such messages where they stand in the mailbox, unless an earlier message of the
 * same sender waits there: the thread that queues one, the thread that gives a slot back,
 * and the turn when it begins to wait. Whether it waits is looked at under this object's
 * lock, and a turn that goes on passes through the lock first: so its instance stays as
 * it is meanwhile.
 */
public final class ConcurrentHandlers {

	private final ServerCell cell;

	private final Map<Operation, Integer> active = new HashMap<>();

	private final Map<Message, Run> running = new ConcurrentHashMap<>();

	private int total;

	/** Whether the turn parks until a handler ends. */
	private boolean awaited;

	/** Commands that have to wait until no handler runs. */
	private volatile int postponed;

	ConcurrentHandlers(ServerCell cell) {
		this.cell = cell;
	}

	/** Take a slot, or be woken when one may be free. Only in the turn. */
	synchronized boolean acquire(Operation operation) {
		this.awaited = !take(operation);
		return !this.awaited;
	}

	/** Whether the turn waits for a slot. On any thread. */
	synchronized boolean isAwaited() {
		return this.awaited;
	}

	/** Take a slot although this is not the turn, which waits. */
	private synchronized boolean acquireConcurrently(Operation operation) {
		return this.postponed == 0 && this.cell.work().isWaiting() && take(operation);
	}

	private boolean take(Operation operation) {
		int running = this.active.getOrDefault(operation.slots(), 0);
		if (running >= operation.concurrency()) {
			return false;
		}
		this.active.put(operation.slots(), running + 1);
		this.total++;
		return true;
	}

	/** Give back a slot that was not used. Only in the turn, which is not parked. */
	synchronized void release(Operation operation) {
		this.active.put(operation.slots(), this.active.getOrDefault(operation.slots(), 1) - 1);
		this.total--;
	}

	/**
	 * Postpone commands until no handler runs. Only in the turn.
	 * @return whether commands are postponed, these or earlier ones
	 */
	synchronized boolean postpone(int commands) {
		if (this.total == 0) {
			return false;
		}
		if ((commands & Commands.STOP) != 0) {
			// The stop was requested later than a restart that is postponed already.
			this.postponed = this.postponed & ~Commands.RESTART;
		}
		this.postponed = this.postponed | commands;
		return this.postponed != 0;
	}

	/** The commands that wait until no handler runs. On any thread. */
	int postponed() {
		return this.postponed;
	}

	/** What a call's handler returned need not be waited for. On any thread. */
	void giveUp(Message message, Throwable reason) {
		Run run = this.running.get(message);
		if (run != null) {
			run.giveUp(reason);
		}
	}

	/** The server is to end, and with it every wait. On any thread. */
	void giveUpAll(Function<Message, Throwable> reason) {
		this.running.forEach((message, run) -> run.giveUp(reason.apply(message)));
	}

	/** Interrupt the handlers that keep the turn from commands. On any thread. */
	void interruptFor(int commands, Function<Message, Throwable> reason) {
		if ((this.postponed & commands) != 0 || this.cell.isAskedTo(commands)) {
			for (Run run : this.running.values()) {
				if (run.by instanceof Interruption && run.message instanceof CallMessage call) {
					call.giveUp(reason.apply(call));
				}
				if (!run.isCaller(this.cell.runtime().shutdownTime())) {
					run.interruptHandler();
				}
			}
		}
	}

	synchronized boolean isEmpty() {
		return this.total == 0;
	}

	/**
	 * The turn no longer waits: from here on {@link #startConcurrent()} starts nothing.
	 */
	synchronized void turnGoesOn() {
	}

	/** Start what may run concurrently with a turn that waits. On any thread. */
	void startConcurrent() {
		UnfinishedWork work = this.cell.work();
		if (!work.isWaiting() || this.cell.isAskedToEnd()) {
			return;
		}
		Set<@Nullable Object> held = new HashSet<>();
		Message current = work.current();
		held.add((current != null) ? current.origin() : null);
		for (Message message : this.cell.mailbox().queued()) {
			Operation operation = message.operation();
			if (message.settledSlot() != Message.QUEUED) {
				continue;
			}
			if (operation.concurrency() == 0 || held.contains(message.origin()) || !acquireConcurrently(operation)) {
				held.add(message.origin());
			}
			else {
				startInPlace(message);
			}
		}
	}

	/**
	 * Start a message that has a slot where it stands in the mailbox. One that was given
	 * up meanwhile leaves the slot to others: to the turn, which may have continued and
	 * found none free, and to what was queued since.
	 */
	private void startInPlace(Message message) {
		boolean started = false;
		boolean failed = true;
		try {
			started = message.startInPlace();
			failed = false;
		}
		finally {
			if (failed) {
				giveBack(message.operation());
				this.cell.runtime().suspect();
			}
		}
		if (!started) {
			freeSlot(message.operation());
			return;
		}
		try {
			this.cell.inbox().freed();
		}
		finally {
			start(message);
		}
	}

	/** How many handlers run. On any thread. */
	synchronized int size() {
		return this.total;
	}

	/** How many of them run on threads that wait for a shutdown. On any thread. */
	int callers(ShutdownCallers time) {
		return (int) this.running.values().stream().filter((run) -> run.isCaller(time)).count();
	}

	/** Fail the calls whose handlers wait for a shutdown. On any thread. */
	void failCallsOfCallers(ShutdownCallers time) {
		for (Run run : this.running.values()) {
			if (run.message instanceof CallMessage call && run.isCaller(time)) {
				this.cell.termination().giveUpAtShutdown(call);
			}
		}
	}

	/** Interrupt what runs and give up what is awaited. For shutdown, on any thread. */
	void interrupt(ShutdownCallers time) {
		this.running.values().forEach((run) -> run.interrupt(time));
	}

	/** Run a message that has a slot, or fail it and give the slot back. */
	void start(Message message) {
		Run known = null;
		try {
			this.cell.turnRunner().reportStart(message);
			Run run = new Run(message, this.cell.runtime().nanoTime());
			this.running.put(message, run);
			known = run;
			this.cell.execute(run);
		}
		catch (Throwable ex) {
			// One that was queued all the same finds that it is over, or has ended.
			if (known != null && !this.running.remove(message, known)) {
				return;
			}
			try {
				MessageOutcomes.concurrentHandlerBroke(this.cell, message, ex);
			}
			finally {
				freeSlot(message.operation());
			}
		}
	}

	/** Sort the messages by whether their handlers have returned. On any thread. */
	void addTo(Unanimity running, Unanimity elsewhere) {
		for (Run run : this.running.values()) {
			((run.by instanceof CompletionStage<?>) ? elsewhere : running).add(run.message);
		}
	}

	/** What has been running for the longest time, or {@code null}. On any thread. */
	ServerInfo.@Nullable InFlight oldest() {
		ServerInfo.InFlight oldest = null;
		for (Run run : this.running.values()) {
			ServerInfo.InFlight each = run.inFlight();
			if (oldest == null || each.age().compareTo(oldest.age()) > 0) {
				oldest = each;
			}
		}
		return oldest;
	}

	/**
	 * A slot is free: for the turn, for commands, and for messages that may run
	 * concurrently with the turn.
	 */
	private void freeSlot(Operation operation) {
		giveBack(operation);
		startConcurrent();
	}

	private void giveBack(Operation operation) {
		int commands;
		synchronized (this) {
			release(operation);
			commands = this.awaited ? Commands.WAKE : 0;
			this.awaited = false;
			if (this.total == 0) {
				commands |= this.postponed;
				this.postponed = 0;
			}
		}
		if (commands != 0) {
			this.cell.commandAgain(commands);
		}
	}

	/** One handler that runs concurrently with the turn. */
	final class Run implements CellProbe, Scheduler.Expiring {

		private final Message message;

		private final long since;

		/**
		 * How far it is: {@code null} before the handler runs, what interrupts it, or
		 * what it returned and is awaited.
		 */
		private volatile @Nullable Object by;

		private final Interruption interruption = new Interruption();

		/** When what is awaited is given up, if its message has no deadline. */
		private long limit = Long.MAX_VALUE;

		/** Whether a completion that comes now is late. */
		private volatile boolean countsLate;

		/** Whether its slowness was logged; only the monitor uses it. */
		private boolean reported;

		Run(Message message, long since) {
			this.message = message;
			this.since = since;
		}

		@Override
		public void run() {
			if (isOver()) {
				return;
			}
			Object result = null;
			Throwable failure = null;
			try {
				result = handle();
			}
			catch (Throwable ex) {
				failure = ex;
			}
			if (failure == null && result instanceof CompletionStage<?> stage && !this.message.isReplyDeferred()) {
				await(stage);
			}
			else {
				ended(result, failure);
			}
		}

		private @Nullable Object handle() throws Throwable {
			Turn turn = null;
			try {
				turn = Turn.enter(cell(), this.interruption);
				turn.message = this.message;
				turn.concurrent = true;
				this.by = this.interruption;
				return turnRunner().invoke(this.message);
			}
			finally {
				this.interruption.end();
				VarHandle.fullFence();
				if (turn != null) {
					turn.leave();
				}
			}
		}

		/** What cannot be waited for is given up, or the slot would never be free. */
		private void await(CompletionStage<?> stage) {
			try {
				beginToAwait(stage);
			}
			catch (Throwable ex) {
				if (this.by == stage) {
					giveUp(ex);
				}
				else {
					ended(null, ex);
				}
			}
		}

		private void beginToAwait(CompletionStage<?> stage) {
			this.limit = turnRunner().limit(this.message);
			this.by = stage;
			if (stage instanceof WaitingFuture<?> future && future.needsEndOf(cell())) {
				// Its server does not end before this has.
				ended(null, new CallCycleException(List.of(cell().label(), cell().label())));
				return;
			}
			boolean unwraps = this.message.operation().unwrapsStage();
			try {
				stage.whenComplete((value, cause) -> ended(unwraps ? value : stage,
						(cause != null) ? Throwables.unwrap(cause) : null));
			}
			catch (Throwable ex) {
				ended(null, ex);
			}
			// Published before it is looked at, as in the turn.
			if (this.message.isOver()) {
				giveUp(WorkTermination.unwanted());
			}
			else if (cell().endsWaits()) {
				giveUp(cell().termination().endedWith(this.message));
			}
			else if (this.limit != Long.MAX_VALUE && !isOver()) {
				cell().runtime().scheduler().track(this);
			}
		}

		private void ended(@Nullable Object result, @Nullable Throwable failure) {
			if (!ConcurrentHandlers.this.running.remove(this.message, this)) {
				if (this.countsLate) {
					this.message.repliedLate(cell());
				}
				return;
			}
			try {
				MessageOutcomes.concurrentHandlerEnded(cell(), this.message, result, failure);
			}
			catch (Throwable ex) {
				MessageOutcomes.concurrentHandlerBroke(cell(), this.message, ex);
			}
			finally {
				freeSlot(this.message.operation());
			}
		}

		/** Do not wait for what the handler returned, if it has. On any thread. */
		void giveUp(Throwable reason) {
			if (!(this.by instanceof CompletionStage<?> stage)) {
				return;
			}
			this.countsLate = !(stage instanceof EngineFuture);
			if (ConcurrentHandlers.this.running.remove(this.message, this)) {
				try {
					// What is cancelled runs code of the application.
					cell().execute(() -> letGo(stage, reason));
				}
				catch (Throwable ex) {
					letGo(stage, reason);
				}
			}
		}

		private void letGo(CompletionStage<?> stage, Throwable reason) {
			try {
				MessageOutcomes.concurrentResultGivenUp(cell(), this.message, stage, reason);
			}
			catch (Throwable ex) {
				MessageOutcomes.concurrentHandlerBroke(cell(), this.message, ex);
			}
			finally {
				freeSlot(this.message.operation());
			}
		}

		/** Returns whether the handler was to be interrupted. */
		boolean interruptHandler() {
			if (this.by instanceof Interruption handler) {
				handler.interrupt(() -> true);
				return true;
			}
			return false;
		}

		private boolean isCaller(ShutdownCallers time) {
			return this.by instanceof Interruption handler && time.isCaller(handler.thread());
		}

		private void interrupt(ShutdownCallers time) {
			if (this.message instanceof CallMessage call) {
				cell().termination().giveUpAtShutdown(call);
			}
			if (!isCaller(time) && !interruptHandler()) {
				giveUp(new CancellationException("Server " + cell().label() + " was shut down"));
			}
		}

		@Override
		public long deadline() {
			return this.limit;
		}

		@Override
		public boolean isOver() {
			return ConcurrentHandlers.this.running.get(this.message) != this;
		}

		@Override
		public void expire() {
			giveUp(cell().termination().unfinished(this.message));
		}

		private TurnRunner turnRunner() {
			return ConcurrentHandlers.this.cell.turnRunner();
		}

		@Override
		public ServerCell cell() {
			return ConcurrentHandlers.this.cell;
		}

		@Override
		public ServerInfo.InFlight inFlight() {
			long age = Math.max(0, cell().runtime().nanoTime() - this.since);
			return new ServerInfo.InFlight(this.message.operation().name(), Duration.ofNanos(age),
					this.message.caller().toString());
		}

		@Override
		public boolean isSlow(long now, long threshold) {
			long limit = cell().owner().slowNanos(this.message.operation(), threshold);
			if (this.reported || limit == 0 || now - this.since <= limit) {
				return false;
			}
			this.reported = true;
			return true;
		}

	}

}
