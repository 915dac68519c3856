package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.genserver.Caller;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerInfo;
import io.genserver.SupervisionStrategy;
import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.runtime.contract.LambdaOperation;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.CallerError;
import io.genserver.runtime.message.Cycles;
import io.genserver.runtime.message.Interceptors;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.MessageEnvelope;
import io.genserver.runtime.message.MessageHandler;
import io.genserver.runtime.message.StreamCall;
import io.genserver.runtime.message.Wait;
import io.genserver.runtime.message.WaitingFuture;
import io.genserver.runtime.scheduling.Interruption;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * How one cell handles a message: from the start of the handler to the reply, at once, as
 * soon as what the handler returned has completed, or concurrently with the turn. Methods
 * belong to the turn unless they say otherwise.
 */
public final class TurnRunner implements MessageHandler {

	private static final SafeLogger logger = SafeLogger.of(TurnRunner.class);

	private static final VarHandle CURRENT;

	private static final VarHandle SINCE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			CURRENT = lookup.findVarHandle(TurnRunner.class, "current", Message.class);
			SINCE = lookup.findVarHandle(TurnRunner.class, "currentSince", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ServerCell cell;

	private volatile @Nullable Message current;

	/** When the current message was started; read by anybody, with opaque access. */
	private long currentSince;

	/** Interrupts whatever the turn runs. */
	private final Interruption interruption = new Interruption();

	/** What a handler returned and the next message waits for. */
	private volatile @Nullable Awaited awaited;

	private volatile @Nullable DeferredReplies deferred;

	private volatile @Nullable ConcurrentHandlers concurrentHandlers;

	/** How many futures that are no longer waited for have not completed. */
	private volatile @Nullable AtomicInteger goingOn;

	/** What is made or ended: the instance. */
	private volatile @Nullable LifeStep step;

	/** What was logged last as slow, a message or a step; only the monitor uses it. */
	private @Nullable Object reported;

	TurnRunner(ServerCell cell) {
		this.cell = cell;
	}

	ServerCell cell() {
		return this.cell;
	}

	Interruption interruption() {
		return this.interruption;
	}

	/** Handle the next message of the mailbox, if there is one. */
	TurnStep handleNext(Turn turn) {
		Inbox inbox = this.cell.inbox();
		Mailbox<Message> mailbox = inbox.mailbox;
		Message message = mailbox.peek();
		while (message != null) {
			boolean concurrent = message.operation().concurrency() > 0 && message.settledSlot() == Message.QUEUED;
			if (concurrent && !concurrentHandlers().acquire(message.operation())) {
				return TurnStep.PARK;
			}
			boolean started = start(message, concurrent);
			mailbox.poll();
			if (started) {
				inbox.taken();
				if (!concurrent) {
					return handle(turn, message);
				}
				concurrentHandlers().start(message);
				return TurnStep.GO_ON;
			}
			if (concurrent) {
				concurrentHandlers().release(message.operation());
			}
			mailbox.skipped(message);
			message = mailbox.peek();
		}
		inbox.admit();
		return mailbox.isDrained() ? TurnStep.REST : TurnStep.GO_ON;
	}

	/** Start a message, which stays in the mailbox until then, whatever happens. */
	private boolean start(Message message, boolean concurrent) {
		boolean done = false;
		try {
			boolean started = message.start();
			done = true;
			return started;
		}
		finally {
			if (!done && concurrent) {
				concurrentHandlers().release(message.operation());
			}
		}
	}

	/** Handle a message that has been started. */
	TurnStep handle(Turn turn, Message message) {
		Scheduler scheduler = this.cell.runtime().scheduler();
		long since = (message instanceof CallMessage call) ? call.runAt()
				: (message.envelope() != null) ? scheduler.nanoTime() : this.cell.coarseTime();
		SINCE.setOpaque(this, since);
		CURRENT.setOpaque(this, message);
		turn.clean();
		turn.message = message;
		Object result;
		try {
			reportStart(message, since);
			result = invoke(message);
		}
		catch (Throwable ex) {
			return failed(message, ex);
		}
		finally {
			turn.message = null;
			turn.detached = false;
		}
		if (result instanceof CompletionStage<?> stage && !message.isReplyDeferred()) {
			return await(message, stage);
		}
		return succeeded(message, result);
	}

	/** Let the instance handle a message. In the turn or concurrently with it. */
	@Nullable Object invoke(Message message) throws Throwable {
		try {
			if (message instanceof CallMessage call) {
				call.handlerStarts();
			}
			Interceptors interceptors = this.cell.runtime().interceptors();
			return (interceptors != null) ? interceptors.handling(this, message) : invokeHandler(message);
		}
		finally {
			if (message instanceof CallMessage call) {
				call.handlerReturned();
			}
		}
	}

	@Override
	public String name() {
		return this.cell.name();
	}

	@Override
	public @Nullable String key() {
		return this.cell.key();
	}

	/** Let the handler itself run, within the interceptors. */
	@Override
	public @Nullable Object invokeHandler(Message message) throws Throwable {
		Object result = invokeOperation(message);
		if (message instanceof StreamCall stream) {
			stream.open((Flow.Publisher<?>) Objects.requireNonNull(result, "stream"), this.cell.streams());
			return null;
		}
		return result;
	}

	private @Nullable Object invokeOperation(Message message) throws Throwable {
		Operation operation = message.operation();
		Object payload = message.payload();
		Object instance = Objects.requireNonNull(this.cell.life().instance(), "instance");
		if (operation instanceof LambdaOperation lambda) {
			return lambda.invoke(lambda.isFunction() ? factory().target(instance) : instance, payload, message);
		}
		try {
			return operation.invoke(instance, payload, message);
		}
		catch (Throwable ex) {
			throw factory().thrown(instance, ex);
		}
	}

	private InstanceFactory factory() {
		return this.cell.owner().factory();
	}

	private TurnStep await(Message message, CompletionStage<?> stage) {
		Awaited pending = new Awaited(this, message, stage, limit(message));
		this.awaited = pending;
		if (stage instanceof WaitingFuture<?> future && !future.isDone()) {
			Wait wait = future.waitOf(this.cell, (cycle) -> pending.accept(null, cycle));
			if (wait != null) {
				Cycles.beginWait(this.cell, wait);
			}
		}
		startBeside();
		this.interruption.end();
		try {
			stage.whenComplete(pending);
		}
		catch (Throwable ex) {
			pending.accept(null, ex);
		}
		// Published before the look at the end: the thread that ends the call, or the
		// server, looks for what is awaited afterwards. One of the two sees the other.
		if (message.isOver()) {
			pending.giveUp(unwanted());
		}
		else if (this.cell.endsWaits()) {
			pending.giveUp(endedWith(message));
		}
		if (pending.deadline() != Long.MAX_VALUE) {
			this.cell.runtime().scheduler().track(pending);
		}
		// The last thing that this turn does: another thread may go on from here.
		if (pending.park()) {
			return TurnStep.WAIT;
		}
		this.interruption.next();
		return resumed(pending);
	}

	/**
	 * When what a handler returned is given up. A call is ended at its deadline by its
	 * sender or by the thread that watches deadlines; a cast gets a limit here.
	 */
	long limit(Message message) {
		return message.isCast() ? this.cell.runtime().nanoTime() + this.cell.owner().handlerTimeoutNanos()
				: Long.MAX_VALUE;
	}

	/** What a handler returned has completed; begins a turn. On any thread. */
	void resume(Awaited pending) {
		try {
			this.cell.execute(pending);
		}
		catch (Throwable ex) {
			this.cell.runtime().suspect();
		}
	}

	/** The turn that {@link #resume} asked for. */
	void goOn(Awaited pending) {
		if (pending.claim()) {
			this.cell.turn(pending, false);
		}
	}

	/** Whether what was awaited is there and no turn goes on with it. On any thread. */
	boolean mayBeLost() {
		Awaited pending = this.awaited;
		return pending != null && pending.isResumable();
	}

	/** Go on with what is there, unless a turn does. */
	void runLost() {
		Awaited pending = this.awaited;
		if (pending != null && pending.claim()) {
			this.cell.runtime().recovered(this.cell);
			this.cell.turn(pending, false);
		}
	}

	/** A turn begins with what was awaited. */
	TurnStep resumed(Awaited pending) {
		this.awaited = null;
		Cycles.endWait(this.cell);
		turnGoesOn();
		Throwable failure = pending.failure();
		Message message = pending.message();
		if (failure != null && pending.isGivenUp()) {
			return gaveUp(pending, message, failure);
		}
		return (failure != null) ? failed(message, failure) : succeeded(message, pending.result());
	}

	private TurnStep gaveUp(Awaited pending, Message message, Throwable reason) {
		Turn turn = Turn.current();
		if (turn != null) {
			turn.message = message;
		}
		try {
			pending.letGo();
		}
		finally {
			if (turn != null) {
				turn.message = null;
			}
		}
		over(message);
		gaveUp(message, reason);
		return TurnStep.GO_ON;
	}

	/** What a handler returned is no longer waited for; that is no failure of it. */
	private void gaveUp(Message message, Throwable reason) {
		if (message.isCast()) {
			message.reportEnd(reason);
			this.cell.statistics().failed(message.operation(), reason);
			this.cell.runtime()
				.failures()
				.warn(logger, this.cell.name(), message.operation().name(), null, "Server {} goes on: {}", this.cell,
						Throwables.message(reason));
		}
		else if (!message.isOver()) {
			message.fail(this.cell, reason);
		}
		message.forget();
	}

	/** The sender of a message has given it up, or its deadline has passed. */
	static CancellationException unwanted() {
		return new CancellationException("No caller waits for the reply any more");
	}

	/** A message that has no deadline has taken longer than its server waits. */
	Throwable unfinished(Message message) {
		return new TimeoutException("what " + message.operation() + " returned was not complete after "
				+ Duration.ofNanos(this.cell.owner().handlerTimeoutNanos())
				+ " and is not waited for any longer; genserver.servers." + this.cell.name()
				+ ".handler-timeout sets how long the server waits");
	}

	Throwable endedWith(Message message) {
		return new GenServerUnavailableException(
				"Server " + this.cell.label() + " was asked to stop or restart while it waited for what "
						+ message.operation() + " returned; the message may have been executed",
				false);
	}

	private TurnStep succeeded(Message message, @Nullable Object value) {
		over(message);
		answer(message, value);
		return TurnStep.GO_ON;
	}

	/**
	 * Settle first what becomes of the server, then let the caller know, then all others:
	 * interceptors, statistics and the log.
	 */
	private TurnStep failed(Message message, Throwable cause) {
		if (cause instanceof OutOfMemoryError) {
			// Others may have been short of memory too.
			this.cell.runtime().suspect();
		}
		over(message);
		if (this.cell.endsWaits()) {
			// It stops or begins again in any case, at once; this may be why it failed.
			refuse(message, cause);
			return this.cell.life().step();
		}
		boolean restarts = false;
		boolean parks = false;
		switch (strategyFor(cause)) {
			case RESUME -> {
			}
			case RESTART -> {
				parks = postpone(ServerCell.FAIL);
				restarts = !parks;
				if (parks) {
					this.cell.life().failedWith(Throwables.describable(cause));
				}
				else {
					this.cell.life().restarting(Throwables.describable(cause));
				}
			}
			case STOP -> stopBecause(cause);
		}
		refuse(message, cause);
		if (restarts) {
			this.cell.life().restart(Throwables.describable(cause));
		}
		return parks ? TurnStep.PARK : this.cell.life().step();
	}

	/** The engine failed in a turn: the server goes on, the sender gets the failure. */
	TurnStep broken(Throwable cause) {
		Awaited pending = this.awaited;
		if (pending != null) {
			// It must not begin a turn any more.
			pending.abandon();
			this.awaited = null;
			Cycles.endWait(this.cell);
			turnGoesOn();
		}
		Message message = this.current;
		if (message != null) {
			if (message.isCast()) {
				message.reportEnd(cause);
			}
			else if (message.slot() == Message.RUNNING) {
				message.fail(this.cell, cause);
			}
			CURRENT.setOpaque(this, null);
		}
		this.cell.life().mend(cause);
		logger.error("The turn of server {} broke off", this.cell, cause);
		TurnStep step = this.cell.life().step();
		return (step == TurnStep.GO_ON) ? TurnStep.REST : step;
	}

	/** The same, in a turn of its own, after a failure in which even that failed. */
	TurnStep mend() {
		return broken(new IllegalStateException("The turn of server " + this.cell.label()
				+ " broke off, short of memory or of stack; what it handled may have been executed"));
	}

	/**
	 * A handler that ran concurrently with the turn has ended. On the handler's thread,
	 * or any.
	 */
	void concurrentlyOver(Message message, @Nullable Object value, @Nullable Throwable cause) {
		this.cell.statistics().processedBeside();
		if (cause == null) {
			answer(message, value);
			return;
		}
		if (this.cell.endsWaits()) {
			refuse(message, cause);
			return;
		}
		switch (strategyFor(cause)) {
			case RESUME -> {
			}
			case RESTART -> {
				this.cell.life().failedWith(Throwables.describable(cause));
				this.cell.command(ServerCell.FAIL);
			}
			case STOP -> stopBecause(cause);
		}
		refuse(message, cause);
	}

	/**
	 * A handler could not be started concurrently with the turn, or the engine failed as
	 * the handler ended. Throws nothing. On any thread.
	 */
	void brokenBeside(Message message, Throwable cause) {
		refuse(message, cause);
	}

	/**
	 * Give up what a handler returned that ran concurrently with the turn.
	 */
	void gaveUpBeside(Message message, CompletionStage<?> stage, Throwable reason) {
		this.cell.statistics().processedBeside();
		Awaited.cancel(message, stage, this.cell);
		gaveUp(message, reason);
	}

	private SupervisionStrategy strategyFor(Throwable cause) {
		if (cause instanceof CallerError) {
			return SupervisionStrategy.RESUME;
		}
		return this.cell.owner().supervision().strategyFor(cause);
	}

	private void stopBecause(Throwable cause) {
		this.cell.life().failedWith(Throwables.describable(cause));
		this.cell.command(ServerCell.STOP);
	}

	private void answer(Message message, @Nullable Object value) {
		if (!message.isReplyDeferred()) {
			message.succeed(this.cell, value);
		}
		if (message.isCast()) {
			message.reportEnd(null);
		}
		message.forget();
	}

	/** Tell the caller that its message has failed, then all others. Throws nothing. */
	private void refuse(Message message, Throwable cause) {
		try {
			message.fail(this.cell, cause);
			if (message.isCast()) {
				message.reportEnd(cause);
			}
		}
		catch (Throwable ex) {
			logger.error("The failure of {} was not reported", message.operation(), ex);
		}
		try {
			report(message, cause);
		}
		catch (Throwable ex) {
			logger.error("The failure of {} was not counted", message.operation(), ex);
		}
		message.forget();
	}

	private void report(Message message, Throwable cause) {
		if (!(cause instanceof CallerError)) {
			this.cell.statistics().failed(message.operation(), cause);
		}
		if (strategyFor(cause) == SupervisionStrategy.STOP) {
			this.cell.life().warn(cause, "Server {} stops because {} failed", this.cell, message.operation());
		}
		if (message.isCast()) {
			this.cell.runtime()
				.failures()
				.warn(logger, this.cell.name(), message.operation().name(), cause,
						"Server {} failed to handle {} from {}", this.cell, message.operation(), message.caller());
		}
		else {
			logger.debug("Server {} failed to handle {} from {}", this.cell, message.operation(), message.caller(),
					cause);
		}
	}

	private void over(Message message) {
		if (Thread.interrupted()) {
			logger.debug("Server {} handled {} and left the thread interrupted", this.cell, message.operation());
		}
		this.cell.statistics().processed();
		CURRENT.setOpaque(this, null);
	}

	/** A handler is about to start concurrently with the turn. */
	void reportStart(Message message) {
		reportStart(message, (message instanceof CallMessage call) ? call.runAt() : this.cell.runtime().nanoTime());
	}

	private void reportStart(Message message, long since) {
		MessageEnvelope seen = message.envelope();
		if (seen != null) {
			seen.taken(since);
		}
	}

	/** The commands that are postponed. On any thread. */
	int postponed() {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return (concurrent != null) ? concurrent.postponed() : 0;
	}

	/** Whether handlers concurrent with the turn are to wait for nothing more. */
	boolean endsWaitsBeside() {
		return (postponed() & ServerCell.END_WAITS) != 0;
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

	/** The instance goes, and with it the replies it owes. */
	void instanceGoes(String why) {
		DeferredReplies putOff = this.deferred;
		if (putOff != null) {
			putOff.failAll(why);
		}
	}

	// For everybody.

	private ConcurrentHandlers concurrentHandlers() {
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
		return (this.cell.waitsFor() != null || this.awaited != null) && this.current != null;
	}

	/** If the turn waits, start what may run concurrently with it. */
	public void startBeside() {
		if (this.cell.owner().hasConcurrent() && isWaiting()) {
			concurrentHandlers().startBeside();
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
		Message running = this.current;
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
	 * A call has ended before it had its reply: what its handler returned need not be
	 * waited for. On any thread.
	 */
	void unwanted(CallMessage call) {
		Awaited pending = this.awaited;
		if (pending != null && pending.message() == call) {
			pending.giveUp(unwanted());
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.giveUp(call, unwanted());
		}
	}

	/** The server is to end, and with it every wait for what a handler returned. */
	void endWaits() {
		Awaited pending = this.awaited;
		if (pending != null) {
			pending.giveUp(endedWith(pending.message()));
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.giveUpAll(this::endedWith);
		}
	}

	/** Interrupt the handlers that keep the turn from commands. On any thread. */
	void interruptFor(int commands) {
		Message running = this.current;
		while (running != null && this.cell.isToldTo(commands) && this.awaited == null) {
			// Its caller gets the stop as the reason, not the interrupt.
			if (running instanceof CallMessage call) {
				call.giveUp(interruptedFor(call));
			}
			if (isCaller(this.cell.runtime().shutdownTime())) {
				// It goes on to shut down what else there is.
				break;
			}
			Message interrupted = running;
			this.interruption
				.interrupt(() -> this.current == interrupted && this.awaited == null && this.cell.isToldTo(commands));
			Message next = this.current;
			running = (next != running) ? next : null;
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.interruptFor(commands, this::interruptedFor);
		}
	}

	private Throwable interruptedFor(Message message) {
		return new GenServerUnavailableException(
				"Server " + this.cell.label() + " was asked to stop or restart, and the handler of "
						+ message.operation() + ", which ran for longer than genserver.servers." + this.cell.name()
						+ ".stop-grace, was interrupted; the call may have been executed",
				false);
	}

	/** Whether the turn runs on a thread that waits for a shutdown. */
	public boolean isCaller(ShutdownCallers time) {
		return time.isCaller(this.interruption.thread());
	}

	/**
	 * How many of the handlers that run concurrently with the turn are on threads that
	 * wait for a shutdown.
	 */
	public int callersBeside(ShutdownCallers time) {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return (concurrent != null) ? concurrent.callers(time) : 0;
	}

	/**
	 * Whether something that does not wait for a shutdown goes on concurrently with the
	 * turn: a handler, or what a handler returned.
	 */
	public boolean isBusyBeside(ShutdownCallers time) {
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return concurrent != null && !concurrent.isEmpty() && concurrent.size() > concurrent.callers(time);
	}

	/** Fail the calls whose handlers wait for a shutdown and so cannot answer. */
	public void failCallsOfCallers(ShutdownCallers time) {
		if (this.current instanceof CallMessage call && isCaller(time)) {
			giveUpAtShutdown(call);
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.failCallsOfCallers(time);
		}
	}

	/** Messages that are being handled, or were and are not answered. */
	int unfinished() {
		DeferredReplies putOff = this.deferred;
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		return ((this.current != null) ? 1 : 0) + ((putOff != null) ? putOff.size() : 0)
				+ ((concurrent != null) ? concurrent.size() : 0);
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

	/** Interrupt what runs and give up what is awaited. For shutdown. */
	public void interrupt(ShutdownCallers time) {
		if (!isCaller(time)) {
			this.interruption.interrupt(() -> true);
		}
		if (this.current instanceof CallMessage call) {
			giveUpAtShutdown(call);
		}
		Awaited pending = this.awaited;
		if (pending != null) {
			pending.giveUp(new CancellationException("Server " + this.cell.label() + " was shut down"));
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.interrupt(time);
		}
	}

	/** Fail the calls that will not be answered any more. For shutdown. */
	void failRest() {
		DeferredReplies putOff = this.deferred;
		if (putOff != null) {
			putOff.failAll("was shut down");
		}
	}

	void giveUpAtShutdown(CallMessage call) {
		call.giveUp(new GenServerUnavailableException("Server " + this.cell.label() + " was shut down while it handled "
				+ call.operation() + "; the call may have been executed", false));
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
		Message inTurn = this.current;
		if (inTurn != null && pending == null) {
			running.add(inTurn);
		}
		ConcurrentHandlers concurrent = this.concurrentHandlers;
		if (concurrent != null) {
			concurrent.tell(running, elsewhere);
		}
		DeferredReplies putOff = this.deferred;
		if (putOff != null) {
			putOff.tell(elsewhere);
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
		return this.current;
	}

	/**
	 * What has been running for the longest time, in the turn or concurrently with it.
	 */
	public ServerInfo.@Nullable InFlight inFlight() {
		ServerInfo.InFlight turn = inTurn();
		ConcurrentHandlers runs = this.concurrentHandlers;
		ServerInfo.InFlight concurrent = (runs != null) ? runs.oldest() : null;
		return (turn == null || (concurrent != null && concurrent.age().compareTo(turn.age()) > 0)) ? concurrent : turn;
	}

	/** The instance is about to be made or ended, which may take long. */
	void begins(String name) {
		this.step = new LifeStep(name, this.cell.runtime().nanoTime());
	}

	void stepEnds() {
		this.step = null;
	}

	ServerInfo.@Nullable InFlight inTurn() {
		Message message = this.current;
		if (message == null) {
			LifeStep step = this.step;
			return (step != null) ? new ServerInfo.InFlight(step.name(),
					Duration.ofNanos(Math.max(0, this.cell.runtime().nanoTime() - step.since())),
					new Caller.Server(this.cell.name(), this.cell.key()).toString()) : null;
		}
		long age = Math.max(0, this.cell.runtime().nanoTime() - (long) SINCE.getOpaque(this));
		return new ServerInfo.InFlight(message.operation().name(), Duration.ofNanos(age), message.caller().toString());
	}

	/** Whether a handler has begun to run longer than it should. Only for the monitor. */
	boolean isSlow(long now, long threshold) {
		Message message = this.current;
		LifeStep begun = this.step;
		if (message == null && begun != null && begun != this.reported && now - begun.since() > threshold) {
			this.reported = begun;
			return true;
		}
		if (message == null || message == this.reported || now - (long) SINCE.getOpaque(this) <= threshold) {
			return false;
		}
		this.reported = message;
		return true;
	}

}
