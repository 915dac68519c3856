package io.genserver.runtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import io.genserver.Caller;
import io.genserver.DeadLetter;
import io.genserver.GenServerException;
import io.genserver.GenServerRef;
import io.genserver.GenServerUnavailableException;
import io.genserver.MailboxFullException;
import io.genserver.ServerState;
import io.genserver.UnknownOperationException;
import io.genserver.log.Throwables;
import io.genserver.runtime.cell.CellOwner;
import io.genserver.runtime.cell.EndOfCells;
import io.genserver.runtime.cell.InstanceFactory;
import io.genserver.runtime.cell.OverflowRules;
import io.genserver.runtime.cell.ServerCell;
import io.genserver.runtime.cell.Turn;
import io.genserver.runtime.contract.ContractProxies;
import io.genserver.runtime.contract.Contracts;
import io.genserver.runtime.contract.Operation;
import io.genserver.runtime.contract.Operations;
import io.genserver.runtime.contract.ServerTimer;
import io.genserver.runtime.mailbox.Mailbox;
import io.genserver.runtime.message.AsyncCall;
import io.genserver.runtime.message.BlockingCall;
import io.genserver.runtime.message.CallMessage;
import io.genserver.runtime.message.CastMessage;
import io.genserver.runtime.message.Interceptors;
import io.genserver.runtime.message.Message;
import io.genserver.runtime.message.Recipient;
import io.genserver.runtime.message.SendRefusals;
import io.genserver.runtime.message.StreamCall;
import io.genserver.runtime.scheduling.Scheduler;
import io.genserver.runtime.scheduling.TurnExecutor;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * A server as senders see it: by name, and key if it is keyed. Finds the cell, sends, and
 * turns refusals into errors. Safe for use by many threads.
 */
public final class Server extends CellOwner {

	private final GenServerRuntime runtime;

	private final ServerDefinition definition;

	private final Operations operations;

	private final Instances instances;

	private final OverflowRules overflow;

	private final boolean concurrent;

	private final boolean overtaking;

	/** When a handler is slow, 0 for never, -1 for what is set for all servers. */
	private final long slowNanos;

	private final @Nullable TurnExecutor executor;

	/**
	 * What makes its proxies, by their contracts; here, so that it goes with the server.
	 */
	private final Map<List<Class<?>>, ContractProxies> proxies = new ConcurrentHashMap<>();

	private volatile boolean startedAlone;

	Server(GenServerRuntime runtime, ServerDefinition definition) {
		this.overflow = OverflowRules.of(definition.settings().overflow());
		this.runtime = runtime;
		this.definition = definition;
		this.operations = new Operations(definition.name(), definition.operations());
		this.concurrent = definition.operations().stream().anyMatch((operation) -> operation.concurrency() > 0);
		this.overtaking = this.concurrent && definition.operations().stream().anyMatch(Operation::overtakes);
		Duration slow = definition.settings().handlers().slowThreshold();
		this.slowNanos = (slow != null) ? Durations.nanos(slow) : -1;
		this.executor = runtime.scheduler().allowsExecutors() ? definition.executor() : null;
		this.instances = new Instances(this, definition.keyed());
	}

	/**
	 * Return the name.
	 * @return the name
	 */
	@Override
	public String name() {
		return this.definition.name();
	}

	/**
	 * Return what the server was made from.
	 * @return the definition
	 */
	public ServerDefinition definition() {
		return this.definition;
	}

	/**
	 * Return the settings.
	 * @return the settings
	 */
	public ServerSettings settings() {
		return this.definition.settings();
	}

	/**
	 * Return the number of messages that wait, in all mailboxes of a keyed server.
	 * @return the number
	 */
	public int mailboxDepth() {
		int depth = 0;
		for (ServerCell cell : this.instances.all()) {
			depth += cell.mailbox().size();
		}
		return depth;
	}

	/**
	 * Return how many futures that handlers returned were no longer waited for, and could
	 * not be cancelled.
	 * @return the number since the server was added
	 */
	public long abandonedReplies() {
		long abandoned = this.instances.former().abandoned();
		for (ServerCell cell : this.instances.all()) {
			abandoned += cell.statistics().abandonedCount();
		}
		return abandoned;
	}

