package io.genserver.runtime.cell;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.genserver.GenServerEvent;
import io.genserver.ServerState;
import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.runtime.contract.ServerTimer;
import io.genserver.runtime.scheduling.Alarm;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.supervision.RestartHistory;
import io.genserver.runtime.supervision.Supervision;
import org.jspecify.annotations.Nullable;

/**
 * The life of one cell: its instance, its state, and how the one follows the other.
 * Methods belong to the turn unless they say otherwise.
 */
public final class InstanceLifecycle {

	private static final SafeLogger logger = SafeLogger.of(InstanceLifecycle.class);

	/** What lines about starts, restarts and ends are counted under. */
	private static final String LIFE = "life";

	private final ServerCell cell;

	private volatile ServerState state = ServerState.NEW;

	private volatile @Nullable Throwable failure;

	/** What the first constructor of a key threw, without what a container adds. */
	private volatile @Nullable Throwable constructorFailure;

	/** Whether it stops because a handler failed. */
	private volatile boolean stoppedByFailure;

	private volatile @Nullable Futures futures;

	private volatile int restarts;

	/** How it ends, while it does. */
	private ServerState last = ServerState.STOPPED;

	/** Whether it has ended and everything has forgotten it. */
	private volatile boolean terminated;

	private @Nullable Object instance;

	/** Made when a thread first asks for it, in the turn or concurrently with it. */
	private volatile @Nullable CellContext context;

	private @Nullable RestartHistory history;

	/**
	 * Whether messages have to wait, whatever the instance, until the server is resumed.
	 */
	private boolean paused;

	InstanceLifecycle(ServerCell cell) {
		this.cell = cell;
	}

	/**
	 * Make the instance. If that fails the first time the server has failed; later it is
	 * tried again like any restart.
	 * @return whether there is an instance
	 */
	boolean begin() {
		boolean again = this.state == ServerState.RESTARTING;
		if (!again) {
			this.state = ServerState.STARTING;
		}
		Turn.cleanCurrent();
		try {
			this.cell.work().inTurn().beginStep(LifeStep.CONSTRUCTOR);
			try {
				this.instance = create();
			}
			finally {
				this.cell.work().inTurn().endStep();
			}
			for (ServerTimer timer : this.cell.owner().timers()) {
				this.cell.ownWork().start(timer);
			}
		}
		catch (Throwable thrown) {
			if (!again && this.cell.key() != null && !this.cell.isAskedTo(Commands.STOP)) {
				this.constructorFailure = factory().unwrapped(thrown);
			}
			notBegun(again, Throwables.describable(thrown));
			return false;
		}
		this.failure = null;
		this.state = this.paused ? ServerState.SUSPENDED : ServerState.RUNNING;
		this.cell.owner().started(this.cell);
		Futures watched = this.futures;
		if (watched != null) {
			watched.started.complete(null);
		}
		logger.debug("Server {} started", this.cell);
		publish(again ? GenServerEvent.Kind.RESTARTED : GenServerEvent.Kind.STARTED, null);
		return true;
	}

	private Object create() throws Exception {
		Object made = factory().create();
		if (made == null) {
			// A factory of the application's, of which the compiler knows nothing.
			throw new IllegalStateException("The factory of server " + this.cell.label()
					+ " returned null: let it return an instance of " + this.cell.owner().type().getName());
		}
		return made;
	}

	private void notBegun(boolean again, Throwable cause) {
		this.failure = cause;
		countFailure(cause);
		if (again) {
			error(cause, "Server {} failed to start again", this.cell);
			restart(cause);
		}
		else {
			end(ServerState.FAILED);
			if (this.cell.key() != null) {
				// A server without keys that cannot start fails what starts it.
				warn(cause, "Server {} could not make an instance; the calls that waited for it failed, and the next"
						+ " message tries again", this.cell);
			}
		}
	}

	private void countFailure(Throwable cause) {
		try {
			this.cell.failed(LifeStep.CONSTRUCTOR, cause);
		}
		catch (Throwable ex) {
			logger.error("The failure of the constructor of server {} was not counted", this.cell, ex);
		}
	}

