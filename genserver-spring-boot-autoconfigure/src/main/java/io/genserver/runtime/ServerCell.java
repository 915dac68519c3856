package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.genserver.DeadLetter;
import io.genserver.GenServerUnavailableException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.SupervisionStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live server: where its messages arrive, its life, and the turn that brings them
 * together. For a keyed server there is one per key.
 * <p>
 * <b>Exclusion.</b> {@link #status} says whether the cell is to be run: {@link #NEW}
 * (addressable, not started), {@link #IDLE} (nothing to do), {@link #READY} (queued at
 * the scheduler, running, or awaiting what a handler returned) or {@link #PARKED}
 * (messages have to wait: suspended, or between two instances). Whoever moves it to
 * {@code READY} hands the cell to the scheduler, once; only {@link #run()} moves it back,
 * and looks again at the mailbox and the commands afterwards, while a sender looks at the
 * status after it has queued. Both do so with full fences, so one sees the other.
 * Everything a turn wrote is published by the write that ends it or by the scheduler's
 * queue, and read after the compare-and-set or the take that begins the next: fields
 * without further remark belong to the turn.
 */
final class ServerCell implements Runnable {

	/** The outcome of a cast that nobody will handle. */
	static final Object GONE = new Object();

	static final int START = 1;

	static final int BEGIN_AGAIN = 2;

	static final int STOP = 4;

	static final int SUSPEND = 8;

	static final int RESUME = 16;

	static final int RESTART = 32;

	static final int PASSIVATE = 64;

	/** Look again at what waits. */
	static final int WAKE = 128;

	/** A handler that ran beside the turn has failed, and the server is to restart. */
	static final int FAIL = 256;

	private static final Logger logger = LoggerFactory.getLogger(ServerCell.class);

	/** Messages handled before other servers get a chance. */
	private static final int BATCH = 64;

	private static final int NEW = 0;

	private static final int IDLE = 1;

	private static final int READY = 2;

	private static final int PARKED = 3;

	private static final VarHandle STATUS;

	private static final VarHandle COMMANDS;

	private static final VarHandle CURRENT;

	private static final VarHandle SINCE;

	private static final VarHandle RUNNER;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATUS = lookup.findVarHandle(ServerCell.class, "status", int.class);
			COMMANDS = lookup.findVarHandle(ServerCell.class, "commands", int.class);
			CURRENT = lookup.findVarHandle(ServerCell.class, "current", Message.class);
			SINCE = lookup.findVarHandle(ServerCell.class, "currentSince", long.class);
			RUNNER = lookup.findVarHandle(ServerCell.class, "runner", Thread.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Server server;

	private final @Nullable String key;

	private final Inbox inbox;

	private final CellLife life = new CellLife(this);

	private final CellStatistics statistics = new CellStatistics();

	private volatile int status = NEW;

	/** What the cell is asked to do before its next message; bits. */
	private volatile int commands;

	private volatile @Nullable Message current;

	/** When the current message was started; read by anybody, with opaque access. */
	private long currentSince;

	/** When the last turn began; read by anybody, a stale value does no harm. */
	private long turnBegan;

	/** What a handler returned and the next message waits for. */
	private volatile @Nullable Awaited awaited;

	/** What the turn, blocked or parked, waits for; see {@link Cycles}. */
	volatile @Nullable Message waitsFor;

	private volatile @Nullable Thread runner;

	private volatile @Nullable Agenda agenda;

	private volatile @Nullable Deferred deferred;

	private volatile @Nullable ConcurrentRuns concurrentRuns;

	/** The message whose slowness was logged last; only the monitor uses it. */
	private @Nullable Message reported;

	ServerCell(Server server, @Nullable String key) {
		this.server = server;
		this.key = key;
		this.inbox = new Inbox(this, server.settings().capacity());
	}

	// What others do. Safe on any thread.

	/** There may be something to do. */
	void ready() {
		if (this.status == IDLE && STATUS.compareAndSet(this, IDLE, READY)) {
			runtime().scheduler().execute(this);
		}
	}

	/** Start, unless it has been asked to before. */
	void start() {
		if (this.status == NEW) {
			command(START);
		}
	}

	/** Do something before the next message, whatever waits in the mailbox. */
	void command(int bit) {
		COMMANDS.getAndBitwiseOr(this, bit);
		int now = this.status;
		if ((now == PARKED || (now == NEW && (bit & (START | STOP)) != 0)) && STATUS.compareAndSet(this, now, READY)) {
			runtime().scheduler().execute(this);
		}
		else {
			ready();
		}
	}

	/** Interrupt the handler that runs now, if any. For shutdown. */
	void interrupt() {
		Thread thread = this.runner;
		if (thread != null) {
			thread.interrupt();
		}
		Message message = this.current;
		if (message instanceof Call call) {
			call.giveUp(new GenServerUnavailableException("Server " + label() + " was shut down while it handled "
					+ call.operation() + "; the call may have been executed", false));
		}
		Awaited pending = this.awaited;
		if (pending != null) {
			pending.accept(null, new CancellationException("Server " + label() + " was shut down"));
		}
		ConcurrentRuns beside = this.concurrentRuns;
		if (beside != null) {
			beside.interrupt();
		}
	}

	/**
	 * Fail what is still queued although the turn does not end. For shutdown, when the
	 * cell will never be run again.
	 */
	void failRest() {
		this.inbox.mailbox.close();
		this.inbox.admit();
		this.inbox.mailbox.queued().forEach(this::abandon);
	}

	/** A message will not be handled because the server stops. */
	void abandon(Message message) {
		boolean waited = !message.isOver();
		message.abandon(this);
		if (waited) {
			dropped(message.operation(), message.isCast(), DeadLetter.Reason.STOPPED);
		}
	}

	// The turn.

	@Override
	public void run() {
		Turn turn = Turn.enter(this);
		RUNNER.setRelease(this, Thread.currentThread());
		Next next = Next.WAIT;
		try {
			long sliceStart = runtime().scheduler().nanoTime();
			this.turnBegan = sliceStart;
			int left = BATCH;
			do {
				next = (this.commands != 0 || !this.life.isServing()) ? obey() : Next.GO_ON;
				if (next == Next.GO_ON) {
					next = handleNext(turn, sliceStart);
				}
			}
			while (next == Next.GO_ON && --left > 0);
		}
		finally {
			turn.leave();
			if (next != Next.WAIT) {
				RUNNER.setRelease(this, null);
			}
		}
		switch (next) {
			case GO_ON, REST -> rest();
			case PARK -> park();
			case WAIT, END -> {
			}
		}
	}

	private Next handleNext(Turn turn, long sliceStart) {
		Agenda own = this.agenda;
		if (own != null) {
			Message due = own.next(!this.inbox.mailbox.isDrained());
			if (due != null) {
				return handle(turn, due, sliceStart);
			}
		}
		Mailbox mailbox = this.inbox.mailbox;
		Message message = mailbox.peek();
		while (message != null) {
			boolean concurrent = message.operation().concurrency() > 0 && !message.isOver();
			if (concurrent && !beside().acquire(message.operation())) {
				return Next.PARK;
			}
			mailbox.poll();
			if (message.start()) {
				this.inbox.taken();
				if (!concurrent) {
					return handle(turn, message, sliceStart);
				}
				started(message, (message instanceof Call call) ? call.runAt() : runtime().scheduler().nanoTime());
				beside().start(message);
				return Next.GO_ON;
			}
			if (concurrent) {
				beside().release(message.operation());
			}
			mailbox.skipped(message);
			message = mailbox.peek();
		}
		this.inbox.admit();
		return mailbox.isDrained() ? Next.REST : Next.GO_ON;
	}

	private void started(Message message, long since) {
		RuntimeListener listener = runtime().listener();
		if (listener != null && message.queuedAt != 0) {
			listener.started(this.server, message.operation(), since - message.queuedAt);
		}
	}

	/** Let the instance handle a message. */
	@Nullable Object invoke(Message message) throws Throwable {
		try {
			Object target = Objects.requireNonNull(this.life.instance(), "instance");
			Object result = message.operation().invoke(target, message.payload());
			if (message instanceof StreamCall stream) {
				stream.open((Flow.Publisher<?>) Objects.requireNonNull(result, "stream"));
				return null;
			}
			return result;
		}
		finally {
			if (message instanceof Call call) {
				call.handlerReturned();
			}
		}
	}

	private Next handle(Turn turn, Message message, long sliceStart) {
		Scheduler scheduler = runtime().scheduler();
		RuntimeListener listener = runtime().listener();
		long since = (message instanceof Call call) ? call.runAt()
				: (listener != null) ? scheduler.nanoTime() : Math.max(sliceStart, scheduler.coarseTime());
		SINCE.setOpaque(this, since);
		CURRENT.setOpaque(this, message);
		turn.message = message;
		Object result;
		try {
			started(message, since);
			result = invoke(message);
		}
		catch (Throwable ex) {
			return failed(message, ex);
		}
		finally {
			turn.message = null;
			turn.detached = false;
		}
		if (result instanceof CompletionStage<?> stage) {
			return await(message, stage);
		}
		return succeeded(message, result);
	}

	private Next await(Message message, CompletionStage<?> stage) {
		Awaited pending = new Awaited(this, message, stage);
		this.awaited = pending;
		if (stage instanceof AsyncCall.Reply reply) {
			Cycles.beginWait(this, reply.call());
		}
		RUNNER.setRelease(this, null);
		stage.whenComplete(pending);
		return pending.park() ? Next.WAIT : resumed(pending);
	}

	/** What a handler returned has completed; begins a turn. */
	void resume(Awaited pending) {
		runtime().scheduler().execute(() -> {
			Turn turn = Turn.enter(this);
			Next next = resumed(pending);
			turn.leave();
			if (next == Next.GO_ON) {
				run();
			}
			else if (next == Next.PARK) {
				park();
			}
		});
	}

	private Next resumed(Awaited pending) {
		this.awaited = null;
		this.waitsFor = null;
		Throwable failure = pending.failure();
		Message message = pending.message();
		return (failure != null) ? failed(message, failure) : succeeded(message, pending.result());
	}

	private Next succeeded(Message message, @Nullable Object value) {
		over(message, null);
		answer(message, value);
		return Next.GO_ON;
	}

	private void answer(Message message, @Nullable Object value) {
		if (!(message instanceof Call call && call.isDeferred())) {
			message.succeed(this, value);
		}
		message.forget();
	}

	private Next failed(Message message, Throwable cause) {
		over(message, cause);
		refuse(message, cause);
		switch (strategyFor(cause)) {
			case RESUME -> {
			}
			case RESTART -> this.life.restart(cause);
			case STOP -> {
				logger.warn("Server {} stops because {} failed", label(), message.operation(), cause);
				this.life.failedWith(cause);
				command(STOP);
			}
		}
		return next();
	}

	private SupervisionStrategy strategyFor(Throwable cause) {
		return this.server.settings().supervision().strategyFor(cause);
	}

	private void refuse(Message message, Throwable cause) {
		this.statistics.failed(message.operation(), cause);
		if (message.isCast()) {
			logger.warn("Server {} failed to handle {} from {}", label(), message.operation(), message.caller(), cause);
		}
		else {
			logger.debug("Server {} failed to handle {} from {}", label(), message.operation(), message.caller(),
					cause);
		}
		message.fail(this, cause);
		message.forget();
	}

	/** A handler that ran beside the turn has ended. On its thread, or any. */
	void concurrentlyOver(Message message, @Nullable Object value, @Nullable Throwable cause) {
		this.statistics.processedBeside();
		if (cause == null) {
			answer(message, value);
			return;
		}
		refuse(message, cause);
		SupervisionStrategy strategy = strategyFor(cause);
		if (strategy != SupervisionStrategy.RESUME) {
			this.life.failedWith(cause);
			command((strategy == SupervisionStrategy.STOP) ? STOP : FAIL);
		}
	}

	private void over(Message message, @Nullable Throwable cause) {
		if (Thread.interrupted()) {
			logger.debug("Server {} handled {} and left the thread interrupted", label(), message.operation());
		}
		this.statistics.processed();
		CURRENT.setOpaque(this, null);
		RuntimeListener listener = runtime().listener();
		if (listener != null && message.isCast()) {
			long runNanos = runtime().scheduler().nanoTime() - (long) SINCE.getOpaque(this);
			listener.castHandled(this.server, message.operation(), runNanos, cause);
		}
	}

	/** Follow the commands. */
	private Next obey() {
		int bits = (int) COMMANDS.getAndSet(this, 0);
		int ending = bits & (STOP | RESTART | PASSIVATE | FAIL);
		ConcurrentRuns beside = this.concurrentRuns;
		if (ending != 0 && beside != null && beside.postpone(ending)) {
			if ((ending & STOP) != 0) {
				this.inbox.mailbox.close();
				abandonAll();
			}
			bits -= ending;
			if ((ending & ~PASSIVATE) != 0) {
				return Next.PARK;
			}
		}
		if ((bits & STOP) != 0) {
			this.life.end(ServerState.STOPPED);
			return Next.END;
		}
		ServerState state = this.life.state();
		if (((bits & START) != 0 && state == ServerState.NEW)
				|| ((bits & BEGIN_AGAIN) != 0 && state == ServerState.RESTARTING)) {
			this.life.begin();
		}
		Throwable failure = this.life.failure();
		if ((bits & FAIL) != 0 && failure != null && this.life.isServing()) {
			this.life.restart(failure);
		}
		if ((bits & RESTART) != 0) {
			this.life.restartNow();
		}
		if ((bits & SUSPEND) != 0) {
			this.life.suspend();
		}
		if ((bits & RESUME) != 0) {
			this.life.resume();
		}
		if ((bits & PASSIVATE) != 0 && isIdle() && isSettled() && this.inbox.mailbox.closeIfDrained()) {
			this.life.end(ServerState.STOPPED);
		}
		return next();
	}

	private Next next() {
		return this.life.isServing() ? Next.GO_ON : this.life.isOver() ? Next.END : Next.PARK;
	}

	private boolean isIdle() {
		Agenda own = this.agenda;
		return own == null || own.isEmpty();
	}

	/** Whether no reply is put off and no handler runs beside the turn. */
	private boolean isSettled() {
		Deferred putOff = this.deferred;
		ConcurrentRuns beside = this.concurrentRuns;
		return (putOff == null || putOff.isEmpty()) && (beside == null || beside.isEmpty());
	}

	/** End the turn; begin another if there is something to do already. */
	private void rest() {
		STATUS.setVolatile(this, IDLE);
		if ((!this.inbox.mailbox.isDrained() || this.commands != 0 || !isIdle())
				&& STATUS.compareAndSet(this, IDLE, READY)) {
			runtime().scheduler().execute(this);
		}
	}

	/** End the turn; only a command begins another. */
	private void park() {
		STATUS.setVolatile(this, PARKED);
		if (this.commands != 0 && STATUS.compareAndSet(this, PARKED, READY)) {
			runtime().scheduler().execute(this);
		}
	}

	/** Fail all that is queued; the mailbox is closed. Only in the turn. */
	void abandonAll() {
		Message message = this.inbox.mailbox.poll();
		while (message != null) {
			abandon(message);
			message = this.inbox.mailbox.poll();
		}
		this.inbox.admit();
	}

	/**
	 * The instance goes: its timers, and the replies it owes, with it. Only in the turn.
	 */
	void instanceGoes() {
		Agenda own = this.agenda;
		if (own != null) {
			own.clear();
		}
		Deferred putOff = this.deferred;
		if (putOff != null) {
			putOff.failAll((this.life.state() == ServerState.STOPPING) ? "stopped" : "restarted");
		}
	}

	Deferred deferred() {
		Deferred known = this.deferred;
		if (known == null) {
			synchronized (this) {
				known = this.deferred;
				if (known == null) {
					known = new Deferred(this);
					this.deferred = known;
				}
			}
		}
		return known;
	}

	/** Only in the turn. */
	private ConcurrentRuns beside() {
		ConcurrentRuns known = this.concurrentRuns;
		if (known == null) {
			known = new ConcurrentRuns(this);
			this.concurrentRuns = known;
		}
		return known;
	}

	Agenda agenda() {
		Agenda known = this.agenda;
		if (known == null) {
			synchronized (this) {
				known = this.agenda;
				if (known == null) {
					known = new Agenda(this);
					this.agenda = known;
				}
			}
		}
		return known;
	}

	// What others may know.

	String name() {
		return this.server.name();
	}

	@Nullable String key() {
		return this.key;
	}

	/** Name and key, for messages. */
	String label() {
		return (this.key != null) ? name() + "/" + this.key : name();
	}

	Server server() {
		return this.server;
	}

	GenServerRuntime runtime() {
		return this.server.runtime();
	}

	Inbox inbox() {
		return this.inbox;
	}

	Mailbox mailbox() {
		return this.inbox.mailbox;
	}

	CellLife life() {
		return this.life;
	}

	CellStatistics statistics() {
		return this.statistics;
	}

	/** Whether it has neither messages nor anything running. */
	boolean isQuiet() {
		int now = this.status;
		return this.life.isOver() || (now != READY && (now == NEW || (this.inbox.mailbox.size() == 0 && isSettled())));
	}

	/** Whether it was never asked to start. */
	boolean isNew() {
		return this.status == NEW;
	}

	/** Whether it has had nothing to do since a time. */
	boolean isIdleSince(long time) {
		return this.status == IDLE && this.turnBegan - time <= 0;
	}

	/** Whether it had ended by a time, or nearly. */
	boolean isOverSince(long time) {
		return this.life.isOver() && this.turnBegan - time <= 0;
	}

	@Nullable Message current() {
		return this.current;
	}

	/** Whether a handler has begun to run longer than it should. Only for the monitor. */
	boolean isSlow(long now, long threshold) {
		Message message = this.current;
		if (message == null || message == this.reported || now - (long) SINCE.getOpaque(this) <= threshold) {
			return false;
		}
		this.reported = message;
		return true;
	}

	ServerInfo.@Nullable InFlight inFlight() {
		Message message = this.current;
		if (message == null) {
			return null;
		}
		long age = Math.max(0, runtime().scheduler().nanoTime() - (long) SINCE.getOpaque(this));
		return new ServerInfo.InFlight(message.operation().name(), Duration.ofNanos(age), message.caller().toString());
	}

	void dropped(Operation operation, boolean cast, DeadLetter.Reason reason) {
		this.statistics.dropped();
		runtime().deadLetter(new DeadLetter(name(), this.key, operation.name(), cast, reason));
	}

	void lateReply(Operation operation) {
		this.statistics.lateReply();
		RuntimeListener listener = runtime().listener();
		if (listener != null) {
			listener.lateReply(this.server, operation);
		}
	}

	@Override
	public String toString() {
		return "server " + label();
	}

	/** How a turn goes on. */
	private enum Next {

		/** With the next message. */
		GO_ON,

		/** There is nothing to do. */
		REST,

		/** Messages have to wait. */
		PARK,

		/** What the handler returned is awaited. */
		WAIT,

		/** The server has ended. */
		END

	}

}