	/**
	 * Return the number of messages that wait in the fullest mailbox.
	 * @return the number
	 */
	public int deepestMailbox() {
		int deepest = 0;
		for (ServerCell cell : this.instances.all()) {
			deepest = Math.max(deepest, cell.mailbox().size());
		}
		return deepest;
	}

	/**
	 * Return the number of live instances.
	 * @return the number, at most 1 if the server is not keyed
	 */
	public int liveInstances() {
		int live = 0;
		for (ServerCell cell : this.instances.all()) {
			live += cell.life().isOver() ? 0 : 1;
		}
		return live;
	}

	/**
	 * Return where it is in its life.
	 * @return the state; of a keyed server that of the whole
	 */
	public ServerState state() {
		ServerCell single = this.instances.single();
		return (single != null) ? single.life().state() : this.instances.isStopped() ? ServerState.STOPPED
				: this.runtime.hasStarted() ? ServerState.RUNNING : ServerState.NEW;
	}

	/**
	 * Tell whether there is an instance of a key.
	 * @param key the key
	 * @return whether a message would find one
	 */
	public boolean hasInstance(String key) {
		return this.instances.find(key) != null;
	}

	/**
	 * Return the operation that handles messages of a class.
	 * @param message the message
	 * @return the operation
	 * @throws UnknownOperationException if there is none
	 */
	public Operation operationFor(Object message) {
		return this.operations.forMessage(message);
	}

	/**
	 * Make a proxy whose every method becomes a message to this server.
	 * @param contracts makes what makes proxies, the first time for these interfaces
	 * @param interfaces contracts of this server, which the proxy has all of
	 * @param key the key, {@code null} if the server is not keyed
	 * @return the proxy
	 */
	public Object proxy(Contracts contracts, List<Class<?>> interfaces, @Nullable String key) {
		return this.proxies.computeIfAbsent(interfaces, (each) -> contracts.proxies(each, this.definition.operations()))
			.to(new LocalTarget(this, key));
	}

	/**
	 * Return the time a call may take if nothing limits it further.
	 * @param operation the operation
	 * @return nanoseconds
	 */
	public long timeoutNanos(Operation operation) {
		return (operation.timeoutNanos() != 0) ? operation.timeoutNanos()
				: Durations.nanos(this.settings().callTimeout());
	}

	/**
	 * Send a message and wait for the reply.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects
	 * @param timeoutNanos time the call may take in all, 0 for the operation's
	 * @param detached whether to ignore the deadline of the calling turn
	 * @return the reply
	 */
	public @Nullable Object call(@Nullable String key, Operation operation, @Nullable Object payload, long timeoutNanos,
			boolean detached) {
		Turn turn = Turn.current();
		this.runtime.blockingRule().check(name(), operation, turn != null);
		Scheduler scheduler = this.runtime.scheduler();
		long now = scheduler.nanoTime();
		long deadline = deadline(turn, operation, now, timeoutNanos, detached);
		BlockingCall call = new BlockingCall(operation, payload, origin(turn), scheduler, now, deadline);
		noteInherited(call, turn, deadline);
		try {
			send(key, call, turn, true);
		}
		catch (RuntimeException ex) {
			call.refuse(ex);
			throw ex;
		}
		try {
			if (!Turn.await(scheduler, call, call, turn, deadline) && !call.expireNow()) {
				call.awaitReport();
			}
		}
		catch (InterruptedException ex) {
			if (!call.interrupted()) {
				call.awaitReport();
			}
			Thread.currentThread().interrupt();
		}
		Throwable failure = call.failure();
		if (failure != null) {
			throw Throwables.sneaky(failure);
		}
		return call.value();
	}

	/**
	 * Send a message. Never blocks.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects
	 * @param timeoutNanos time the call may take in all, 0 for the operation's
	 * @param detached whether to ignore the deadline of the calling turn
	 * @return completes with the reply; cancelling it cancels the call
	 */
	public CompletableFuture<@Nullable Object> callAsync(@Nullable String key, Operation operation,
			@Nullable Object payload, long timeoutNanos, boolean detached) {
		return callAsync(key, operation, payload, timeoutNanos, detached, false);
	}

