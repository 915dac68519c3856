package io.genserver.runtime.cell;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

import io.genserver.DeadLetter;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.SelfCheck;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.Cycles;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.message.Wait;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.TurnExecutor;
import org.jspecify.annotations.Nullable;

/**
 * One live server: where its messages arrive, its life, and the turn that brings them
 * together. For a keyed server there is one per key.
 * <p>
 * <b>Exclusion.</b> {@link #status} says whether the cell is to be run: {@link #NEW}
 * (addressable, not started), {@link #SUCCESSOR} (addressable, and another cell of its
 * key has not ended), {@link #IDLE} (nothing to do), {@link #READY} (queued at the
 * scheduler), {@link #RUNNING} (in its turn, or awaiting what a handler returned),
 * {@link #PARKED} (messages have to wait: suspended, or between two instances) or
 * {@link #BROKEN} (its turn broke off). The thread that moves it to {@code READY} hands
 * the cell to the scheduler afterwards; the first thread that runs it from there moves it
 * to {@code RUNNING}, and only the turn moves it on, and looks again at the mailbox and
 * the commands afterwards, while a sender looks at the status after it has queued. Both
 * do so with full fences, so one sees the other. Everything a turn wrote is published by
 * the write that ends it or by the scheduler's queue, and read after the compare-and-set
 * that begins the next: fields without further remark belong to the turn.
 * <p>
 * <b>Errors of the engine.</b> Short of memory or of stack anything may throw, in the
 * engine too. So a cell may be ready without being queued, or break off its turn, which
 * is noted by the write of a field, as that cannot fail. The {@link SelfCheck} finds both
 * and queues the cell. It need not know whether the cell was queued already: of two
 * threads that run it one finds it no longer ready.
 * <p>
 * <b>One live instance.</b> A cell that takes the place of one that is ending begins as
 * {@code SUCCESSOR}, and nothing but the end of the other, {@link #predecessorEnded()},
 * moves it from there: no command, no message and no shutdown does. Commands that it is
 * given meanwhile stay in {@link #commands}, and are followed in its first turn. So it
 * cannot end before the other has ended either, and a third cell, which waits for the end
 * of the second, cannot begin.
 */
public final class ServerCell implements Recipient, CellProbe {

	private static final SafeLogger logger = SafeLogger.of(ServerCell.class);

	/** Messages handled before other servers get a chance. */
	private static final int BATCH = 64;

	static final int NEW = 0;

	static final int IDLE = 1;

	static final int READY = 2;

	static final int PARKED = 3;

	static final int SUCCESSOR = 4;

	static final int RUNNING = 5;

	static final int BROKEN = 6;

	private static final VarHandle STATUS;