	/**
	 * The instance is about to be replaced. Quick, so that it takes effect before a
	 * caller or a listener is notified; {@link #restart} follows.
	 */
	void restarting(Throwable cause) {
		this.failure = cause;
		this.state = ServerState.RESTARTING;
	}

	/** Let go of the instance, and make another after a pause, or give up. */
	void restart(Throwable cause) {
		restarting(cause);
		letGo();
		Supervision supervision = this.cell.owner().supervision();
		long pause = nextPause(supervision);
		if (pause < 0) {
			end(ServerState.FAILED);
			error(cause, "Server {} has failed: it was restarted {} times within {}", this.cell,
					supervision.maxRestarts(), supervision.window());
			return;
		}
		countRestart();
		beginAgainAfter(pause);
		warn(cause, "Server {} restarts in {} ms", this.cell, pause / 1_000_000);
	}

	/**
	 * Log what becomes of it. Peers choose the keys of instances, and could have as many
	 * of them fail as they like: those of one server are logged like one. Safe on any
	 * thread.
	 */
	void warn(Throwable cause, String format, @Nullable Object... arguments) {
		if (this.cell.key() == null) {
			logger.warn(format, with(cause, arguments));
			return;
		}
		this.cell.runtime().failures().warn(logger, this.cell.name(), LIFE, cause, format, arguments);
	}

	private void error(Throwable cause, String format, @Nullable Object... arguments) {
		if (this.cell.key() == null) {
			logger.error(format, with(cause, arguments));
			return;
		}
		this.cell.runtime().failures().error(logger, this.cell.name(), LIFE, cause, format, arguments);
	}

	private static @Nullable Object[] with(Throwable cause, @Nullable Object[] arguments) {
		@Nullable Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
		all[arguments.length] = cause;
		return all;
	}

	/** Returns -1 if it must not restart any more. */
	private long nextPause(Supervision supervision) {
		try {
			RestartHistory known = this.history;
			if (known == null) {
				known = supervision.history();
				this.history = known;
			}
			Scheduler scheduler = this.cell.runtime().scheduler();
			return known.next(scheduler.nanoTime(), scheduler.random());
		}
		catch (Throwable ex) {
			// Short of memory or of stack: this restart is not counted.
			return 0;
		}
	}

	private void beginAgainAfter(long pause) {
		if (pause > 0) {
			try {
				Scheduler scheduler = this.cell.runtime().scheduler();
				scheduler.track(
						new Alarm(scheduler.nanoTime() + pause, () -> this.cell.command(Commands.BEGIN_AFTER_BACKOFF)));
				return;
			}
			catch (Throwable ex) {
				logger.warn("Server {} restarts without a pause", this.cell, ex);
			}
		}
		this.cell.command(Commands.BEGIN_AFTER_BACKOFF);
	}

	/** Restart on request: at once, and not counted towards the limit of restarts. */
	void restartNow() {
		this.state = ServerState.RESTARTING;
		letGo();
		this.history = null;
		countRestart();
		logger.info("Server {} restarts on request", this.cell);
		begin();
	}

	/** Pause; one that has no instance just now pauses as soon as it has. */
	void suspend() {
		this.paused = true;
		if (this.state == ServerState.RUNNING) {
			this.state = ServerState.SUSPENDED;
			logger.info("Server {} is suspended", this.cell);
		}
	}

	void resume() {
		this.paused = false;
		if (this.state == ServerState.SUSPENDED) {
			this.state = ServerState.RUNNING;
			logger.info("Server {} is resumed", this.cell);
		}
	}

	/**
	 * Refuse what comes, fail what waits, let go of the instance. Whatever any of it
	 * throws, the rest follows: a server that stayed in the midst of it would be lost,
	 * and its successor with it. Where there was no instance, so that nothing takes long,
	 * what waits fails last: who hears of it finds the place of this key free.
	 */
	void end(ServerState last) {
		if (isOver()) {
			return;
		}
		boolean wasStarted = this.state != ServerState.NEW && this.state != ServerState.STARTING;
		this.last = last;
		this.state = ServerState.STOPPING;
		if (wasStarted) {
			this.cell.refuseRest();
		}
		letGo();
		this.state = last;
		Throwable cause = this.failure;
		try {
			// A successor may begin from here on.
			this.cell.owner().ended(this.cell, last, wasStarted);
		}
		catch (Throwable ex) {
			logger.error("Server {} has ended, but something of it is kept", this.cell, ex);
		}
		if (!wasStarted) {
			this.cell.refuseRest();
		}
		// Written before the futures are read; makeFutures() does it the other way round.
		this.terminated = true;
		Futures watched = this.futures;
		if (watched != null) {
			end(watched);
		}
		publish((last == ServerState.FAILED) ? GenServerEvent.Kind.FAILED : GenServerEvent.Kind.STOPPED, cause);
	}

