package io.genserver.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
 * One live server: its mailbox, its instance and the turn that brings them together. For
 * a keyed server there is one per key.
 * <p>
 * <b>Exclusion.</b> {@link #status} says whether the cell is to be run: {@link #NEW}
 * (addressable, not started), {@link #IDLE} (nothing to do) or {@link #READY} (queued at
 * the scheduler, running, or awaiting what a handler returned). Whoever moves it to
 * {@code READY} hands the cell to the scheduler, once; only {@link #run()} moves it back,
 * and looks again at the mailbox afterwards, while a sender looks at the status after it
 * has queued. Both do so with full fences, so one sees the other. Everything a turn wrote
 * is published by the write of {@code IDLE} or by the scheduler's queue, and read after
 * the compare-and-set or the take that begins the next: fields without further remark
 * belong to the turn.
 */
final class ServerCell implements Runnable {

	/** The outcome of a cast whose server closed while it waited for room. */
	static final Object CLOSED = new Object();

	private static final Logger logger = LoggerFactory.getLogger(ServerCell.class);

	/** Messages handled before other servers get a chance. */
	private static final int BATCH = 64;

	private static final int NEW = 0;

	private static final int IDLE = 1;

	private static final int READY = 2;

	private static final int START = 1;

	private static final int STOP = 2;

	private static final VarHandle STATUS;

	private static final VarHandle CONTROL;

	private static final VarHandle CURRENT;

	private static final VarHandle SINCE;

	private static final VarHandle RUNNER;

	private static final VarHandle ROOM;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATUS = lookup.findVarHandle(ServerCell.class, "status", int.class);
			CONTROL = lookup.findVarHandle(ServerCell.class, "control", int.class);
			CURRENT = lookup.findVarHandle(ServerCell.class, "current", Message.class);
			SINCE = lookup.findVarHandle(ServerCell.class, "currentSince", long.class);
			RUNNER = lookup.findVarHandle(ServerCell.class, "runner", Thread.class);
			ROOM = lookup.findVarHandle(ServerCell.class, "room", Room.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Server server;

	private final @Nullable String key;

	private final Mailbox mailbox;

	private final CellStatistics statistics = new CellStatistics();

	private volatile int status = NEW;

	/** What the cell is asked to do before its next message; bits. */
	private volatile int control;

	private volatile ServerState state = ServerState.NEW;

	private volatile @Nullable Room room;

	private volatile @Nullable Message current;

	/** When the current message was started; read by anybody, with opaque access. */
	private long currentSince;

	/** What a handler returned and the next message waits for. */
	private volatile @Nullable Awaited awaited;

	private volatile @Nullable Thread runner;

	private volatile @Nullable Throwable failure;

	private volatile @Nullable Lifecycle lifecycle;

	/** The message whose slowness was logged last; only the monitor uses it. */
	private @Nullable Message reported;

	private @Nullable Object instance;

	private @Nullable CellContext context;

	ServerCell(Server server, @Nullable String key) {
		this.server = server;
		this.key = key;
		this.mailbox = new Mailbox(server.settings().capacity());
	}

	// What senders do.

	/**
	 * Queue a message without waiting.
	 * @return whether it was queued, or why not
	 */
	Mailbox.Offer offer(Message message) {
		Room waiting = this.room;
		if (this.server.runtime().listener() != null) {
			message.queuedAt = this.server.runtime().scheduler().nanoTime();
		}
		Mailbox.Offer offer = this.mailbox.offer(message, (waiting != null) ? waiting.size() : 0);
		if (offer == Mailbox.Offer.QUEUED) {
			ready();
		}
		return offer;
	}

	/** Let a message, which must not be visible to others yet, wait for room. */
	void enterRoom(Message message) {
		message.waitsForRoom();
		Room waiting = room();
		waiting.add(message);
		waiting.admit(this);
		observeRoom();
	}

	/** A message gave up waiting for room. */
	void leftRoom(Message message) {
		Room waiting = this.room;
		if (waiting != null) {
			waiting.remove(message);
		}
	}

	/** A queued message was given up: its place is free. */
	void freed() {
		this.mailbox.free();
		admit();
	}

	/**
	 * Let senders in if there is room. For watchers; safe on any thread.
	 * @return whether somebody still waits
	 */
	boolean admit() {
		Room waiting = this.room;
		if (waiting == null || waiting.size() == 0) {
			return false;
		}
		waiting.admit(this);
		return waiting.size() > 0;
	}

	/** Watch over the room from now on, unless somebody does. */
	void observeRoom() {
		Room waiting = this.room;
		if (waiting != null && waiting.size() > 0 && waiting.observed.compareAndSet(false, true)) {
			this.server.runtime().scheduler().observe(this);
		}
	}

	/** The watcher has looked, and goes. */
	void unobserved() {
		Room waiting = this.room;
		if (waiting != null) {
			waiting.observed.set(false);
			observeRoom();
		}
	}

	/** There may be something to do. */
	void ready() {
		if (this.status == IDLE && STATUS.compareAndSet(this, IDLE, READY)) {
			this.server.runtime().scheduler().execute(this);
		}
	}

	/** Start, unless it has been asked to before. */
	void start() {
		CONTROL.getAndBitwiseOr(this, START);
		if (STATUS.compareAndSet(this, NEW, READY)) {
			this.server.runtime().scheduler().execute(this);
		}
	}

	/** Stop after the message being handled. Takes precedence over what is queued. */
	void stop() {
		CONTROL.getAndBitwiseOr(this, STOP);
		if (STATUS.compareAndSet(this, NEW, READY)) {
			this.server.runtime().scheduler().execute(this);
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
	}

	// The turn.

	@Override
	public void run() {
		Turn turn = Turn.enter(this);
		RUNNER.setRelease(this, Thread.currentThread());
		long sliceStart = this.server.runtime().scheduler().nanoTime();
		int left = BATCH;
		try {
			while (true) {
				if (this.control != 0 && !obey()) {
					return;
				}
				Message message = this.mailbox.poll();
				if (message == null) {
					admit();
					if (this.mailbox.isDrained()) {
						break;
					}
					continue;
				}
				if (!message.start()) {
					this.mailbox.skipped(message);
					continue;
				}
				this.mailbox.started();
				makeRoom();
				if (!handle(turn, message, sliceStart)) {
					return;
				}
				if (--left == 0) {
					break;
				}
			}
		}
		finally {
			RUNNER.setRelease(this, null);
			turn.leave();
		}
		rest();
	}

	/** End the turn; begin another if there is something to do already. */
	private void rest() {
		STATUS.setVolatile(this, IDLE);
		if ((!this.mailbox.isDrained() || this.control != 0) && STATUS.compareAndSet(this, IDLE, READY)) {
			this.server.runtime().scheduler().execute(this);
		}
	}

	/**
	 * Handle one message.
	 * @return {@code false} if what the handler returned is awaited: the turn is over,
	 * and another begins when it is there
	 */
	private boolean handle(Turn turn, Message message, long sliceStart) {
		Scheduler scheduler = this.server.runtime().scheduler();
		RuntimeListener listener = this.server.runtime().listener();
		long since = (message instanceof Call call) ? call.runAt()
				: (listener != null) ? scheduler.nanoTime() : Math.max(sliceStart, scheduler.coarseTime());
		SINCE.setOpaque(this, since);
		CURRENT.setOpaque(this, message);
		turn.message = message;
		Object result;
		try {
			if (listener != null) {
				listener.started(this.server, message.operation(), since - message.queuedAt);
			}
			Object target = this.instance;
			if (target == null) {
				throw new IllegalStateException("Server " + label() + " has no instance");
			}
			result = message.operation().invoke(target, message.payload());
			if (result instanceof CompletionStage<?> stage) {
				return !await(message, stage);
			}
			if (message instanceof StreamCall stream) {
				stream.open((Flow.Publisher<?>) Objects.requireNonNull(result, "stream"));
				result = null;
			}
		}
		catch (Throwable ex) {
			failed(message, ex);
			return true;
		}
		finally {
			turn.message = null;
			turn.detached = false;
		}
		succeeded(message, result);
		return true;
	}

	private boolean await(Message message, CompletionStage<?> stage) {
		Awaited pending = new Awaited(this, message, stage);
		this.awaited = pending;
		stage.whenComplete(pending);
		return pending.park();
	}

	/** What a handler returned has completed; begins a turn. */
	void resume(Awaited pending) {
		this.server.runtime().scheduler().execute(() -> {
			Turn turn = Turn.enter(this);
			try {
				this.awaited = null;
				pending.deliver();
			}
			finally {
				turn.leave();
			}
			run();
		});
	}

	void succeeded(Message message, @Nullable Object value) {
		over(message, null);
		message.succeed(this, value);
		message.forget();
	}

	void failed(Message message, Throwable cause) {
		over(message, cause);
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
		if (this.server.settings().strategy() == SupervisionStrategy.STOP) {
			logger.warn("Server {} stops because {} failed", label(), message.operation(), cause);
			this.failure = cause;
			CONTROL.getAndBitwiseOr(this, STOP);
		}
	}

	private void over(Message message, @Nullable Throwable cause) {
		if (Thread.interrupted()) {
			logger.debug("Server {} handled {} and left the thread interrupted", label(), message.operation());
		}
		this.statistics.processed();
		CURRENT.setOpaque(this, null);
		RuntimeListener listener = this.server.runtime().listener();
		if (listener != null && message.isCast()) {
			long runNanos = this.server.runtime().scheduler().nanoTime() - this.currentSince;
			listener.castHandled(this.server, message.operation(), runNanos, cause);
		}
	}

	private void makeRoom() {
		Room waiting = this.room;
		if (waiting != null && waiting.size() > 0 && this.mailbox.size() <= this.mailbox.capacity() / 2) {
			waiting.admit(this);
		}
	}

	// Its life.

	/** Do what the control bits say. Returns {@code false} if the cell has ended. */
	private boolean obey() {
		int bits = (int) CONTROL.getAndSet(this, 0);
		if ((bits & START) != 0 && (bits & STOP) == 0 && this.state == ServerState.NEW && !begin()) {
			return false;
		}
		if ((bits & STOP) != 0) {
			end(ServerState.STOPPED);
			return false;
		}
		return true;
	}

	private boolean begin() {
		this.state = ServerState.STARTING;
		try {
			this.instance = this.server.definition().factory().create();
		}
		catch (Throwable ex) {
			this.failure = ex;
			end(ServerState.FAILED);
			return false;
		}
		this.state = ServerState.RUNNING;
		this.server.runtime().started(this);
		Lifecycle watched = this.lifecycle;
		if (watched != null) {
			watched.started.complete(null);
		}
		return true;
	}

	private void end(ServerState last) {
		if (this.state == ServerState.STOPPED || this.state == ServerState.FAILED) {
			return;
		}
		this.state = ServerState.STOPPING;
		this.mailbox.close();
		Message message = this.mailbox.poll();
		while (message != null) {
			abandon(message);
			message = this.mailbox.poll();
		}
		admit();
		Object target = this.instance;
		this.instance = null;
		if (target != null) {
			try {
				this.server.definition().factory().destroy(target);
			}
			catch (Throwable ex) {
				logger.warn("Server {} failed to terminate cleanly", label(), ex);
			}
		}
		this.context = null;
		this.state = last;
		this.server.ended(this, last);
		Throwable cause = this.failure;
		lifecycle().terminated.complete(null);
		lifecycle().started.completeExceptionally((cause != null) ? cause
				: new IllegalStateException("Server " + label() + " stopped before it started"));
	}

	/**
	 * Fail what is still queued although the turn does not end. For shutdown, when the
	 * cell will never be run again.
	 */
	void failRest() {
		this.mailbox.close();
		admit();
		for (Message message : this.mailbox.queued()) {
			abandon(message);
		}
	}

	/** A message will not be handled because the server stops. */
	void abandon(Message message) {
		boolean wasWaiting = !message.isOver();
		message.abandon(this);
		if (wasWaiting) {
			dropped(message.operation(), message.isCast(), DeadLetter.Reason.STOPPED);
		}
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

	Mailbox mailbox() {
		return this.mailbox;
	}

	ServerState state() {
		return this.state;
	}

	/** Why it stopped, if something went wrong. */
	@Nullable Throwable failure() {
		return this.failure;
	}

	CellStatistics statistics() {
		return this.statistics;
	}

	/** Whether it has neither messages nor anything running. */
	boolean isQuiet() {
		return (this.status != READY || this.state == ServerState.STOPPED || this.state == ServerState.FAILED)
				&& (this.status == NEW || this.mailbox.size() == 0);
	}

	/** Whether it was never asked to start. */
	boolean isNew() {
		return this.status == NEW;
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
		long age = Math.max(0, this.server.runtime().scheduler().nanoTime() - (long) SINCE.getOpaque(this));
		return new ServerInfo.InFlight(message.operation().name(), Duration.ofNanos(age), message.caller().toString());
	}

	/** Completes when the start has succeeded or failed. */
	CompletableFuture<@Nullable Void> whenStarted() {
		return lifecycle().started;
	}

	/** Completes when the server has terminated. */
	CompletableFuture<@Nullable Void> whenTerminated() {
		return lifecycle().terminated;
	}

	void dropped(Operation operation, boolean cast, DeadLetter.Reason reason) {
		this.statistics.dropped();
		this.server.runtime().deadLetter(new DeadLetter(name(), this.key, operation.name(), cast, reason));
	}

	void lateReply(Operation operation) {
		this.statistics.lateReply();
		RuntimeListener listener = this.server.runtime().listener();
		if (listener != null) {
			listener.lateReply(this.server, operation);
		}
	}

	/** Only in the turn. */
	CellContext context() {
		CellContext known = this.context;
		if (known == null) {
			known = new CellContext(this);
			this.context = known;
		}
		return known;
	}

	private Room room() {
		Room known = this.room;
		if (known == null) {
			ROOM.compareAndSet(this, null, new Room());
			known = Objects.requireNonNull(this.room);
		}
		return known;
	}

	private synchronized Lifecycle lifecycle() {
		Lifecycle known = this.lifecycle;
		if (known == null) {
			known = new Lifecycle();
			this.lifecycle = known;
			if (this.state == ServerState.RUNNING) {
				known.started.complete(null);
			}
		}
		return known;
	}

	@Override
	public String toString() {
		return "server " + label();
	}

	/** Made when somebody wants to know. */
	private static final class Lifecycle {

		final CompletableFuture<@Nullable Void> started = new CompletableFuture<>();

		final CompletableFuture<@Nullable Void> terminated = new CompletableFuture<>();

	}

}