	static {
		try {
			STATUS = MethodHandles.lookup().findVarHandle(ServerCell.class, "status", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final CellOwner owner;

	private final @Nullable String key;

	private final Inbox inbox;

	private final InstanceLifecycle life = new InstanceLifecycle(this);

	private final UnfinishedWork work = new UnfinishedWork(this);

	private final WorkTermination termination = new WorkTermination(this, this.work);

	private final TurnRunner turnRunner = new TurnRunner(this, this.work);

	private final Commands commands = new Commands();

	private final CellStatistics statistics;

	private volatile int status;

	/** The cell of the same key that has to end before this one begins. */
	private volatile @Nullable ServerCell predecessor;

	/**
	 * When the last turn began that was not for a tick of a timer only; read by anybody,
	 * a stale value does no harm.
	 */
	private long turnBegan;

	/** What the turn, blocked or parked, waits for; see {@link Cycles}. */
	private volatile @Nullable Wait waitsFor;

	private volatile @Nullable OwnWork ownWork;

	private volatile @Nullable CellStreams streams;

	public ServerCell(CellOwner owner, @Nullable String key) {
		this(owner, key, null);
	}

	/**
	 * Create.
	 * @param predecessor cell whose end is to be reported with
	 * {@link #predecessorEnded()} before this one begins, {@code null} if there is none
	 */
	public ServerCell(CellOwner owner, @Nullable String key, @Nullable ServerCell predecessor) {
		this.owner = owner;
		this.key = key;
		this.statistics = new CellStatistics(key);
		this.predecessor = predecessor;
		this.status = (predecessor != null) ? SUCCESSOR : NEW;
		this.inbox = new Inbox(this, owner.capacity());
	}

	/**
	 * Return the classes whose methods turns call, for who loads classes early.
	 * @return the classes
	 */
	public static List<Class<?>> calledInTurns() {
		return List.of(ServerCell.class, Awaited.class, ConcurrentHandlers.Run.class, LifeWait.class, EndOfCells.class,
				Inbox.class, PipedResult.class);
	}

	// What others do. Safe on any thread.

	/** There may be something to do. Returns whether that makes it run. */
	boolean ready() {
		if (this.status == IDLE && STATUS.compareAndSet(this, IDLE, READY)) {
			queue();
			return true;
		}
		return false;
	}

	/** It has become ready: have it run, now or, if that fails, once it is found. */
	private void queue() {
		try {
			execute(this);
		}
		catch (Throwable ex) {
			runtime().suspect();
		}
	}

	/** Run a task where the server's turns run. */
	public void execute(Runnable task) {
		TurnExecutor own = this.owner.executor();
		if (own != null) {
			own.execute(task, runtime().scheduler());
		}
		else {
			runtime().scheduler().execute(task);
		}
	}

	/**
	 * The time, read at the lowest cost: with an executor of its own the server cannot
	 * use the coarse time, which no thread updates while no worker works.
	 */
	long coarseTime() {
		Scheduler scheduler = runtime().scheduler();
		return (this.owner.executor() != null) ? scheduler.nanoTime() : scheduler.coarseTime();
	}

	/** A message was queued. */
	void queued(Message message) {
		ready();
		if (this.owner.hasConcurrent()) {
			if (message.operation().concurrency() > 0) {
				this.work.startConcurrent();
			}
			else if (message.operation().overtakes()) {
				this.work.startOvertaking();
			}
		}
	}

	/** Start, unless it has been asked to before; a successor once it may. */
	public void start() {
		if (isNew()) {
			command(Commands.START);
		}
	}

	/**
	 * Stop or restart although a handler may run, or be awaited. A handler that asks for
	 * it itself ends first, in its own time.
	 * @param bit {@link Commands#STOP} or {@link Commands#RESTART}
	 * @param grace nanoseconds after which a handler that runs is interrupted
	 */
	public void end(int bit, long grace) {
		Turn turn = Turn.current();
		if (turn != null && turn.cell == this) {
			command(bit);
			return;
		}
		boolean rested = command(bit | Commands.END_WAITS);
		this.termination.endWaits();
		if (rested && this.work.isSettled()) {
			return;
		}
		if (grace <= 0) {
			this.termination.interruptFor(bit);
		}
		else {
			Scheduler scheduler = runtime().scheduler();
			scheduler.track(new Alarm(scheduler.nanoTime() + grace, () -> this.termination.interruptFor(bit)));
		}
	}

	/**
	 * Do something before the next message, whatever waits in the mailbox.
	 * @param command one of {@link Commands}
	 * @return whether the turn was not running, and is from now on
	 */
	public boolean command(int command) {
		this.commands.add(command);
		return commanded(command);
	}

	/**
	 * Commands that were given earlier, and were taken and not followed, are to be
	 * followed after all. Contrary commands given since then take precedence.
	 */
	void commandAgain(int bits) {
		this.commands.restore(bits);
		commanded(bits);
	}

	/** There are commands to follow: see to it that a turn does. */
	private boolean commanded(int bits) {
		int now = this.status;
		if ((now == PARKED || (now == NEW && (bits & (Commands.START | Commands.STOP)) != 0))
				&& STATUS.compareAndSet(this, now, READY)) {
			queue();
			return true;
		}
		if (now == SUCCESSOR) {
			if ((bits & Commands.STOP) != 0) {
				// Its senders need not wait for the end of the other.
				execute(this::refuseAll);
			}
			return true;
		}
		return ready();
	}

	/**
	 * The cell that has to end before this one has ended. From here on, this one is like
	 * any that is new, and follows the commands it was given meanwhile.
	 */
	public void predecessorEnded() {
		if (STATUS.compareAndSet(this, SUCCESSOR, NEW)) {
			this.predecessor = null;
			if (runtime().hasStarted() && this.owner.holds(this)) {
				command(Commands.START);
			}
			else if (this.commands.any(Commands.START | Commands.STOP) && STATUS.compareAndSet(this, NEW, READY)) {
				queue();
			}
		}
	}

	/**
	 * Take back a restart that was requested after the stop.
	 * @return {@code true} once
	 */
	public boolean takeRestart() {
		return this.commands.take(Commands.RESTART);
	}

	/** Refuse what comes and fail what is queued; the turn ends the cell later. */
	private void refuseAll() {
		this.inbox.mailbox.close();
		this.inbox.admit();
		for (Message message : this.inbox.mailbox.queued()) {
			boolean ended = abandon(message);
			if (ended && message.isCast()) {
				this.inbox.freed();
			}
		}
	}

	/**
	 * Fail what is still queued or owed although the turn does not end. For shutdown,
	 * when the cell will never be run again.
	 */
	public void failRest() {
		this.inbox.mailbox.close();
		this.inbox.admit();
		for (Message message : this.inbox.mailbox.queued()) {
			// A call that is given up frees its place itself.
			if (abandon(message) && message.isCast()) {
				this.inbox.freed();
			}
		}
		this.termination.failRest();
		this.life.neverStarts();
	}

	/**
	 * A message will not be handled because the server stops.
	 * @return whether this ended it
	 */
	boolean abandon(Message message) {
		boolean ended = message.abandon(this);
		if (ended) {
			dropped(message, DeadLetter.Reason.STOPPED);
		}
		return ended;
	}

	// The turn.

	@Override
	public void run() {
		if (claim()) {
			turn(null, false);
		}
	}

	/** Whether the calling thread is to run the turn. */
	boolean claim() {
		return STATUS.compareAndSet(this, READY, RUNNING);
	}

	/**
	 * Run a turn that was claimed. What throws while the cell belongs to this thread
	 * leaves it broken; later it may be ready and not queued.
	 * @param resumed what the turn goes on with
	 * @param mends whether an earlier turn broke off
	 */
	void turn(@Nullable Awaited resumed, boolean mends) {
		boolean owned = true;
		Turn turn = null;
		try {
			turn = Turn.enter(this, this.turnRunner.interruption());
			TurnStep step = steps(turn, resumed, mends);
			if (step == TurnStep.BLOCKED) {
				this.inbox.mailbox.letGo();
				owned = false;
				this.status = PARKED;
				parked();
			}
			else if (step == TurnStep.AWAITING || step == TurnStep.END) {
				owned = false;
				VarHandle.fullFence();
			}
			else {
				this.inbox.mailbox.letGo();
				owned = false;
				this.status = IDLE;
				rested();
			}
		}
		finally {
			if (owned) {
				// Who interrupts the next turn must not meet this thread.
				this.turnRunner.interruption().end();
				this.status = BROKEN;
			}
			if (turn != null) {
				turn.leave();
			}
			if (owned) {
				runtime().suspect();
			}
		}
	}

	private TurnStep steps(Turn turn, @Nullable Awaited resumed, boolean mends) {
		TurnStep step;
		try {
			if (mends) {
				step = this.turnRunner.mend();
			}
			else {
				if (resumed != null || this.ownWork == null || this.commands.any(~Commands.PASSIVATE)) {
					active();
				}
				step = (resumed != null) ? this.turnRunner.resumed(resumed) : TurnStep.CONTINUE;
				for (int left = BATCH; step == TurnStep.CONTINUE && left > 0; left--) {
					step = (hasCommands() || !this.life.isServing()) ? runCommands() : TurnStep.CONTINUE;
					if (step == TurnStep.CONTINUE) {
						Message next = startNext(turn);
						step = (next != null) ? this.turnRunner.handle(turn, next) : turn.step;
					}
				}
			}
		}
		catch (Throwable ex) {
			step = this.turnRunner.broken(ex);
		}
		if (step != TurnStep.AWAITING) {
			this.turnRunner.interruption().end();
		}
		return step;
	}

	/** The message to handle, or {@code null}, and the turn knows how it goes on. */
	private @Nullable Message startNext(Turn turn) {
		OwnWork own = this.ownWork;
		if (own != null) {
			boolean waiting = !this.inbox.mailbox.isDrained();
			Message due = own.next(waiting);
			if (due != null) {
				return due;
			}
			if (waiting) {
				active();
			}
		}
		return this.turnRunner.startNext(turn);
	}

	/** The instance is not idle: it has more to do than its timers' ticks. */
	void active() {
		this.turnBegan = coarseTime();
	}

	/** Follow the commands. */
	private TurnStep runCommands() {
		// An interrupt that was meant for a handler does not meet what follows it.
		this.turnRunner.interruption().next();
		int bits = this.commands.take();
		boolean done = false;
		try {
			TurnStep step = runCommands(bits);
			done = true;
			return step;
		}
		finally {
			if (!done) {
				// Each can be followed again.
				this.commands.restore(bits);
			}
		}
	}

	private TurnStep runCommands(int commands) {
		int bits = commands;
		if ((bits & Commands.STOP_ITSELF) != 0 && this.life.stopsItself()) {
			bits |= Commands.STOP;
		}
		boolean postponed = this.work.postpone(bits & (Commands.ENDING | Commands.END_WAITS));
		if ((postponed && (bits & Commands.STOP) != 0)
				|| ((bits & Commands.FAIL_PENDING) != 0 && this.life.state() == ServerState.SUSPENDED)) {
			refuseRest();
		}
		if (postponed) {
			bits &= ~Commands.ENDING;
		}
		if ((bits & Commands.STOP) != 0) {
			this.commands.restore(bits & Commands.RESTART);
			this.life.end(ServerState.STOPPED);
			return TurnStep.END;
		}
		ServerState state = this.life.state();
		if (state == ServerState.NEW) {
			if ((bits & Commands.START) != 0) {
				this.life.begin();
			}
		}
		else if ((bits & Commands.RESTART) != 0 && !this.life.isOver()) {
			// Takes the place of any restart that was to come.
			this.life.restartNow();
		}
		else if ((bits & Commands.BEGIN_AFTER_BACKOFF) != 0 && state == ServerState.RESTARTING) {
			this.life.begin();
		}
		Throwable failure = this.life.failure();
		if ((bits & (Commands.FAIL | Commands.RESTART)) == Commands.FAIL && failure != null && this.life.isAlive()) {
			this.life.restart(failure);
		}
		if ((bits & Commands.SUSPEND) != 0) {
			this.life.suspend();
		}
		if ((bits & Commands.RESUME) != 0) {
			this.life.resume();
		}
		if ((bits & Commands.PASSIVATE) != 0 && isDispensable() && this.inbox.mailbox.closeIfDrained()) {
			this.life.end(ServerState.STOPPED);
		}
		return postponed ? TurnStep.BLOCKED : this.life.step();
	}

	private boolean isIdle() {
		OwnWork own = this.ownWork;
		return own == null || own.isEmpty();
	}

	/**
	 * Whether nothing but its state would be lost with the instance. Timers that tick
	 * again and again are part of that: the next instance has its own.
	 */
	private boolean isDispensable() {
		CellStreams open = this.streams;
		if (open != null && !open.isEmpty()) {
			return false;
		}
		// Read after the streams: the end of one may be a task, which is queued first.
		OwnWork own = this.ownWork;
		return isIdle() && (own == null || !own.owesTask()) && this.work.isSettled();
	}

	/** The turn has ended; begin another if there is something to do already. */
	private void rested() {
		if ((!this.inbox.mailbox.isDrained() || !this.commands.isEmpty() || !isIdle())
				&& STATUS.compareAndSet(this, IDLE, READY)) {
			queue();
		}
	}

	/** The turn has ended; only a command begins another. */
	private void parked() {
		if (!this.commands.isEmpty() && STATUS.compareAndSet(this, PARKED, READY)) {
			queue();
		}
	}

	/** Refuse what comes and fail what is queued. Throws nothing. Only in the turn. */
	void refuseRest() {
		close();
		Message message = this.inbox.mailbox.poll();
		while (message != null) {
			try {
				if (abandon(message) && message.isCast()) {
					this.inbox.mailbox.started();
				}
				else {
					this.inbox.mailbox.skipped(message);
				}
			}
			catch (Throwable ex) {
				logger.error("Server {} stopped before it handled {}, and the sender was not notified", this,
						message.operation(), ex);
			}
			message = this.inbox.mailbox.poll();
		}
		try {
			this.termination.failStashed();
		}
		catch (Throwable ex) {
			logger.error("Server {} stopped, and senders of messages that were put off were not notified", this, ex);
		}
		try {
			this.inbox.admit();
		}
		catch (Throwable ex) {
			logger.error("Server {} stopped, and senders that wait for room in its mailbox were not notified", this,
					ex);
		}
	}

	/** Close the mailbox, which takes memory: wait for it, since nothing else will do. */
	private void close() {
		boolean closed = false;
		while (!closed) {
			try {
				this.inbox.mailbox.close();
				closed = true;
			}
			catch (OutOfMemoryError ex) {
				Thread.yield();
			}
		}
	}

	/**
	 * The instance goes: its timers, and the replies it owes, with it. Only in the turn.
	 */
	void instanceGoes() {
		active();
		String why = (this.life.state() == ServerState.STOPPING) ? "stopped" : "restarted";
		try {
			this.termination.instanceGoes(why);
		}
		finally {
			try {
				OwnWork own = this.ownWork;
				if (own != null) {
					own.clear();
				}
			}
			finally {
				CellStreams open = this.streams;
				if (open != null) {
					open.close(why);
				}
			}
		}
	}

	CellStreams streams() {
		CellStreams known = this.streams;
		if (known == null) {
			synchronized (this) {
				known = this.streams;
				if (known == null) {
					known = new CellStreams(this);
					this.streams = known;
				}
			}
		}
		return known;
	}

	OwnWork ownWork() {
		OwnWork known = this.ownWork;
		if (known == null) {
			synchronized (this) {
				known = this.ownWork;
				if (known == null) {
					known = new OwnWork(this);
					this.ownWork = known;
				}
			}
		}
		return known;
	}

	// What others may know.

	@Override
	public String name() {
		return this.owner.name();
	}

	@Override
	public @Nullable String key() {
		return this.key;
	}

	/** Name and key, for messages. */
	@Override
	public String label() {
		return (this.key != null) ? name() + "/" + this.key : name();
	}

	@Override
	public ServerCell cell() {
		return this;
	}

	@Override
	public ServerInfo.@Nullable InFlight inFlight() {
		return this.work.inTurn().inFlight();
	}

	@Override
	public boolean isSlow(long now, long threshold) {
		return this.work.inTurn().isSlow(now, (operation) -> this.owner.slowNanos(operation, threshold));
	}

	/** Whether any command is still to be followed. */
	boolean hasCommands() {
		return !this.commands.isEmpty();
	}

	/** Whether one of some commands is still to be followed. */
	boolean isAskedTo(int bits) {
		return this.commands.any(bits);
	}

	/** Whether the turn is to wait for nothing more before it ends or begins again. */
	boolean endsWaits() {
		return this.commands.any(Commands.END_WAITS) || this.work.concurrentHandlersEndWaits();
	}

	/** The stop or restart that is pending, in a word, or {@code null}. */
	public @Nullable String pending() {
		int bits = this.commands.pending() | this.work.postponed();
		return this.life.isOver() ? null
				: ((bits & Commands.STOP) != 0) ? "stop" : ((bits & Commands.RESTART) != 0) ? "restart" : null;
	}

	/** Whether a command is pending that may end the instance, or begin a pause. */
	boolean isAskedToEnd() {
		return this.commands.any(Commands.ENDING | Commands.STOP_ITSELF | Commands.SUSPEND | Commands.PASSIVATE);
	}

	public CellOwner owner() {
		return this.owner;
	}

	CellRuntime runtime() {
		return this.owner.runtime();
	}

	public Inbox inbox() {
		return this.inbox;
	}

	@Override
	public Mailbox<Message> mailbox() {
		return this.inbox.mailbox;
	}

	TurnRunner turnRunner() {
		return this.turnRunner;
	}

	public UnfinishedWork work() {
		return this.work;
	}

	public WorkTermination termination() {
		return this.termination;
	}

	public InstanceLifecycle life() {
		return this.life;
	}

	public CellStatistics statistics() {
		return this.statistics;
	}

	/** Count a failure of a handler, constructor or stream. On any thread. */
	void failed(String operation, Throwable cause) {
		this.statistics.failed(operation, cause);
		this.owner.failed(operation);
	}

	/** Whether it has neither messages nor anything running. */
	public boolean isQuiet() {
		int now = this.status;
		return this.life.isOver() || (!isBusy(now)
				&& (now == NEW || (this.inbox.mailbox.size() == 0 && this.work.isSettled() && stashedCalls() == 0)));
	}

	private static boolean isBusy(int status) {
		return status == READY || status == RUNNING || status == BROKEN;
	}

	private int stashedCalls() {
		OwnWork own = this.ownWork;
		return (own != null) ? own.stash().calls() : 0;
	}

	/**
	 * Whether nothing happens in this cell, nor waits, except for at most that many
	 * handlers that run concurrently with the turn.
	 */
	public boolean isQuietBut(int handlers) {
		return !isBusy(this.status) && this.inbox.mailbox.size() == 0 && this.work.isSettledBut(handlers)
				&& stashedCalls() == 0;
	}

	/** Messages that wait, are being handled, or were and are not answered. */
	public int unfinished() {
		return this.inbox.mailbox.size() + this.work.unfinished() + stashedCalls();
	}

	/**
	 * Whether it serves messages but waits for the end of a handler that runs
	 * concurrently with its turn.
	 */
	public boolean isParkedServing() {
		return this.status == PARKED && this.life.isServing();
	}

	// For the self-check.

	/** Changes with nearly every turn. On any thread. */
	public long progress() {
		return this.statistics.processedCount() + this.turnBegan;
	}

	/** Whether commands, messages or timers that are due wait for a turn. */
	boolean hasWork() {
		return hasCommands() || this.inbox.mailbox.size() > 0 || !isIdle();
	}

	int status() {
		return this.status;
	}

	boolean moveStatus(int from, int to) {
		return STATUS.compareAndSet(this, from, to);
	}

	Commands commands() {
		return this.commands;
	}

	@Nullable OwnWork ownWorkIfAny() {
		return this.ownWork;
	}

	/** Whether its turn broke off, so that certainly no thread runs it. */
	public boolean isBroken() {
		return this.status == BROKEN;
	}

	/** Whether it has not begun, though it may have been asked to. */
	public boolean isNew() {
		int now = this.status;
		return now == NEW || now == SUCCESSOR;
	}

	/** The cell of its key that has to end before it begins, if there is one. */
	@Override
	public @Nullable ServerCell predecessor() {
		return this.predecessor;
	}

	/** Whether it has had nothing to do since a time. */
	public boolean isIdleSince(long time) {
		return this.status == IDLE && this.turnBegan - time <= 0;
	}

	/** Whether it had ended by a time, or nearly. */
	public boolean isOverSince(long time) {
		return this.life.isOver() && this.turnBegan - time <= 0;
	}

	// What messages want of it.

	@Override
	public Scheduler scheduler() {
		return runtime().scheduler();
	}

	@Override
	public boolean hasFailed() {
		return this.life.state() == ServerState.FAILED;
	}

	@Override
	public @Nullable Throwable failure() {
		return this.life.failure();
	}

	@Override
	public @Nullable Throwable constructorFailure() {
		return this.life.constructorFailure();
	}

	@Override
	public ServerInfo.@Nullable InFlight oldestInFlight() {
		return this.work.inFlight();
	}

	@Override
	public void dropped(Message message, DeadLetter.Reason reason) {
		this.statistics.dropped();
		runtime().deadLetters().report(name(), this.key, message.operation().name(), message.isCast(), reason);
	}

	@Override
	public void repliedLate() {
		this.statistics.lateReply();
	}

	@Override
	public void freed() {
		this.inbox.freed();
	}

	@Override
	public void leftRoom(Message message) {
		this.inbox.leftRoom(message);
	}

	@Override
	public void unwanted(CallMessage call) {
		this.termination.unwanted(call);
	}

	@Override
	public boolean isHeldUp(Message message) {
		return this.work.isHeldUp(message);
	}

	@Override
	public @Nullable Wait waitsFor() {
		return this.waitsFor;
	}

	@Override
	public void waitFor(@Nullable Wait wait) {
		this.waitsFor = wait;
	}

	@Override
	public Object cycleLock() {
		return runtime();
	}

	@Override
	public String toString() {
		return "server " + label();
	}

}
