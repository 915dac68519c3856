package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.List;
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
 * How one cell handles a message: from the start of the handler to its end, at once or as
 * soon as what the handler returned has completed. Methods belong to the turn unless they
 * say otherwise.
 */
public final class TurnRunner implements MessageHandler {

	private static final SafeLogger logger = SafeLogger.of(TurnRunner.class);

	private final ServerCell cell;

	private final UnfinishedWork work;

	private final CurrentWork current;

	/** Interrupts whatever the turn runs. */
	private final Interruption interruption = new Interruption();

	TurnRunner(ServerCell cell, UnfinishedWork work) {
		this.cell = cell;
		this.work = work;
		this.current = work.inTurn();
	}

	ServerCell cell() {
		return this.cell;
	}

	Interruption interruption() {
		return this.interruption;
	}

	/**
	 * Start the next message of the mailbox, if there is one, and leave it to the turn:
	 * the fewer frames are below a handler that waits, the sooner it goes on.
	 * @return the message, or {@code null}, and the turn knows how it goes on
	 */
	@Nullable Message startNext(Turn turn) {
		Inbox inbox = this.cell.inbox();
		Mailbox<Message> mailbox = inbox.mailbox;
		Message message = mailbox.peek();
		while (message != null) {
			if (this.cell.hasCommands()) {
				// One may have been given before the message was sent. To see every such
				// command the look at them has to come after the look at the mailbox.
				turn.step = TurnStep.CONTINUE;
				return null;
			}
			boolean concurrent = message.operation().concurrency() > 0 && message.settledSlot() == Message.QUEUED;
			if (concurrent && !this.work.concurrentHandlers().acquire(message.operation())) {
				turn.step = TurnStep.BLOCKED;
				return this.cell.owner().hasOvertaking() ? startOvertaking(turn, inbox) : null;
			}
			boolean started = start(message, concurrent);
			mailbox.poll();
			if (started) {
				inbox.taken();
				if (!concurrent) {
					return message;
				}
				this.work.concurrentHandlers().start(message);
				turn.step = TurnStep.CONTINUE;
				return null;
			}
			if (concurrent) {
				this.work.concurrentHandlers().release(message.operation());
			}
			mailbox.skipped(message);
			message = mailbox.peek();
		}
		inbox.admit();
		turn.step = mailbox.isDrained() ? TurnStep.IDLE : TurnStep.CONTINUE;
		return null;
	}

	/** What is said of commands and the mailbox holds for these messages too. */
	private @Nullable Message startOvertaking(Turn turn, Inbox inbox) {
		List<Message> queued = inbox.mailbox.queued();
		if (this.cell.hasCommands()) {
			turn.step = TurnStep.CONTINUE;
			return null;
		}
		Message overtaking = OvertakingMessages.start(queued);
		if (overtaking != null) {
			inbox.startedInPlace();
		}
		return overtaking;
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
				this.work.concurrentHandlers().release(message.operation());
			}
		}
	}

	/** Handle a message that has been started. */
	TurnStep handle(Turn turn, Message message) {
		Scheduler scheduler = this.cell.runtime().scheduler();
		long since = (message instanceof CallMessage call) ? call.runAt()
				: (message.envelope() != null) ? scheduler.nanoTime() : this.cell.coarseTime();
		this.current.begin(message, since);
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

	private TurnStep succeeded(Message message, @Nullable Object value) {
		over(message);
		MessageOutcomes.answer(this.cell, message, value);
		return TurnStep.CONTINUE;
	}

	private TurnStep failed(Message message, Throwable cause) {
		over(message);
		return MessageOutcomes.failed(this.cell, message, cause);
	}

	private void over(Message message) {
		if (Thread.interrupted()) {
			logger.debug("Server {} handled {} and left the thread interrupted", this.cell, message.operation());
		}
		this.cell.statistics().processed();
		this.current.end();
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
		Operation operation = message.operation();
		Object instance = Objects.requireNonNull(this.cell.life().instance(), "instance");
		Object result;
		if (operation instanceof LambdaOperation lambda) {
			Object target = lambda.isFunction() ? factory().target(instance) : instance;
			result = lambda.invoke(target, message.payload(), message);
		}
		else {
			try {
				result = operation.invoke(instance, message.payload(), message);
			}
			catch (Throwable ex) {
				throw factory().thrown(instance, ex);
			}
		}
		if (message instanceof StreamCall stream && !message.isStashed()) {
			Flow.Publisher<?> items = (Flow.Publisher<?>) Objects.requireNonNull(result,
					() -> message.operation() + " returned null instead of a publisher");
			stream.open(items, this.cell.streams());
			return null;
		}
		return result;
	}

	private InstanceFactory factory() {
		return this.cell.owner().factory();
	}

	private TurnStep await(Message message, CompletionStage<?> stage) {
		Awaited pending = new Awaited(this, message, stage, limit(message));
		this.work.await(pending);
		if (stage instanceof WaitingFuture<?> future && !future.isDone()) {
			Wait wait = future.waitOf(this.cell, (cycle) -> pending.accept(null, cycle));
			if (wait != null) {
				Cycles.beginWait(this.cell, wait);
			}
		}
		this.work.startConcurrent();
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
			pending.giveUp(WorkTermination.unwanted());
		}
		else if (this.cell.endsWaits()) {
			pending.giveUp(this.cell.termination().endedWith(message));
		}
		if (pending.deadline() != Long.MAX_VALUE) {
			this.cell.runtime().scheduler().track(pending);
		}
		// The last thing that this turn does: another thread may go on from here.
		if (pending.park()) {
			return TurnStep.AWAITING;
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
		Awaited pending = this.work.awaited();
		return pending != null && pending.isResumable();
	}

	/** Go on with what is there, unless a turn does. */
	void runLost() {
		Awaited pending = this.work.awaited();
		if (pending != null && pending.claim()) {
			this.cell.runtime().recovered(this.cell);
			this.cell.turn(pending, false);
		}
	}

	/** A turn begins with what was awaited. */
	TurnStep resumed(Awaited pending) {
		this.work.awaitNoLonger();
		Cycles.endWait(this.cell);
		this.work.turnGoesOn();
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
		MessageOutcomes.gaveUp(this.cell, message, reason);
		return TurnStep.CONTINUE;
	}

	/** The engine failed in a turn: the server goes on, the sender gets the failure. */
	TurnStep broken(Throwable cause) {
		Awaited pending = this.work.awaited();
		if (pending != null) {
			// It must not begin a turn any more.
			pending.abandon();
			this.work.awaitNoLonger();
			Cycles.endWait(this.cell);
			this.work.turnGoesOn();
		}
		Message message = this.work.current();
		if (message != null) {
			if (message.isCast()) {
				message.reportEnd(cause);
			}
			else if (message.slot() == Message.RUNNING) {
				message.fail(this.cell, cause);
			}
			this.current.end();
		}
		this.cell.life().mend(cause);
		logger.error("The turn of server {} broke off", this.cell, cause);
		TurnStep step = this.cell.life().step();
		return (step == TurnStep.CONTINUE) ? TurnStep.IDLE : step;
	}

	/** The same, in a turn of its own, after a failure in which even that failed. */
	TurnStep mend() {
		return broken(new IllegalStateException("The turn of server " + this.cell.label()
				+ " broke off, short of memory or of stack; what it handled may have been executed"));
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

}
