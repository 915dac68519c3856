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

	static final int START = 1;

	static final int BEGIN_AGAIN = 2;

	public static final int STOP = 4;

	public static final int SUSPEND = 8;

	public static final int RESUME = 16;

	public static final int RESTART = 32;

	public static final int PASSIVATE = 64;

	/** Look again at what waits. */
	static final int WAKE = 128;

	/** The server is to restart, since a handler failed while others run concurrently. */
	static final int FAIL = 256;

	/** Fail what waits for the end of a pause, and what comes: there will be none. */
	public static final int GIVE_UP = 512;

	/**
	 * Set with a stop or restart that no handler of this server requested: until then,
	 * what a handler returned is not waited for, and a running handler has limited time.
	 */
	static final int END_WAITS = 1024;

	/**
	 * The current instance wants to stop; ignored if that instance has ended meanwhile.
	 */
	static final int STOP_ITSELF = 1 << 16;

	/** The instance goes. */
	private static final int ENDING = STOP | RESTART | FAIL;

	/** Messages handled before other servers get a chance. */
	private static final int BATCH = 64;

	private static final int NEW = 0;

	private static final int IDLE = 1;

	private static final int READY = 2;

	private static final int PARKED = 3;

	private static final int SUCCESSOR = 4;

	private static final int RUNNING = 5;

	private static final int BROKEN = 6;

	private static final VarHandle STATUS;

	private static final VarHandle COMMANDS;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATUS = lookup.findVarHandle(ServerCell.class, "status", int.class);
			COMMANDS = lookup.findVarHandle(ServerCell.class, "commands", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final CellOwner owner;

	private final @Nullable String key;

	private final Inbox inbox;

	private final InstanceLifecycle life = new InstanceLifecycle(this);

	private final TurnRunner handling = new TurnRunner(this);

	private final CellStatistics statistics = new CellStatistics();

	private volatile int status;

	/** The cell of the same key that has to end before this one begins. */
	private volatile @Nullable ServerCell predecessor;

	/** What the cell is asked to do before its next message; bits. */
	private volatile int commands;

	/**
	 * When the last turn began that was not for a tick of a timer only; read by anybody,
	 * a stale value does no harm.
	 */
	private long turnBegan;

	/** What the turn, blocked or parked, waits for; see {@link Cycles}. */
	private volatile @Nullable Wait waitsFor;

	private volatile @Nullable TimersAndContinuations agenda;

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
				Inbox.class);
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
		if (this.owner.hasConcurrent() && message.operation().concurrency() > 0) {
			this.handling.startBeside();
		}
	}

	/** Start, unless it has been asked to before; a successor once it may. */
	public void start() {
		if (isNew()) {
			command(START);
		}
	}

	/**
	 * Stop or restart although a handler may run, or be awaited. A handler that asks for
	 * it itself ends first, in its own time.
	 * @param bit {@link #STOP} or {@link #RESTART}
	 * @param grace nanoseconds after which a handler that runs is interrupted
	 */
	public void end(int bit, long grace) {
		Turn turn = Turn.current();
		if (turn != null && turn.cell == this) {
			command(bit);
			return;
		}
		boolean rested = command(bit | END_WAITS);
		this.handling.endWaits();
		if (rested && this.handling.isSettled()) {
			return;
		}
		if (grace <= 0) {
			this.handling.interruptFor(bit);
		}
		else {
			Scheduler scheduler = runtime().scheduler();
			scheduler.track(new Alarm(scheduler.nanoTime() + grace, () -> this.handling.interruptFor(bit)));
		}
	}

	/**
	 * Do something before the next message, whatever waits in the mailbox.
	 * @return whether the turn was not running, and is from now on
	 */
	public boolean command(int bit) {
		// Of suspend and resume the command given last counts, and a stop also cancels a
		// pending restart; a restart that is requested later begins after the end.
		int contrary = switch (bit & ~END_WAITS) {
			case SUSPEND -> RESUME;
			case RESUME -> SUSPEND;
			case STOP -> RESTART;
			default -> 0;
		};
		int known = this.commands;
		while (!COMMANDS.compareAndSet(this, known, (known & ~contrary) | bit)) {
			known = this.commands;
		}
		return commanded(bit);
	}

	/**
	 * Commands that were given earlier, and were taken and not followed, are to be
	 * followed after all. Contrary commands given since then take precedence.
	 */
	void commandAgain(int bits) {
		restore(bits);
		commanded(bits);
	}

	private void restore(int bits) {
		int known = this.commands;
		while (!COMMANDS.compareAndSet(this, known, known | (bits & ~overruledBy(known)))) {
			known = this.commands;
		}
	}

	/** The commands that no longer count once later ones have been given. */
	private static int overruledBy(int later) {
		return (((later & SUSPEND) != 0) ? RESUME : 0) | (((later & RESUME) != 0) ? SUSPEND : 0)
				| (((later & STOP) != 0) ? RESTART : 0);
	}

	/** There are commands to follow: see to it that a turn does. */
	private boolean commanded(int bits) {
		int now = this.status;
		if ((now == PARKED || (now == NEW && (bits & (START | STOP)) != 0)) && STATUS.compareAndSet(this, now, READY)) {
			queue();
			return true;
		}
		if (now == SUCCESSOR) {
			if ((bits & STOP) != 0) {
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
				command(START);
			}
			else if ((this.commands & (START | STOP)) != 0 && STATUS.compareAndSet(this, NEW, READY)) {
				queue();
			}
		}
	}

	/**
	 * Take back a restart that was requested after the stop.
	 * @return {@code true} once
	 */
	public boolean takeRestart() {
		int known = this.commands;
		while ((known & RESTART) != 0) {
			if (COMMANDS.compareAndSet(this, known, known & ~RESTART)) {
				return true;
			}
			known = this.commands;
		}
		return false;
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
		this.handling.failRest();
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
			turn = Turn.enter(this, this.handling.interruption());
			TurnStep step = steps(turn, resumed, mends);
			if (step == TurnStep.PARK) {
				this.inbox.mailbox.letGo();
				owned = false;
				this.status = PARKED;
				parked();
			}
			else if (step == TurnStep.WAIT || step == TurnStep.END) {
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
				this.handling.interruption().end();
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
				step = this.handling.mend();
			}
			else {
				if (resumed != null || this.agenda == null || (this.commands & ~PASSIVATE) != 0) {
					active();
				}
				step = (resumed != null) ? this.handling.resumed(resumed) : TurnStep.GO_ON;
				for (int left = BATCH; step == TurnStep.GO_ON && left > 0; left--) {
					step = (this.commands != 0 || !this.life.isServing()) ? obey() : TurnStep.GO_ON;
					if (step == TurnStep.GO_ON) {
						step = next(turn);
					}
				}
			}
		}
		catch (Throwable ex) {
			step = this.handling.broken(ex);
		}
		if (step != TurnStep.WAIT) {
			this.handling.interruption().end();
		}
		return step;
	}

	private TurnStep next(Turn turn) {
		TimersAndContinuations own = this.agenda;
		if (own != null) {
			boolean waiting = !this.inbox.mailbox.isDrained();
			Message due = own.next(waiting);
			if (due != null) {
				return this.handling.handle(turn, due);
			}
			if (waiting) {
				active();
			}
		}
		return this.handling.handleNext(turn);
	}

	/** The instance is not idle: it has more to do than its timers' ticks. */
	private void active() {
		this.turnBegan = coarseTime();
	}

	/** Follow the commands. */
	private TurnStep obey() {
		// An interrupt that was meant for a handler does not meet what follows it.
		this.handling.interruption().next();
		int bits = (int) COMMANDS.getAndSet(this, 0);
		boolean obeyed = false;
		try {
			TurnStep step = obey(bits);
			obeyed = true;
			return step;
		}
		finally {
			if (!obeyed) {
				// Each can be followed again.
				restore(bits);
			}
		}
	}

	private TurnStep obey(int commands) {
		int bits = commands;
		if ((bits & STOP_ITSELF) != 0 && this.life.stopsItself()) {
			bits |= STOP;
		}
		boolean postponed = this.handling.postpone(bits & (ENDING | END_WAITS));
		if ((postponed && (bits & STOP) != 0)
				|| ((bits & GIVE_UP) != 0 && this.life.state() == ServerState.SUSPENDED)) {
			refuseRest();
		}
		if (postponed) {
			bits &= ~ENDING;
		}
		if ((bits & STOP) != 0) {
			restore(bits & RESTART);
			this.life.end(ServerState.STOPPED);
			return TurnStep.END;
		}
		ServerState state = this.life.state();
		if (state == ServerState.NEW) {
			if ((bits & START) != 0) {
				this.life.begin();
			}
		}
		else if ((bits & RESTART) != 0 && !this.life.isOver()) {
			// Takes the place of any restart that was to come.
			this.life.restartNow();
		}
		else if ((bits & BEGIN_AGAIN) != 0 && state == ServerState.RESTARTING) {
			this.life.begin();
		}
		Throwable failure = this.life.failure();
		if ((bits & (FAIL | RESTART)) == FAIL && failure != null && this.life.isAlive()) {
			this.life.restart(failure);
		}
		if ((bits & SUSPEND) != 0) {
			this.life.suspend();
		}
		if ((bits & RESUME) != 0) {
			this.life.resume();
		}
		if ((bits & PASSIVATE) != 0 && isDispensable() && this.inbox.mailbox.closeIfDrained()) {
			this.life.end(ServerState.STOPPED);
		}
		return postponed ? TurnStep.PARK : this.life.step();
	}

	private boolean isIdle() {
		TimersAndContinuations own = this.agenda;
		return own == null || own.isEmpty();
	}

	/**
	 * Whether nothing but its state would be lost with the instance. Timers that tick
	 * again and again are part of that: the next instance has its own.
	 */
	private boolean isDispensable() {
		CellStreams open = this.streams;
		TimersAndContinuations own = this.agenda;
		return isIdle() && (own == null || !own.owesTask()) && this.handling.isSettled()
				&& (open == null || open.isEmpty());
	}

	/** The turn has ended; begin another if there is something to do already. */
	private void rested() {
		if ((!this.inbox.mailbox.isDrained() || this.commands != 0 || !isIdle())
				&& STATUS.compareAndSet(this, IDLE, READY)) {
			queue();
		}
	}

	/** The turn has ended; only a command begins another. */
	private void parked() {
		if (this.commands != 0 && STATUS.compareAndSet(this, PARKED, READY)) {
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
			this.handling.instanceGoes(why);
		}
		finally {
			try {
				TimersAndContinuations own = this.agenda;
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

	TimersAndContinuations agenda() {
		TimersAndContinuations known = this.agenda;
		if (known == null) {
			synchronized (this) {
				known = this.agenda;
				if (known == null) {
					known = new TimersAndContinuations(this);
					this.agenda = known;
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
		return this.handling.inTurn();
	}

	@Override
	public boolean isSlow(long now, long threshold) {
		return this.handling.isSlow(now, threshold);
	}

	/** Whether a command is still to be followed. */
	boolean isToldTo(int bits) {
		return (this.commands & bits) != 0;
	}

	/** Whether the turn is to wait for nothing more before it ends or begins again. */
	boolean endsWaits() {
		return (this.commands & END_WAITS) != 0 || this.handling.endsWaitsBeside();
	}

	/** The stop or restart that is pending, in a word, or {@code null}. */
	public @Nullable String pending() {
		int bits = this.commands | this.handling.postponed();
		return this.life.isOver() ? null : ((bits & STOP) != 0) ? "stop" : ((bits & RESTART) != 0) ? "restart" : null;
	}

	/** Whether a command is pending that may end the instance, or begin a pause. */
	boolean isToldToEnd() {
		return (this.commands & (ENDING | STOP_ITSELF | SUSPEND | PASSIVATE)) != 0;
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

	public TurnRunner handling() {
		return this.handling;
	}

	public InstanceLifecycle life() {
		return this.life;
	}

	public CellStatistics statistics() {
		return this.statistics;
	}

	/** Whether it has neither messages nor anything running. */
	public boolean isQuiet() {
		int now = this.status;
		return this.life.isOver()
				|| (!isBusy(now) && (now == NEW || (this.inbox.mailbox.size() == 0 && this.handling.isSettled())));
	}

	private static boolean isBusy(int status) {
		return status == READY || status == RUNNING || status == BROKEN;
	}

	/**
	 * Whether nothing happens in this cell, nor waits, except for at most that many
	 * handlers that run concurrently with the turn.
	 */
	public boolean isQuietBut(int handlers) {
		return !isBusy(this.status) && this.inbox.mailbox.size() == 0 && this.handling.isSettledBut(handlers);
	}

	/** Messages that wait, are being handled, or were and are not answered. */
	public int unfinished() {
		return this.inbox.mailbox.size() + this.handling.unfinished();
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

	/**
	 * Whether it is to run and does not: it was lost, unless a queue holds it or a thread
	 * is about to queue it. On any thread.
	 */
	public boolean mayBeLost() {
		int now = this.status;
		return switch (now) {
			case READY, BROKEN -> true;
			case NEW -> (this.commands & (START | STOP)) != 0;
			case IDLE -> this.commands != 0 || this.inbox.mailbox.size() > 0 || !isIdle() || hasLostTimer();
			case PARKED -> this.commands != 0 || hasLostTimer();
			case SUCCESSOR -> hasPredecessorEnded();
			default -> this.handling.mayBeLost();
		};
	}

	/** Whether its turn broke off, so that certainly no thread runs it. */
	public boolean isBroken() {
		return this.status == BROKEN;
	}

	private boolean hasLostTimer() {
		TimersAndContinuations own = this.agenda;
		return own != null && !runtime().timers().isPaused() && own.hasLostTimer();
	}

	private boolean hasPredecessorEnded() {
		ServerCell before = this.predecessor;
		return before != null && before.life.hasTerminated();
	}

	/**
	 * Run the cell, unless the thread that was to run it has done so: of two threads that
	 * run it one finds that the other does. On a thread of the scheduler or of the
	 * server's executor.
	 */
	public void runLost() {
		int now = this.status;
		if (now == SUCCESSOR) {
			if (hasPredecessorEnded()) {
				runtime().recovered(this);
				predecessorEnded();
			}
		}
		else if (now == RUNNING) {
			this.handling.runLost();
		}
		else if (now == BROKEN) {
			if (STATUS.compareAndSet(this, BROKEN, RUNNING)) {
				runtime().recovered(this);
				turn(null, true);
			}
		}
		else {
			if (now != READY && mayBeLost()) {
				STATUS.compareAndSet(this, now, READY);
			}
			if (claim()) {
				try {
					// No other thread arms timers now, or takes those that are due.
					TimersAndContinuations own = this.agenda;
					int timers = (own != null && hasLostTimer()) ? own.armLost() : 0;
					for (int left = Math.max(1, timers); left > 0; left--) {
						runtime().recovered(this);
					}
				}
				finally {
					turn(null, false);
				}
			}
		}
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
	public ServerInfo.@Nullable InFlight oldestInFlight() {
		return this.handling.inFlight();
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
		this.handling.unwanted(call);
	}

	@Override
	public boolean isHeldUp(Message message) {
		return this.handling.isHeldUp(message);
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