	/**
	 * Send a message. Never blocks.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects
	 * @param timeoutNanos time the call may take in all, 0 for the operation's
	 * @param detached whether to ignore the deadline of the calling turn
	 * @param waits whether it waits for room in a full mailbox
	 * @return completes with the reply; cancelling it cancels the call
	 */
	CompletableFuture<@Nullable Object> callAsync(@Nullable String key, Operation operation, @Nullable Object payload,
			long timeoutNanos, boolean detached, boolean waits) {
		Turn turn = Turn.current();
		Scheduler scheduler = this.runtime.scheduler();
		long now = scheduler.nanoTime();
		long deadline = deadline(turn, operation, now, timeoutNanos, detached);
		AsyncCall call = new AsyncCall(operation, payload, origin(turn), scheduler, this.runtime.replyWait(), now,
				deadline);
		noteInherited(call, turn, deadline);
		submit(key, call, turn, waits);
		return call.future();
	}

	/**
	 * Send a message for a caller that is neither a thread nor a turn of this process.
	 * Never blocks.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects
	 * @param caller who sends it
	 * @return completes with the reply; cancelling it cancels the call
	 */
	public CompletableFuture<@Nullable Object> callAsync(@Nullable String key, Operation operation,
			@Nullable Object payload, Caller caller) {
		Scheduler scheduler = this.runtime.scheduler();
		long now = scheduler.nanoTime();
		AsyncCall call = new AsyncCall(operation, payload, caller, scheduler, this.runtime.replyWait(), now,
				deadline(Long.MAX_VALUE, operation, now, 0));
		submit(key, call, null, false);
		return call.future();
	}

	/**
	 * Return what sends calls later, and on other threads, for the one that asks now.
	 * @return the calling thread, or the server in whose turn it is, and its deadline
	 */
	Sender sender() {
		Turn turn = Turn.current();
		Interceptors interceptors = this.runtime.interceptors();
		return new Sender(origin(turn), (turn != null) ? turn.limiting() : null,
				(interceptors != null) ? interceptors.forLater() : Runnable::run);
	}

	/**
	 * Send a cast to each live instance, without waiting and without starting any.
	 * @param operation the operation
	 * @param payload what it expects
	 * @return how many mailboxes took it
	 */
	int castToLive(Operation operation, Object payload) {
		Turn turn = Turn.current();
		int sent = 0;
		for (ServerCell cell : this.instances.all()) {
			if (castTo(cell, operation, payload, turn)) {
				sent++;
			}
		}
		return sent;
	}

	private boolean castTo(ServerCell cell, Operation operation, Object payload, @Nullable Turn turn) {
		CastMessage message = new CastMessage(operation, payload, origin(turn), this.overflow.displaces());
		try {
			admit(cell.key(), message, turn);
			Mailbox.Offer offer = cell.inbox().offer(message);
			while (offer == Mailbox.Offer.FULL && displaced(cell)) {
				offer = cell.inbox().offer(message);
			}
			switch (offer) {
				case FULL -> throw SendRefusals.full(cell, message, "");
				case CLOSED -> throw SendRefusals.abandoned(cell, message);
				default -> {
					return true;
				}
			}
		}
		catch (RuntimeException ex) {
			return refused(message, ex);
		}
	}

	/**
	 * A cast that was not to wait was not queued: {@code false} if there is no room or no
	 * server, otherwise it throws.
	 */
	private static boolean refused(CastMessage message, RuntimeException failure) {
		message.reportEnd(failure);
		if (failure instanceof MailboxFullException || failure instanceof GenServerUnavailableException) {
			message.discard();
			return false;
		}
		throw failure;
	}

	/**
	 * Open a stream. Never blocks.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation, one that answers with a stream
	 * @param payload what it expects
	 * @param timeoutNanos time until the handler has returned, 0 for the operation's
	 * @param caller who asks, {@code null} for the calling thread or turn
	 * @param subscriber gets the items, outside of any turn
	 */
	public void stream(@Nullable String key, Operation operation, @Nullable Object payload, long timeoutNanos,
			@Nullable Caller caller, Flow.Subscriber<@Nullable Object> subscriber) {
		Turn turn = Turn.current();
		Scheduler scheduler = this.runtime.scheduler();
		long now = scheduler.nanoTime();
		long deadline = deadline(turn, operation, now, timeoutNanos, false);
		StreamCall call = new StreamCall(operation, payload, (caller != null) ? caller : origin(turn), scheduler, now,
				deadline, subscriber);
		noteInherited(call, turn, deadline);
		subscriber.onSubscribe(call);
		if (!call.isOver()) {
			submit(key, call, turn, false);
		}
	}