	/** Complete the futures of a server that has ended. On any thread. */
	private void end(Futures watched) {
		Throwable cause = this.failure;
		watched.terminated.complete(null);
		watched.notifyWatchers();
		watched.started.completeExceptionally((cause != null) ? cause
				: new IllegalStateException("Server " + this.cell.label() + " stopped before it started"));
	}

	/**
	 * A turn broke off, perhaps in the midst of a step of this life, which therefore
	 * takes place now.
	 */
	void mend(Throwable cause) {
		switch (this.state) {
			case STARTING -> notBegun(false, Throwables.describable(cause));
			case RESTARTING -> this.cell.command(Commands.BEGIN_AFTER_BACKOFF);
			case STOPPING -> end(this.last);
			default -> {
			}
		}
	}

	/** Whether the instance is ending for good, or has ended. Safe on any thread. */
	public boolean isEnding() {
		return this.state == ServerState.STOPPING || isOver();
	}

	private void letGo() {
		Object target = this.instance;
		this.instance = null;
		CellContext own = contextOf(target);
		try {
			if (own != null) {
				own.ending();
			}
			this.cell.instanceGoes();
		}
		catch (Throwable ex) {
			logger.error("Server {} has let go of its instance, but something of it is kept", this.cell, ex);
		}
		if (target != null) {
			Turn.cleanCurrent();
			try {
				this.cell.work().inTurn().beginStep(LifeStep.TERMINATION);
				factory().destroy(target);
			}
			catch (Throwable ex) {
				warn(ex, "Server {} failed to terminate cleanly", this.cell);
			}
			finally {
				this.cell.work().inTurn().endStep();
			}
		}
		try {
			if (own != null) {
				own.ended();
			}
		}
		catch (Throwable ex) {
			logger.error("Something that the ended instance of server {} began is kept", this.cell, ex);
		}
		this.context = null;
	}

	/** The context that ends with an instance: what was begun with it must not go on. */
	private @Nullable CellContext contextOf(@Nullable Object target) {
		try {
			return (target != null) ? context() : this.context;
		}
		catch (Throwable ex) {
			// Without memory to make one there is none that anybody could have used.
			return this.context;
		}
	}

	private void countRestart() {
		this.restarts++;
	}

	private InstanceFactory factory() {
		return this.cell.owner().factory();
	}

	private void publish(GenServerEvent.Kind kind, @Nullable Throwable cause) {
		try {
			this.cell.runtime().publish(new GenServerEvent(this.cell.name(), this.cell.key(), kind, cause));
		}
		catch (Throwable ex) {
			listenerFailed(kind, ex);
		}
	}

	private void listenerFailed(GenServerEvent.Kind kind, Throwable failure) {
		try {
			this.cell.runtime()
				.failures()
				.warn(logger, this.cell.name(), "listener", failure, "A listener of the event {} of {} failed", kind,
						this.cell);
		}
		catch (Throwable ex) {
			// Without memory to count it.
			logger.warn("A listener of the event {} of {} failed", kind, this.cell, failure);
		}
	}

	@Nullable Object instance() {
		return this.instance;
	}

	CellContext context() {
		CellContext known = this.context;
		return (known != null) ? known : makeContext();
	}

	private synchronized CellContext makeContext() {
		CellContext known = this.context;
		if (known == null) {
			known = new CellContext(this.cell);
			this.context = known;
		}
		return known;
	}

	/** Whether a context is that of the instance there is. Safe on any thread. */
	boolean isCurrent(CellContext candidate) {
		return this.context == candidate;
	}

	/** Whether the instance there is has asked to be stopped. */
	boolean stopsItself() {
		CellContext known = this.context;
		return known != null && known.wantsToStop();
	}

