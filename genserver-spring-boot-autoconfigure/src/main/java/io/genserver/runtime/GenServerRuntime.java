package io.genserver.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.genserver.DeadLetterListener;
import io.genserver.GenServerEvent;
import io.genserver.GenServerInterceptor;
import io.genserver.GenServerUnavailableException;
import io.genserver.NoSuchServerException;
import io.genserver.ServerState;
import io.genserver.log.SafeLogger;
import io.genserver.runtime.ServerSettings.StartFailure;
import io.genserver.runtime.cell.BlockingRule;
import io.genserver.runtime.cell.CellRuntime;
import io.genserver.runtime.cell.LifeWait;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.Turn;
import io.genserver.runtime.cell.TurnWaits;
import io.genserver.runtime.message.DeadLetters;
import io.genserver.runtime.message.FailureLog;
import io.genserver.runtime.message.Interceptors;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.TimerPause;
import io.genserver.runtime.scheduling.Waiting;
import io.genserver.runtime.scheduling.WorkerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one application: its servers, and their common life. Servers can be added
 * at any time; they are addressable at once and start with {@link #start()}, or, once
 * that was called, when their own start is requested. Safe for use by many threads.
 */
public final class GenServerRuntime extends CellRuntime {

	private static final SafeLogger logger = SafeLogger.of(GenServerRuntime.class);

	static {
		EarlyClasses.load(SelfCheck.LostTurn.class);
	}

	/** Names in an error message at most: there may be a server per session. */
	private static final int LISTED_NAMES = 50;

	private final RuntimeSettings settings;

	private final Scheduler scheduler;

	private final @Nullable Interceptors interceptors;

	private final DeadLetters deadLetters;

	private final BlockingRule blockingRule;

	private final TurnWaits replyWait;

	private final Consumer<GenServerEvent> events;

	private final Map<String, Server> servers = Collections.synchronizedMap(new LinkedHashMap<>());

	/**
	 * Names that are taken, in the form in which they are compared. A name is taken
	 * before its server is known and free after everything has forgotten the server.
	 */
	private final Map<String, String> takenNames = new ConcurrentHashMap<>();

	/** Servers in the order in which they, or the first of their instances, started. */
	private final Set<Server> startOrder = Collections.synchronizedSet(new LinkedHashSet<>());

	/** By the name of each server the names of those that it depends on, as known now. */
	private volatile Supplier<Map<String, Set<String>>> dependencies = Map::of;

	private final ServerWatchers watchers = new ServerWatchers();

	private final @Nullable ClassLoader classLoader;

	private final TimerPause timers = new TimerPause();

	private final ShutdownTime shutdownTime;

	private final FailureLog failures;

	private final SelfCheck selfCheck;

	private volatile Phase phase = Phase.NEW;

	/** Completes when the shutdown is over that is begun next or was begun last. */
	private volatile CompletableFuture<@Nullable Void> down = new CompletableFuture<>();

	/**
	 * Create a runtime that is not started, with worker threads of its own. The calling
	 * thread counts as the one that starts the application.
	 * @param settings settings
	 * @param interceptors see every message, asked for when the first is sent;
	 * {@code null} for none
	 * @param deadLetterListeners are notified of messages that are refused or discarded
	 * @param nonBlockingThread whether the calling thread must not block
	 */
	public GenServerRuntime(RuntimeSettings settings, @Nullable Supplier<List<GenServerInterceptor>> interceptors,
			List<DeadLetterListener> deadLetterListeners, BooleanSupplier nonBlockingThread) {
		this(settings, interceptors, deadLetterListeners, nonBlockingThread, (event) -> {
		});
	}

	/**
	 * Create a runtime that is not started, with worker threads of its own. The calling
	 * thread counts as the one that starts the application.
	 * @param settings settings
	 * @param interceptors see every message, asked for when the first is sent;
	 * {@code null} for none
	 * @param deadLetterListeners are notified of messages that are refused or discarded
	 * @param nonBlockingThread whether the calling thread must not block
	 * @param events receives what happens in the lives of servers, in their turns
	 */
	public GenServerRuntime(RuntimeSettings settings, @Nullable Supplier<List<GenServerInterceptor>> interceptors,
			List<DeadLetterListener> deadLetterListeners, BooleanSupplier nonBlockingThread,
			Consumer<GenServerEvent> events) {
		this(settings, interceptors, deadLetterListeners, nonBlockingThread, events,
				new WorkerScheduler(settings.scheduling()));
	}

	GenServerRuntime(RuntimeSettings settings, @Nullable Supplier<List<GenServerInterceptor>> interceptors,
			List<DeadLetterListener> deadLetterListeners, BooleanSupplier nonBlockingThread, Scheduler scheduler) {
		this(settings, interceptors, deadLetterListeners, nonBlockingThread, (event) -> {
		}, scheduler);
	}

	/**
	 * Create a runtime that is not started, with the time and the threads of a given
	 * scheduler. The calling thread counts as the one that starts the application.
	 * @param settings settings
	 * @param interceptors see every message, asked for when the first is sent;
	 * {@code null} for none
	 * @param deadLetterListeners are notified of messages that are refused or discarded
	 * @param nonBlockingThread whether the calling thread must not block
	 * @param events receives what happens in the lives of servers, in their turns
	 * @param scheduler has the time and the threads; closed at shutdown
	 */
	public GenServerRuntime(RuntimeSettings settings, @Nullable Supplier<List<GenServerInterceptor>> interceptors,
			List<DeadLetterListener> deadLetterListeners, BooleanSupplier nonBlockingThread,
			Consumer<GenServerEvent> events, Scheduler scheduler) {
		this.events = events;
		this.settings = settings;
		this.classLoader = settings.scheduling().classLoaderOrCallers();
		this.interceptors = (interceptors != null) ? new Interceptors(interceptors, scheduler::nanoTime) : null;
		this.blockingRule = new BlockingRule(nonBlockingThread, this::hasStarted);
		this.scheduler = scheduler;
		this.replyWait = new TurnWaits(scheduler, this.blockingRule);
		this.shutdownTime = new ShutdownTime(settings, scheduler::nanoTime, this::failCallsOfCallers);
		this.failures = new FailureLog(this.scheduler::nanoTime);
		this.deadLetters = new DeadLetters(deadLetterListeners, this.failures);
		this.selfCheck = new SelfCheck(this, scheduler.nanoTime());
		scheduler.attend(this.selfCheck);
	}

	/**
	 * Add a server. It is addressable from now on; messages wait for its start.
	 * @param definition the server
	 * @return the server
	 * @throws IllegalArgumentException if the name is taken: names that differ only in
	 * case, dashes or underscores are the same
	 * @throws RuntimeException what a {@link ServerWatcher} throws
	 * @throws GenServerUnavailableException if the servers have been shut down, or are
	 * being
	 */
	public Server add(ServerDefinition definition) {
		Server server = new Server(this, definition);
		takeName(definition.name());
		try {
			synchronized (this.servers) {
				if (isShutDown()) {
					throw new GenServerUnavailableException(
							"Server " + definition.name() + " was not added: " + whyNot(), true);
				}
				this.servers.put(definition.name(), server);
			}
			this.watchers.added(server);
		}
		catch (RuntimeException ex) {
			this.servers.remove(definition.name(), server);
			freeName(definition.name());
			throw ex;
		}
		return server;
	}

	private void takeName(String name) {
		String taken = this.takenNames.putIfAbsent(ServerNames.uniform(name), name);
		if (taken != null) {
			throw new IllegalArgumentException("There cannot be a server named " + name + ": there is one named "
					+ taken + ", and names are compared without case, dashes and underscores");
		}
	}

	private void freeName(String name) {
		this.takenNames.remove(ServerNames.uniform(name));
	}

	/** A handler, constructor or stream has failed. Throws nothing. */
	void failed(Server server, String operation) {
		this.watchers.failed(server, operation);
	}

	/**
	 * Register a watcher of servers that are added from now on, and of their ends.
	 * @param watcher is notified
	 */
	public void watch(ServerWatcher watcher) {
		this.watchers.add(watcher);
	}

	/**
	 * Say where to find out which servers depend on which: a server starts after those
	 * that it depends on, and stops before them.
	 * @param dependencies returns, by the name of each server, the names of those that it
	 * depends on; asked at each start and shutdown, by the thread that starts or stops
	 * all servers
	 */
	public void orderBy(Supplier<Map<String, Set<String>>> dependencies) {
		this.dependencies = dependencies;
	}

	/** Each server after those that it depends on. Throws nothing. */
	private ServerOrder ordered(Collection<Server> servers) {
		try {
			return ServerOrder.of(servers, this.dependencies.get());
		}
		catch (Throwable ex) {
			logger.warn("The servers are {} in the order they were added, since it cannot be found out which"
					+ " depend on which", isShutDown() ? "stopped in the reverse of" : "started in", ex);
			return ServerOrder.of(servers, Map.of());
		}
	}

	/**
	 * Start all servers, one after the other in the order they were added; a server that
	 * another needs in its start, or depends on, comes before it. Returns when all have
	 * started. After a shutdown they start again, each with a new instance; refs and
	 * proxies made before go on working.
	 * @throws ServerStartException if one fails to start and its settings say that this
	 * fails the application; those that have started are stopped then
	 * @throws IllegalStateException if they run, or are being shut down
	 */
	public void start() {
		reopen();
		advance(Phase.NEW, Phase.STARTING);
		for (Server server : ordered(servers()).ofStart()) {
			if (server.instances().isLeftBehind()) {
				logger.warn("Server {} starts again once its former instance has ended, which still ran when the"
						+ " servers were stopped", server.name());
				server.instances().all().forEach(ServerCell::start);
				continue;
			}
			for (ServerCell cell : server.instances().all()) {
				start(server, cell);
			}
		}
		advance(Phase.STARTING, Phase.STARTED);
		for (Server server : servers()) {
			server.instances().start();
		}
	}

	/**
	 * Start one server by itself, at run time. Returns when it has started. A server that
	 * cannot start is removed, and so is one that has stopped: its name is free then, and
	 * nothing is kept of it.
	 * @param server the server
	 * @throws ServerStartException if it fails to start
	 */
	public void start(Server server) {
		ServerCell cell = server.instances().single();
		if (cell != null) {
			server.startsAlone();
			cell.start();
			Throwable failure = LifeWait.startOf(cell);
			if (failure != null) {
				server.instances().closeIfOver();
				forget(server);
				throw new ServerStartException(server.name(), failure);
			}
		}
	}

	private void start(Server server, ServerCell cell) {
		cell.start();
		Throwable failure = LifeWait.startOf(cell);
		if (failure == null) {
			return;
		}
		if (cell.key() == null && server.settings().startFailure() == StartFailure.FAIL_APPLICATION) {
			shutdown();
			throw new ServerStartException(cell.label(), failure);
		}
		logger.error("Server {} failed to start and is marked failed", cell.label(), failure);
	}

	/** After a shutdown: as before the first start. */
	private void reopen() {
		synchronized (this.servers) {
			if (this.phase != Phase.CLOSED || !this.down.isDone()) {
				return;
			}
			this.scheduler.open();
			this.startOrder.clear();
			this.servers.values().forEach(Server::reopen);
			this.blockingRule.startsHere();
			this.shutdownTime.reset();
			this.down = new CompletableFuture<>();
			this.phase = Phase.NEW;
		}
		servers().forEach((server) -> server.instances().succeedFormer());
	}

	/**
	 * Stop everything: refuse work from outside, let queued messages be handled, let the
	 * servers terminate in reverse start order, each before those that it depends on,
	 * interrupt what still runs, and fail the rest. Takes at most the shutdown timeout.
	 * If another thread does so already, this waits until it has; if it has been done,
	 * this does nothing.
	 */
	public void shutdown() {
		this.shutdownTime.stop(new LifecycleStage() {

			@Override
			public void start() {
				GenServerRuntime.this.start();
			}

			@Override
			public void stop(ShutdownTime time) {
				shutdown(time);
			}

		});
	}

	/**
	 * Stop everything, within the time that is left.
	 * @param time what is left, and whom not to wait for
	 * @see #shutdown()
	 */
	public void shutdown(ShutdownTime time) {
		CompletableFuture<@Nullable Void> over;
		synchronized (this.servers) {
			over = this.down;
			if (this.phase == Phase.CLOSED && over.isDone()) {
				return;
			}
			if (this.phase.ordinal() < Phase.DRAINING.ordinal()) {
				this.phase = Phase.DRAINING;
				over = null;
			}
		}
		if (over != null) {
			awaitOther(over, time);
			return;
		}
		Set<Server> started;
		synchronized (this.startOrder) {
			started = new LinkedHashSet<>(this.startOrder);
		}
		try {
			new Shutdown(this, time, order(started)).run();
		}
		finally {
			closed();
			this.down.complete(null);
		}
	}

	/**
	 * The order in which servers started. What a server was given since then counts as
	 * well, and those that never started come first, so that they stop last.
	 */
	private ServerOrder order(Set<Server> started) {
		List<Server> all = new ArrayList<>(servers());
		all.removeIf(started::contains);
		List<Server> base = new ArrayList<>(all.reversed());
		base.addAll(started);
		return started.isEmpty() ? ServerOrder.of(base, Map.of()) : ordered(base);
	}

	/**
	 * A caller that returns from a shutdown relies on its being over, interrupted or not.
	 */
	private void awaitOther(CompletableFuture<?> over, ShutdownTime time) {
		boolean interrupted = false;
		while (true) {
			try {
				Waiting.await(this.scheduler, over, time.end());
				break;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/** Fail the calls whose handlers wait for the shutdown and so cannot answer. */
	void failCallsOfCallers(ShutdownTime time) {
		for (Server server : servers()) {
			for (ServerCell cell : server.instances().allThatLive()) {
				cell.termination().failCallsOfCallers(time);
			}
		}
	}

	/**
	 * Let the timers of all servers pause: none ticks until {@link #resumeTimers()}.
	 * Messages are handled meanwhile.
	 */
	public void pauseTimers() {
		this.timers.begin();
	}

	/**
	 * Let the timers go on. One that became due meanwhile ticks once.
	 */
	public void resumeTimers() {
		this.timers.end();
	}

	SelfCheck selfCheck() {
		return this.selfCheck;
	}

	@Override
	public void suspect() {
		this.selfCheck.suspect();
	}

	@Override
	public void recovered(Recipient cell) {
		this.selfCheck.recovered(cell);
	}

	@Override
	public TimerPause timers() {
		return this.timers;
	}

	/**
	 * Return the time of this runtime's shutdown, for other stages to share.
	 * @return the time
	 */
	@Override
	public ShutdownTime shutdownTime() {
		return this.shutdownTime;
	}

	/**
	 * Return the time of another shutdown, of which the servers are one stage.
	 * @return the time
	 */
	public ShutdownTime newShutdownTime() {
		return new ShutdownTime(this.settings, this.scheduler::nanoTime, this::failCallsOfCallers);
	}

	/**
	 * Return all servers in the order they were added.
	 * @return the servers
	 */
	public Collection<Server> servers() {
		synchronized (this.servers) {
			return List.copyOf(this.servers.values());
		}
	}

	/**
	 * Return a server.
	 * @param name its name
	 * @return the server
	 * @throws NoSuchServerException if there is none
	 */
	public Server server(String name) {
		Server server = this.servers.get(name);
		if (server == null) {
			throw new NoSuchServerException("There is no server named " + name + "; " + knownNames());
		}
		return server;
	}

	/**
	 * Return a server, if there is one.
	 * @param name its name
	 * @return the server or {@code null}
	 */
	public @Nullable Server find(String name) {
		return this.servers.get(name);
	}

	/**
	 * Return how often a server did not go on, after an error in the midst of the engine
	 * or as its executor forgot a turn, and was found and run.
	 * @return the number since this was made
	 */
	public long recoveredTurns() {
		return this.selfCheck.recovered();
	}

	/**
	 * Return the settings.
	 * @return the settings
	 */
	public RuntimeSettings settings() {
		return this.settings;
	}

	/**
	 * Return whether the servers have been started and not been stopped.
	 * @return {@code true} between the two
	 */
	public boolean isRunning() {
		return this.phase == Phase.STARTED;
	}

	/**
	 * Return the time calls are measured by.
	 * @return nanoseconds from an arbitrary origin
	 */
	@Override
	public long nanoTime() {
		return this.scheduler.nanoTime();
	}

	/**
	 * Run a task on a worker, soon. Never runs it on the calling thread.
	 * @param task the task, which may block
	 */
	@Override
	public void execute(Runnable task) {
		this.scheduler.execute(task);
	}

	List<String> names() {
		synchronized (this.servers) {
			return List.copyOf(this.servers.keySet());
		}
	}

	/** How many servers are known, have names that are taken, and have started. */
	int[] kept() {
		return new int[] { this.servers.size(), this.takenNames.size(), this.startOrder.size() };
	}

	/** The names of the servers in a sentence: not more than are worth reading. */
	String knownNames() {
		List<String> names = names();
		int more = names.size() - LISTED_NAMES;
		return "there are "
				+ ((more > 0) ? names.subList(0, LISTED_NAMES) + " and " + more + " others" : names.toString());
	}

	/** The context class loader of what runs in turns. */
	@Override
	public @Nullable ClassLoader classLoader() {
		return this.classLoader;
	}

	@Override
	public Scheduler scheduler() {
		return this.scheduler;
	}

	/** How threads wait for replies of its servers. */
	TurnWaits replyWait() {
		return this.replyWait;
	}

	@Override
	public @Nullable Interceptors interceptors() {
		return this.interceptors;
	}

	@Override
	public boolean hasStarted() {
		return this.phase != Phase.NEW && this.phase != Phase.STARTING;
	}

	/** Whether all servers have been stopped, or are being. */
	@Override
	public boolean isShutDown() {
		return this.phase.ordinal() >= Phase.DRAINING.ordinal();
	}

	/** Whether messages are taken; while draining only those sent from turns. */
	boolean admits(@Nullable Turn turn) {
		Phase now = this.phase;
		return now.ordinal() < Phase.DRAINING.ordinal() || (now == Phase.DRAINING && turn != null);
	}

	void closed() {
		this.phase = Phase.CLOSED;
		this.failures.close();
	}

	/** Why messages and servers are refused, for messages. */
	String whyNot() {
		return (this.phase == Phase.CLOSED) ? "the application is shutting down, or is stopped"
				: "the application is shutting down";
	}

	/** A shutdown may come at any time; what it began is not undone. */
	private void advance(Phase from, Phase to) {
		synchronized (this.servers) {
			if (this.phase != from) {
				throw new IllegalStateException(
						"Servers cannot be " + to + " since they are " + this.phase + " already");
			}
			this.phase = to;
		}
	}

	@Override
	public BlockingRule blockingRule() {
		return this.blockingRule;
	}

	/**
	 * A server in its start needs this one: it starts first. The start may wait for any
	 * server that calls this one, too.
	 */
	void startEarly(ServerCell cell, @Nullable Turn turn, Message message) {
		ServerCell sender = (turn != null) ? turn.cell : null;
		if (cell.key() != null && hasStarted()) {
			// The thread that created the cell is about to start it, or could not.
			cell.start();
		}
		else if (sender != null && (hasStarted() || sender.life().state() == ServerState.STARTING
				|| (this.phase == Phase.STARTING && !message.isCast()))) {
			cell.start();
		}
	}

	void started(Server server, ServerCell cell) {
		try {
			this.startOrder.add(server);
		}
		catch (Throwable ex) {
			logger.warn("Server {} will be among the first to stop at shutdown", cell, ex);
		}
	}

	void ended(Server server, ServerCell cell, ServerState last) {
		logger.debug("Server {} ended: {}", cell, last);
		if (last == ServerState.STOPPED || server.instances().isStopped()) {
			forgetIfOver(server);
		}
	}

	/**
	 * Forget a server that was started at run time and has ended for good. One that has
	 * failed is kept, so that it can be seen and restarted, until it is stopped.
	 */
	void forgetIfOver(Server server) {
		if (server.hasStartedAlone() && !isShutDown() && server.instances().closeIfOver()) {
			forget(server);
		}
	}

	/** Keep nothing of a server. Its name is free after everything else. */
	private void forget(Server server) {
		if (this.servers.remove(server.name(), server)) {
			this.startOrder.remove(server);
			this.watchers.removed(server);
			freeName(server.name());
		}
	}

	/** Throws what listeners throw. */
	@Override
	public void publish(GenServerEvent event) {
		this.events.accept(event);
	}

	/**
	 * Return where failures are logged that senders can cause as often as they like.
	 * @return the log of this runtime
	 */
	@Override
	public FailureLog failures() {
		return this.failures;
	}

	@Override
	public DeadLetters deadLetters() {
		return this.deadLetters;
	}

	/** Where the runtime is in its life; the order counts. */
	private enum Phase {

		NEW, STARTING, STARTED, DRAINING, CLOSED

	}

}