	/**
	 * Send a call of any kind. Never blocks and never throws: a refusal ends the call.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param call the call
	 */
	public void submit(@Nullable String key, CallMessage call) {
		submit(key, call, Turn.current(), false);
	}

	private void submit(@Nullable String key, CallMessage call, @Nullable Turn turn, boolean waits) {
		try {
			send(key, call, turn, waits);
		}
		catch (RuntimeException ex) {
			call.refuse(ex);
			return;
		}
		this.runtime.scheduler().track(call);
	}

	/**
	 * Send a message without a reply. Waits for room where the overflow policy says so
	 * and the thread may block.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects
	 */
	public void cast(@Nullable String key, Operation operation, @Nullable Object payload) {
		Turn turn = Turn.current();
		OverflowRules rules = this.overflow;
		CastMessage message = new CastMessage(operation, payload, origin(turn), rules.displaces());
		try {
			if (!send(key, message, turn, rules.waits() && this.runtime.blockingRule().mayBlock(turn != null))) {
				awaitRoom(message, turn, deadline(turn, operation, this.runtime.scheduler().nanoTime(), 0, false));
			}
		}
		catch (RuntimeException ex) {
			message.reportEnd(ex);
			if (!(ex instanceof MailboxFullException) || rules.refuses()) {
				throw ex;
			}
			message.discard();
		}
	}

	/**
	 * Send a message without a reply, unless that would mean waiting.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects; discarded if the message is refused
	 * @param caller who sends it, {@code null} for the calling thread or turn
	 * @return whether it was queued
	 */
	public boolean tryCast(@Nullable String key, Operation operation, @Nullable Object payload,
			@Nullable Caller caller) {
		return tryCast(key, operation, payload, caller, 0);
	}

	/**
	 * Send a peer's message without a reply, unless that would mean waiting, or the casts
	 * of the peer hold more than half of the mailbox while others send to it.
	 * @param key the key, {@code null} if the server is not keyed
	 * @param operation the operation
	 * @param payload what it expects; discarded if the message is refused
	 * @param caller who sends it, {@code null} for the calling thread or turn
	 * @param held how many earlier ones of the caller wait in this mailbox
	 * @return whether it was queued
	 */
	public boolean tryCast(@Nullable String key, Operation operation, @Nullable Object payload, @Nullable Caller caller,
			int held) {
		Turn turn = Turn.current();
		CastMessage message = new CastMessage(operation, payload, (caller != null) ? caller : origin(turn),
				this.overflow.displaces());
		try {
			send(key, message, turn, false, held);
			return true;
		}
		catch (RuntimeException ex) {
			return refused(message, ex);
		}
	}

	/**
	 * Queue a message.
	 * @return {@code false} if its sender has to wait for room
	 */
	private boolean send(@Nullable String key, Message message, @Nullable Turn turn, boolean wait) {
		return send(key, message, turn, wait, 0);
	}

	/**
	 * Queue a message.
	 * @param held how many places casts of its sender hold, if that matters
	 * @return {@code false} if its sender has to wait for room
	 */
	private boolean send(@Nullable String key, Message message, @Nullable Turn turn, boolean wait, int held) {
		try {
			return queue(key, message, turn, wait, held);
		}
		catch (VirtualMachineError ex) {
			// The message may be queued, and its cell not know.
			this.runtime.selfCheck().suspect();
			throw ex;
		}
	}

