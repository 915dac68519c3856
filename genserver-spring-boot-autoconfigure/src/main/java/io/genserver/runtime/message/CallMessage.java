package io.genserver.runtime.message;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

import io.genserver.CallCycleException;
import io.genserver.CallInterruptedException;
import io.genserver.GenServerException;
import io.genserver.GenServerTimeoutException;
import io.genserver.GenServerTimeoutException.Phase;
import io.genserver.GenServerUnavailableException;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.scheduling.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A message with a reply, and the cell the reply arrives in. Ends exactly once: the
 * thread that moves its slot to an outcome calls {@link #ended()}.
 * <p>
 * An outcome is the reply itself, {@link #NOTHING} for {@code null}, or a {@link Failed}.
 */
public abstract class CallMessage extends Message implements Scheduler.Expiring {

	private static final SafeLogger logger = SafeLogger.of(CallMessage.class);

	private static final Object NOTHING = new Object();

	/** Where there is no memory left to say more. */
	private static final Failed NO_MEMORY = new Failed(
			new OutOfMemoryError("There was no memory left to describe the outcome of the call"));

	/** Where it was sent; for a keyed server known once it was accepted. */
	private @Nullable Recipient cell;

	private final long startedAt;

	private final long deadline;

	/** When it was given a place, if it had to wait for one; otherwise 0. */
	private long admittedAt;

	/** When its handler started; written before {@code RUNNING}. */
	private long runAt;

	/** Whether the handler's result is not the reply. */
	private volatile boolean deferred;

	/**
	 * Whose deadline it has, if that is not its own: the first call of those that inherit
	 * from one another. Only for what a timeout says, and only until it has ended.
	 */
	private @Nullable CallMessage inheritedFrom;

	/** Runs the handler, if it may be interrupted; guarded by this. */
	private @Nullable Thread runner;

	/**
	 * Create a call.
	 * @param operation the operation
	 * @param payload what the operation expects
	 * @param origin the sender: a server cell, a thread or a caller
	 * @param now the time
	 * @param deadline when it must have ended
	 */
	protected CallMessage(Operation operation, @Nullable Object payload, Object origin, long now, long deadline) {
		this(operation, payload, origin, UNSENT, now, deadline);
	}

	/** With {@code QUEUED} as slot if only the sender knows it until it is sent. */
	protected CallMessage(Operation operation, @Nullable Object payload, Object origin, Object slot, long now,
			long deadline) {
		super(operation, payload, origin, slot);
		this.startedAt = now;
		this.deadline = deadline;
	}

	/**
	 * The call has ended. Called exactly once, on any thread; must not block and must not
	 * run code of an application.
	 */
	protected abstract void ended();

	/**
	 * Return the reply.
	 * @return the reply, {@code null} too if the call has failed or not ended
	 */
	public final @Nullable Object value() {
		Object now = slot();
		return (isOver() && now != NOTHING && !(now instanceof Failed)) ? now : null;
	}

	/**
	 * Keep the outcome no longer, which the sender has by now: the call may stay linked
	 * for a while. Only after its end, and only if no other thread asks for the outcome.
	 */
	protected final void forgetOutcome() {
		Object now = slot();
		if (isOutcome(now)) {
			move(now, NOTHING);
		}
	}

	/**
	 * Return why the call failed.
	 * @return the failure, or {@code null} if it has a reply or has not ended
	 */
	public final @Nullable Throwable failure() {
		return (slot() instanceof Failed failed) ? failed.cause() : null;
	}

	/**
	 * Give the call up because its caller no longer wants the reply. The handler does not
	 * start if it has not; otherwise it is notified.
	 * @return whether this ended the call
	 */
	public final boolean cancelCall() {
		return giveUp(new CancellationException("Call of " + where() + " was cancelled by its caller"));
	}

	@Override
	public final void expire() {
		expireNow();
	}

	@Override
	public final long deadline() {
		return this.deadline;
	}

	@Override
	public final boolean isCast() {
		return false;
	}

	@Override
	public final boolean isCancelled() {
		return isOver() || clock() - this.deadline >= 0;
	}

	/**
	 * The turn that has to go on for the call to be answered. A method that may overlap
	 * needs none, unless it has to wait behind a message that does.
	 */
	@Override
	public final @Nullable Recipient target() {
		Recipient here = this.cell;
		if (here == null || operation().concurrency() == 0 || here.predecessor() != null) {
			return here;
		}
		Object now = settledSlot();
		return (now == ROOM || (now == QUEUED && here.isHeldUp(this))) ? here : null;
	}

	@Override
	public final boolean isPending() {
		return !isOver();
	}

	@Override
	public final void giveUpForCycle(CallCycleException cycle) {
		giveUp(cycle);
	}

	public final boolean expireNow() {
		return endWith((state) -> timeout(state));
	}

	/**
	 * It has the deadline of another call, in whose turn it is made. Only before it is
	 * sent.
	 */
	public final void inheritDeadline(CallMessage other) {
		CallMessage first = other.inheritedFrom;
		this.inheritedFrom = (first != null) ? first : other;
	}

	/** The server and operation that its deadline comes from. */
	final String deadlineOwner() {
		CallMessage first = this.inheritedFrom;
		return ((first != null) ? first : this).where();
	}

	/** Nanoseconds until its deadline. */
	final long remainingNanos() {
		return Math.max(0, this.deadline - clock());
	}

	/** No mailbox took the call. Only by its sender. */
	public final void refuse(Throwable reason) {
		Failed outcome = new Failed(reason);
		if (move(QUEUED, outcome) || move(UNSENT, outcome)) {
			this.inheritedFrom = null;
			discard();
			report(outcome);
			refused();
		}
	}

	/** No mailbox took the call, which only its sender knows. */
	void refused() {
		ended();
	}

	/**
	 * End the call before it has its reply. The handler does not start if it has not;
	 * otherwise it is notified.
	 * @param reason what the caller gets
	 * @return whether this ended the call
	 */
	public final boolean giveUp(Throwable reason) {
		return endWith((state) -> reason);
	}

	/** The waiting thread was interrupted. */
	public final boolean interrupted() {
		return endWith(
				(state) -> new CallInterruptedException(
						"The thread was interrupted while it waited for " + where() + "; the call "
								+ ((state == RUNNING) ? "may have been executed" : "was not executed"),
						state != RUNNING));
	}

	private boolean endWith(Function<Object, Throwable> reason) {
		while (true) {
			Object now = settledSlot();
			if (isOutcome(now)) {
				return false;
			}
			if (end(now, failed(reason, now))) {
				return true;
			}
		}
	}

	/** A call ends with some outcome, whatever happens. */
	private static Failed failed(Function<Object, Throwable> reason, Object state) {
		try {
			return new Failed(reason.apply(state));
		}
		catch (OutOfMemoryError ex) {
			return NO_MEMORY;
		}
	}

	/** The message is about to be offered to this cell. */
	public final void sentTo(Recipient target) {
		this.cell = target;
	}

	/** Where it was sent, or {@code null} if it was not. */
	public final @Nullable Recipient sentTo() {
		return this.cell;
	}

	@Override
	protected final void admittedAt(long time) {
		this.admittedAt = time;
	}

	final long startedAt() {
		return this.startedAt;
	}

	@Override
	public final boolean start() {
		Recipient here = this.cell;
		this.runAt = (here != null) ? here.scheduler().nanoTime() : 0;
		if (settledSlot() == QUEUED && this.runAt - this.deadline >= 0) {
			expireNow();
		}
		return move(QUEUED, RUNNING);
	}

	@Override
	public final boolean startInPlace() {
		return start();
	}

	public final long runAt() {
		return this.runAt;
	}

	@Override
	public final void succeed(Recipient here, @Nullable Object value) {
		finish(here, (value != null) ? value : NOTHING);
	}

	@Override
	public final void fail(Recipient here, Throwable failure) {
		noteInnerCall(failure);
		finish(here, failed((state) -> failure, RUNNING));
	}

	/** What a handler says of itself, the one that called it must not say of itself. */
	private void noteInnerCall(Throwable failure) {
		if (failure instanceof GenServerException stated && origin() instanceof Recipient) {
			stated.markInnerCall();
		}
	}

	@Override
	public final boolean abandon(Recipient here) {
		Throwable constructor = here.constructorFailure();
		return giveUp((constructor != null) ? constructor : new GenServerUnavailableException(
				"Server " + here.label() + " stopped before it handled " + operation() + "; the call was not executed",
				true, here.failure()));
	}

	@Override
	public final void handleAgain(long now) {
		super.handleAgain(now);
		this.runAt = now;
		if (now - this.deadline >= 0) {
			expireNow();
		}
	}

	/** Its handler puts the reply off. Only while the handler runs. */
	public final void defer() {
		this.deferred = true;
	}

	@Override
	public final boolean isReplyDeferred() {
		return this.deferred || isStashed();
	}

	/** Answer a call that was put off. */
	public final boolean answer(Recipient here, @Nullable Object value) {
		Object reply;
		try {
			reply = operation().deferredReply(value);
		}
		catch (RuntimeException ex) {
			return refuse(here, ex);
		}
		return finish(here, (reply != null) ? reply : NOTHING);
	}

	/** Let a call that was put off fail. */
	public final boolean refuse(Recipient here, Throwable failure) {
		noteInnerCall(failure);
		return finish(here, new Failed(failure));
	}

	/**
	 * The handler runs on the calling thread from now on, in the turn or apart from it.
	 */
	public final void handlerStarts() {
		handlerGoesOn();
	}

	/** The handler's thread runs something else for a while. */
	public final void handlerPauses() {
		if (operation().interruptible()) {
			synchronized (this) {
				this.runner = null;
			}
		}
	}

	/** The handler's thread returns to it. */
	public final void handlerGoesOn() {
		if (operation().interruptible()) {
			synchronized (this) {
				this.runner = Thread.currentThread();
			}
			if (isOver()) {
				// The thread that gave the call up may have found none to interrupt.
				Thread.currentThread().interrupt();
			}
		}
	}

	/** The handler has returned: it is not to be interrupted any more. */
	public final void handlerReturned() {
		if (operation().interruptible()) {
			synchronized (this) {
				if (this.runner == Thread.currentThread()) {
					// An interrupt meant for this handler ends with it.
					Thread.interrupted();
				}
				this.runner = null;
			}
		}
	}

	private boolean finish(Recipient here, Object outcome) {
		if (end(RUNNING, outcome)) {
			return true;
		}
		repliedLate(here);
		return false;
	}

	private boolean end(Object from, Object outcome) {
		if (!move(from, outcome)) {
			return false;
		}
		// The thread that ended the call must not suffer from its sender, nor the sender
		// from interceptors.
		try {
			settle(from, outcome);
		}
		catch (Throwable ex) {
			logger.error("The end of {} was not reported", operation(), ex);
		}
		try {
			ended();
		}
		catch (Throwable ex) {
			logger.error("The caller of {} was not notified of its end", operation(), ex);
		}
		return true;
	}

	private void settle(Object from, Object outcome) {
		Recipient here = this.cell;
		if (this.inheritedFrom != null) {
			this.inheritedFrom = null;
		}
		if (from == RUNNING) {
			if (operation().interruptible() && outcome instanceof Failed) {
				interruptRunner();
			}
			if (here != null && outcome instanceof Failed) {
				here.unwanted(this);
			}
			// The handler may still read its payload; the cell forgets it.
		}
		else {
			discard();
			if (here != null) {
				if (from == QUEUED) {
					here.freed();
				}
				else if (from == ROOM) {
					here.leftRoom(this);
				}
			}
		}
		report(outcome);
	}

	private void report(Object outcome) {
		reportEnd((outcome instanceof Failed failed) ? failed.cause() : null);
	}

	private synchronized void interruptRunner() {
		Thread thread = this.runner;
		if (thread != null && thread != Thread.currentThread()) {
			thread.interrupt();
		}
	}

	private GenServerTimeoutException timeout(Object from) {
		Recipient here = this.cell;
		long now = clock();
		long placed = (this.admittedAt != 0) ? this.admittedAt : this.startedAt;
		Phase phase = (from == ROOM) ? Phase.ROOM : (from == RUNNING) ? Phase.RUNNING : Phase.QUEUED;
		long room = ((phase == Phase.ROOM) ? now : placed) - this.startedAt;
		long queued = (phase == Phase.ROOM) ? 0 : ((phase == Phase.QUEUED) ? now : this.runAt) - placed;
		long running = (phase == Phase.RUNNING) ? now - this.runAt : 0;
		CallMessage owner = this.inheritedFrom;
		return new GenServerTimeoutException(new GenServerTimeoutException.Details((here != null) ? here.name() : "?",
				(here != null) ? here.key() : null, operation().name(),
				Duration.ofNanos(this.deadline - this.startedAt), phase, Duration.ofNanos(room),
				Duration.ofNanos(queued), Duration.ofNanos(running), (here != null) ? here.mailbox().size() : 0,
				(here != null) ? here.mailbox().capacity() : 0, (here != null) ? here.oldestInFlight() : null,
				(owner != null) ? owner.where() : null));
	}

	private String where() {
		Recipient here = this.cell;
		return ((here != null) ? here.label() + " " : "") + operation();
	}

	private long clock() {
		Recipient here = this.cell;
		return (here != null) ? here.scheduler().nanoTime() : this.startedAt;
	}

	/**
	 * The outcome of a call without a reply.
	 *
	 * @param cause why there is none
	 */
	record Failed(Throwable cause) {
	}

}