	void failedWith(Throwable cause) {
		this.failure = cause;
	}

	/** A failure, for which the server's strategy is that it stops. On any thread. */
	void stoppedBy(Throwable cause) {
		this.failure = cause;
		this.stoppedByFailure = true;
	}

	/** Whether it stops, or has, because a handler failed. Safe on any thread. */
	public boolean isStoppedByFailure() {
		return this.stoppedByFailure;
	}

	/** Whether there is an instance, which may pause. */
	boolean isAlive() {
		ServerState now = this.state;
		return now == ServerState.RUNNING || now == ServerState.SUSPENDED;
	}

	/** Whether messages are handled; otherwise they wait. */
	boolean isServing() {
		return this.state == ServerState.RUNNING;
	}

	/** How a turn goes on in this state. */
	TurnStep step() {
		return isServing() ? TurnStep.CONTINUE : isOver() ? TurnStep.END : TurnStep.BLOCKED;
	}

	// For everybody.

	public ServerState state() {
		return this.state;
	}

	/** Whether it has ended for good. Safe on any thread. */
	public boolean isOver() {
		ServerState now = this.state;
		return now == ServerState.STOPPED || now == ServerState.FAILED;
	}

	/** What went wrong last, while it matters. Safe on any thread. */
	@Nullable Throwable failure() {
		return this.failure;
	}

	/** Safe on any thread. */
	@Nullable Throwable constructorFailure() {
		return this.constructorFailure;
	}

	/** Safe on any thread. */
	public int restarts() {
		return this.restarts;
	}

	/** Completes when the first start has succeeded or failed. Safe on any thread. */
	CompletableFuture<@Nullable Void> whenStarted() {
		return futures().started;
	}

	/** Completes when the server has terminated. Safe on any thread. */
	public CompletableFuture<@Nullable Void> whenTerminated() {
		return futures().terminated;
	}

	/** Whether {@link #whenTerminated()} is complete. Safe on any thread. */
	boolean hasTerminated() {
		return this.terminated;
	}

	/** Call {@link EndOfCells#ended()} once it has terminated. Safe on any thread. */
	void watch(EndOfCells watcher) {
		Futures known = futures();
		// Added before the look at the end; the turn does it the other way round.
		known.watchers.add(watcher);
		if (known.terminated.isDone()) {
			known.notifyWatchers();
		}
	}

	/** A watcher no longer matters. Safe on any thread. */
	void unwatch(EndOfCells watcher) {
		futures().watchers.remove(watcher);
	}

	/** How many watch for its end. Safe on any thread. */
	int watchers() {
		Futures known = this.futures;
		return (known != null) ? known.watchers.size() : 0;
	}

	/**
	 * The cell will never be run again: callers that wait for its start need not wait any
	 * longer. Safe anywhere.
	 */
	void neverStarts() {
		futures().started
			.completeExceptionally(new IllegalStateException("Server " + this.cell.label() + " did not start in time"));
	}

	private Futures futures() {
		Futures known = this.futures;
		return (known != null) ? known : makeFutures();
	}

	private synchronized Futures makeFutures() {
		Futures known = this.futures;
		if (known == null) {
			known = new Futures();
			// Written before the state is read; the turn does it the other way round.
			this.futures = known;
			ServerState now = this.state;
			// One that is stopping may never have started: its end tells.
			if (now == ServerState.RUNNING || now == ServerState.SUSPENDED || now == ServerState.RESTARTING) {
				known.started.complete(null);
			}
			if (this.terminated) {
				end(known);
			}
		}
		return known;
	}

	/** Made when a caller first asks for the start or the end. */
	private static final class Futures {

		final CompletableFuture<@Nullable Void> started = new CompletableFuture<>();

		final CompletableFuture<@Nullable Void> terminated = new CompletableFuture<>();

		/** Futures that applications hold; each only while it is pending. */
		final Set<EndOfCells> watchers = ConcurrentHashMap.newKeySet();

		void notifyWatchers() {
			for (EndOfCells watcher : this.watchers) {
				if (this.watchers.remove(watcher)) {
					watcher.ended();
				}
			}
		}

	}

}