	private boolean queue(@Nullable String key, Message message, @Nullable Turn turn, boolean wait, int held) {
		admit(key, message, turn);
		while (true) {
			ServerCell cell = this.instances.forMessage(key, message);
			if (cell.isNew()) {
				this.runtime.startEarly(cell, turn, message);
			}
			if (message instanceof CallMessage call) {
				call.sentTo(cell);
			}
			if (held > 1 && cell.inbox().isBeyondShare(held, message.origin())) {
				throw SendRefusals.beyondShare(cell, message, held);
			}
			switch (cell.inbox().offer(message)) {
				case QUEUED -> {
					return true;
				}
				case FULL -> {
					if (wait && message instanceof AsyncCall call) {
						if (cell.inbox().enterRoomUnattended(call)) {
							return false;
						}
						throw SendRefusals.full(cell, message, ", and as many calls wait for room in it");
					}
					if (wait) {
						message.waitingAt(cell);
						cell.inbox().enterRoom(message);
						return false;
					}
					if (message.isCast() && displaced(cell)) {
						continue;
					}
					throw SendRefusals.full(cell, message, "");
				}
				case CLOSED -> {
					Throwable constructor = cell.constructorFailure();
					if (constructor != null && message instanceof CallMessage call) {
						// It comes as the instance, which this may have asked for, fails.
						cell.dropped(call, DeadLetter.Reason.STOPPED);
						call.refuse(constructor);
						return true;
					}
					if (key == null || this.instances.isStopped() || willNotGoOn(cell) || constructor != null) {
						throw SendRefusals.stopped(cell, message);
					}
					this.instances.succeed(cell, key);
				}
			}
		}
	}

	/** Let interceptors see it, and refuse it if no messages are taken any more. */
	private void admit(@Nullable String key, Message message, @Nullable Turn turn) {
		Interceptors interceptors = this.runtime.interceptors();
		if (interceptors != null) {
			interceptors.sending(name(), key, message);
		}
		if (!this.runtime.admits(turn)) {
			throw SendRefusals.refused(this.runtime.deadLetters(), name(), key, message, this.runtime.whyNot());
		}
	}

	/** A key that has failed, or pauses while all servers stop, gets no new instance. */
	private boolean willNotGoOn(ServerCell cell) {
		ServerState state = cell.life().state();
		return state == ServerState.FAILED || (state == ServerState.SUSPENDED && this.runtime.isShutDown());
	}

	/** Make room by giving up an older cast, if the policy says so and there is one. */
	private boolean displaced(ServerCell cell) {
		if (!this.overflow.displaces()) {
			return false;
		}
		if (!(cell.mailbox().displaceOldest() instanceof CastMessage oldest)) {
			return false;
		}
		if (oldest.envelope() != null) {
			oldest.reportEnd(SendRefusals.displaced(cell, oldest));
		}
		oldest.discard();
		cell.inbox().freed();
		cell.dropped(oldest, DeadLetter.Reason.DISPLACED);
		return true;
	}

	private void awaitRoom(CastMessage message, @Nullable Turn turn, long deadline) {
		Recipient cell = Objects.requireNonNull(message.target());
		boolean interrupted = false;
		try {
			Turn.await(this.runtime.scheduler(), message, message, turn, deadline);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			interrupted = true;
		}
		GenServerException refusal = message.refusal();
		if (message.refuse(refusal) || refusal != null) {
			message.discard();
			cell.leftRoom(message);
			RuntimeException reason = interrupted ? SendRefusals.interrupted(cell, message)
					: SendRefusals.full(cell, message, " and none became free in time");
			throw (refusal != null) ? refusal : reason;
		}
		if (message.settledSlot() == CastMessage.DISCARDED) {
			throw SendRefusals.abandoned(cell, message);
		}
	}

	@Override
	public Class<?> type() {
		return this.definition.type();
	}

	@Override
	public InstanceFactory factory() {
		return this.definition.factory();
	}

	@Override
	public List<ServerTimer> timers() {
		return this.definition.timers();
	}

	@Override
	public int capacity() {
		return settings().capacity();
	}

	@Override
	public OverflowRules overflow() {
		return this.overflow;
	}

	@Override
	public Supervision supervision() {
		return settings().supervision();
	}

	@Override
	public <S> GenServerRef<S> ref(@Nullable String key) {
		return new LocalRef<>(this, key);
	}

	@Override
	public boolean holds(ServerCell cell) {
		return this.instances.holds(cell);
	}

	@Override
	public void failed(String operation) {
		this.runtime.failed(this, operation);
	}

	@Override
	public void started(ServerCell cell) {
		this.runtime.started(this, cell);
	}

	@Override
	public void ended(ServerCell cell, ServerState last, boolean hadStarted) {
		this.instances.ended(cell, last, hadStarted);
		this.runtime.ended(this, cell, last);
	}

	@Override
	public long handlerTimeoutNanos() {
		Duration own = settings().handlerTimeout();
		return Durations.nanos((own != null) ? own : settings().callTimeout());
	}

	@Override
	public long slowNanos(@Nullable Operation operation, long otherwise) {
		long own = (operation != null) ? operation.slowNanos() : -1;
		return (own >= 0) ? own : (this.slowNanos >= 0) ? this.slowNanos : otherwise;
	}

	@Override
	public boolean hasOvertaking() {
		return this.overtaking;
	}

	@Override
	public boolean hasConcurrent() {
		return this.concurrent;
	}

	/** Let one instance stop, or, without a key, all. */
	CompletableFuture<@Nullable Void> stop(@Nullable String key) {
		CompletableFuture<@Nullable Void> end = EndOfCells.of(this.runtime, this.instances.stopping(key));
		this.runtime.forgetIfOver(this);
		return end;
	}

	/** The end of the instance that is there now. */
	CompletableFuture<@Nullable Void> termination(@Nullable String key) {
		ServerCell cell = (key != null) ? this.instances.find(key) : this.instances.single();
		return EndOfCells.of(this.runtime, (cell != null) ? List.of(cell) : List.of());
	}

	/** It is started by itself and not with all others. */
	void startsAlone() {
		this.startedAlone = true;
	}

	boolean hasStartedAlone() {
		return this.startedAlone;
	}

	/** The time of the shutdown is over for an executor of the application. */
	void lendNoTurns() {
		if (this.executor != null) {
			this.executor.close();
		}
	}

	/** After a shutdown: as before the first start. */
	void reopen() {
		this.instances.reopen();
		if (this.executor != null) {
			this.executor.reopen();
		}
	}

	@Override
	public @Nullable TurnExecutor executor() {
		return this.executor;
	}

	Instances instances() {
		return this.instances;
	}

	@Override
	public GenServerRuntime runtime() {
		return this.runtime;
	}

	private Object origin(@Nullable Turn turn) {
		ServerCell sender = (turn != null) ? turn.cell : null;
		return (sender != null) ? sender : Thread.currentThread();
	}

	private long deadline(@Nullable Turn turn, Operation operation, long now, long timeoutNanos, boolean detached) {
		return deadline((turn == null || detached || operation.isDetached()) ? Long.MAX_VALUE : turn.deadline(),
				operation, now, timeoutNanos);
	}

	private long deadline(long inherited, Operation operation, long now, long timeoutNanos) {
		long own = now + Math.min((timeoutNanos != 0) ? timeoutNanos : timeoutNanos(operation), Durations.LONGEST);
		return (inherited == Long.MAX_VALUE || own - inherited < 0) ? own : inherited;
	}

	/** For what a timeout says. */
	private static void noteInherited(CallMessage call, @Nullable Turn turn, long deadline) {
		CallMessage limiting = (turn != null) ? turn.limiting() : null;
		if (limiting != null && limiting.deadline() == deadline) {
			call.inheritDeadline(limiting);
		}
	}

	@Override
	public String toString() {
		return "server " + name();
	}

	/**
	 * Who calls, and until when.
	 */
	final class Sender {

		private final Object origin;

		private final @Nullable CallMessage limiting;

		/** Runs what sends with what belongs to the caller's thread. */
		private final Consumer<Runnable> context;

		private Sender(Object origin, @Nullable CallMessage limiting, Consumer<Runnable> context) {
			this.origin = origin;
			this.limiting = limiting;
			this.context = context;
		}

		/** Call an instance, on any thread. Never blocks. */
		CompletableFuture<@Nullable Object> call(String key, Operation operation, Object payload) {
			Scheduler scheduler = runtime().scheduler();
			long now = scheduler.nanoTime();
			CallMessage limit = this.limiting;
			long deadline = deadline((limit != null) ? limit.deadline() : Long.MAX_VALUE, operation, now, 0);
			AsyncCall call = new AsyncCall(operation, payload, this.origin, scheduler, runtime().replyWait(), now,
					deadline);
			if (limit != null && limit.deadline() == deadline) {
				call.inheritDeadline(limit);
			}
			this.context.accept(() -> submit(key, call, null, false));
			return call.future();
		}

	}

}
