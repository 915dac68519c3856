package io.genserver.rpc.client;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.ObjLongConsumer;

import io.genserver.GenServerUnavailableException;
import io.genserver.log.SafeLogger;
import io.genserver.log.Throwables;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.GoAway;
import io.genserver.rpc.outbound.OutboundCalls;
import io.genserver.rpc.outbound.UnsentCast;
import io.genserver.rpc.socket.WebSocketTransport;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a client, whichever it is at the time: makes one, and when it is lost
 * another.
 * <p>
 * State and {@link #waiting} are guarded by this object's monitor; what waits for a
 * connection is handed to it in the order it came, before {@link #connection()} shows it
 * to anybody else. Listeners are called on workers, one after the other.
 */
final class ReconnectingConnection {

	private static final SafeLogger logger = SafeLogger.of(ReconnectingConnection.class);

	private final Connector connector;

	private final URI uri;

	/** When to connect again, {@code null} for never; guarded by the monitor. */
	private final @Nullable Attempts attempts;

	private final @Nullable Backoff backoff;

	/** Guarded by the monitor. */
	private final ConnectionNews news;

	private final LongSupplier clock;

	/** Runs tasks after a number of nanoseconds. */
	private final ObjLongConsumer<Runnable> timer;

	/** Requests that may wait for a connection. */
	private final int mostWaiting;

	private final Executor workers;

	private final List<BiConsumer<ClientState, String>> listeners = new CopyOnWriteArrayList<>();

	private final Queue<Waiting> waiting = new ArrayDeque<>();

	/** Connections the other end leaves, guarded by the monitor. */
	private final Set<WebSocketTransport> draining = new HashSet<>();

	private final UnsentCasts unsent;

	private final CompletableFuture<String> closed = new CompletableFuture<>();

	/** The last notification; completes when it was delivered. */
	private CompletableFuture<@Nullable Void> notified = CompletableFuture.completedFuture(null);

	private ClientState state = ClientState.CONNECTING;

	/** When there was a connection last, or none, guarded by the monitor. */
	private Instant since = Instant.now();

	/** When the next attempt begins, guarded by the monitor. */
	private @Nullable Instant nextAttempt;

	/** The same by the clock, while the state is {@code WAITING}. */
	private long nextNanos;

	/**
	 * Number of the present pause, or of what is left of it after it was cut short. Each
	 * attempt raises it, too. Guarded by the monitor.
	 */
	private int pause;

	private volatile @Nullable WebSocketTransport transport;

	/** Why there is no connection. */
	private volatile String why = "it was never connected";

	/**
	 * Whether the other end has ended a connection for want of credentials, and none has
	 * been a good one since; guarded by the monitor.
	 */
	private boolean refused;

	/**
	 * How often it was stopped, guarded by the monitor: an attempt to connect that began
	 * before is no longer wanted.
	 */
	private int stops;

	/**
	 * Create.
	 * @param connector makes connections
	 * @param uri where to
	 * @param backoff when to connect again, {@code null} for never
	 * @param mostWaiting requests that may wait for a connection
	 * @param workers runs what may be code of the application
	 */
	ReconnectingConnection(Connector connector, URI uri, @Nullable Backoff backoff, int mostWaiting, Executor workers) {
		this(connector, uri, backoff, mostWaiting, workers, System::nanoTime,
				(task, nanos) -> CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS, workers).execute(task));
	}

	ReconnectingConnection(Connector connector, URI uri, @Nullable Backoff backoff, int mostWaiting, Executor workers,
			LongSupplier clock, ObjLongConsumer<Runnable> timer) {
		this.connector = connector;
		this.uri = uri;
		this.backoff = backoff;
		this.attempts = (backoff != null) ? new Attempts(backoff, clock) : null;
		this.news = new ConnectionNews(ConnectFailures.shown(uri), clock);
		this.mostWaiting = mostWaiting;
		this.unsent = new UnsentCasts(ConnectFailures.shown(uri), mostWaiting, workers);
		this.workers = workers;
		this.clock = clock;
		this.timer = timer;
	}

	/**
	 * Make the first connection, and no second attempt.
	 * @return completes once there is a connection, or there cannot be one
	 */
	CompletableFuture<@Nullable Void> connect() {
		begun();
		int before = stops();
		return this.connector.open(this.uri, false).whenComplete((opened, failure) -> {
			if (failure != null) {
				close("it could not be connected");
			}
		}).thenApplyAsync((opened) -> {
			opened(opened, before);
			return null;
		}, this.workers);
	}

	/** Connect, again and again until there is a connection. Returns at once. */
	void connectInBackground() {
		dial();
	}

	private void dial() {
		int now;
		synchronized (this) {
			now = ++this.pause;
		}
		dial(now);
	}

	/**
	 * Begin an attempt.
	 * @param number of the pause that it ends; if that was cut short, it is not for this
	 * attempt to begin
	 */
	private void dial(int number) {
		boolean fresh;
		int before;
		synchronized (this) {
			if (isEnded() || this.transport != null || this.pause != number) {
				return;
			}
			this.pause++;
			begun();
			become(ClientState.CONNECTING, "attempt " + ((this.attempts != null) ? this.attempts.number() : 1), null);
			fresh = this.refused;
			before = this.stops;
		}
		this.connector.open(this.uri, fresh).whenCompleteAsync((opened, failure) -> {
			if (failure == null) {
				opened(opened, before);
			}
			else {
				pause(String.valueOf(Throwables.unwrap(failure).getMessage()), 0, true, before);
			}
		}, this.workers);
	}

	private synchronized void begun() {
		if (this.attempts != null) {
			this.attempts.begun();
		}
	}

	private synchronized int stops() {
		return this.stops;
	}

	/** Whether no connection is wanted, for now or for good; under the monitor. */
	private boolean isEnded() {
		return this.state == ClientState.CLOSED || this.state == ClientState.STOPPED;
	}

	private void opened(WebSocketTransport opened, int before) {
		synchronized (this) {
			if (isEnded() || this.transport != null || this.stops != before) {
				opened.abort();
				return;
			}
			if (this.attempts != null) {
				this.attempts.opened();
			}
			opened.peer().lost().whenCompleteAsync((reason, failure) -> lost(opened, reason), this.workers);
			OutboundCalls calls = opened.peer().calls();
			calls.whenUnsent((cast) -> unsent(calls, cast));
			calls.whenInDoubt(this::inDoubt);
			opened.peer().leaving().thenAcceptAsync((goAway) -> leaving(opened, goAway), this.workers);
			List<Waiting> came = new ArrayList<>(this.waiting);
			this.waiting.clear();
			this.unsent.sendOver(calls);
			came.forEach((each) -> each.connected(calls));
			this.transport = opened;
			become(ClientState.OPEN, opened.mode().subprotocol(), null);
		}
	}

	/**
	 * The other end serves no new calls on a connection. Another is made at once, while
	 * what runs there may finish; unless this one was short, for then the next would be,
	 * too.
	 */
	private void leaving(WebSocketTransport leaving, GoAway goAway) {
		String reason = "the other end leaves: " + goAway.reason();
		boolean good;
		int before;
		synchronized (this) {
			before = this.stops;
			if (this.transport != leaving || this.attempts == null) {
				return;
			}
			this.transport = null;
			this.draining.add(leaving);
			this.why = reason;
			good = ended();
			become(ClientState.DRAINING, goAway.reason(), null);
		}
		boolean busy = goAway.code() == GoAway.CALM_DOWN || goAway.code() == GoAway.OVERLOAD;
		if (good && !busy) {
			dial();
		}
		else {
			pause(reason, busy ? Backoff.attempts(CloseCode.RATE) : 0, !busy, before);
		}
	}

	/**
	 * The connection is over. One that was good makes all that was wrong before it count
	 * no more.
	 */
	private boolean ended() {
		boolean good = this.attempts != null && this.attempts.ended();
		if (good) {
			this.refused = false;
		}
		return good;
	}

	private void lost(WebSocketTransport lost, String reason) {
		int before;
		synchronized (this) {
			before = this.stops;
			this.draining.remove(lost);
			if (this.transport != lost) {
				return;
			}
			this.transport = null;
			ended();
		}
		int code = lost.closeCode();
		if (this.attempts != null && code == CloseCode.UNAUTHENTICATED && mayRenew()) {
			dial();
		}
		else if (this.attempts == null || !Backoff.worthAnother(code)) {
			close(reason);
		}
		else {
			pause(reason, Backoff.attempts(code), Backoff.mayHurry(code), before);
		}
	}

	/** Whether a fresh token may help: the first time only, until one has. */
	private synchronized boolean mayRenew() {
		boolean first = this.connector.renewsTokens() && !this.refused;
		this.refused = true;
		return first;
	}

	private void pause(String reason, int penalty, boolean mayHurry, int before) {
		Attempts known = this.attempts;
		if (known == null) {
			close(reason);
			return;
		}
		synchronized (this) {
			if (isEnded() || this.stops != before) {
				return;
			}
			this.why = reason;
			long nanos = known.pauseNanos(penalty, mayHurry, this.waiting.stream().anyMatch(Waiting::isUrgent));
			become(ClientState.WAITING, reason, nanos);
			dialAfter(nanos);
		}
	}

	private void dialAfter(long nanos) {
		int number = ++this.pause;
		this.nextNanos = this.clock.getAsLong() + nanos;
		this.nextAttempt = Instant.now().plusNanos(nanos);
		this.timer.accept(() -> dial(number), nanos);
	}

	/** Cuts the pause short, for a request waits. */
	private void hurry() {
		if (this.attempts != null && this.state == ClientState.WAITING) {
			long left = this.nextNanos - this.clock.getAsLong();
			long nanos = this.attempts.hurriedNanos(left);
			if (nanos < left) {
				dialAfter(nanos);
			}
		}
	}

	/**
	 * Make no connection until {@link #resume}. What waits for one fails. The connections
	 * there are, are left alone.
	 * @param reason why
	 * @return those connections
	 */
	List<WebSocketTransport> suspend(String reason) {
		List<Waiting> left;
		List<WebSocketTransport> open;
		synchronized (this) {
			if (isEnded()) {
				return List.of();
			}
			this.stops++;
			this.why = reason;
			become(ClientState.STOPPED, reason, null);
			open = transports();
			this.transport = null;
			if (this.attempts != null) {
				this.attempts.reset();
			}
			this.refused = false;
			left = new ArrayList<>(this.waiting);
			this.waiting.clear();
		}
		left.forEach((each) -> each.failed(unavailable(each.toString())));
		return open;
	}

	/** Connect again, if it was suspended. Returns at once. */
	void resume() {
		synchronized (this) {
			if (this.state != ClientState.STOPPED) {
				return;
			}
			this.state = ClientState.WAITING;
		}
		dial();
	}

	/**
	 * Make no connection any more. What waits for one fails. The connection there is, is
	 * left alone.
	 * @param reason why
	 */
	void close(String reason) {
		List<Waiting> left;
		synchronized (this) {
			if (this.state == ClientState.CLOSED) {
				return;
			}
			this.why = reason;
			become(ClientState.CLOSED, reason, null);
			left = new ArrayList<>(this.waiting);
			this.waiting.clear();
			this.unsent.giveUp(reason);
		}
		left.forEach((each) -> each.failed(unavailable(each.toString())));
		this.workers.execute(() -> this.closed.complete(reason));
	}

	private synchronized void become(ClientState next, String detail, @Nullable Long pause) {
		if (this.state == ClientState.CLOSED) {
			return;
		}
		String line = this.news.of(this.state, next, detail, pause);
		if ((next == ClientState.OPEN) != (this.state == ClientState.OPEN) || next == ClientState.CLOSED) {
			this.since = Instant.now();
		}
		this.state = next;
		this.nextAttempt = null;
		// A listener that is added from now on learns of later changes only.
		List<BiConsumer<ClientState, String>> now = List.copyOf(this.listeners);
		this.notified = this.notified.thenApplyAsync((before) -> {
			if (line != null) {
				logger.info("{}", line);
			}
			now.forEach((each) -> notifyListener(each, next, detail));
			return null;
		}, this.workers);
	}

	/** Where it is in its life, for those who watch. */
	ClientStatus status() {
		synchronized (this) {
			boolean open = this.state == ClientState.OPEN;
			return new ClientStatus(ConnectFailures.shown(this.uri), this.state, this.since, open ? null : this.why,
					this.nextAttempt);
		}
	}

	private static void notifyListener(BiConsumer<ClientState, String> listener, ClientState state, String detail) {
		try {
			listener.accept(state, detail);
		}
		catch (Throwable ex) {
			logger.warn("A listener of a client's state failed", ex);
		}
	}

	/** Where calls go at present, or {@code null} if there is no connection. */
	@Nullable OutboundCalls connection() {
		WebSocketTransport open = this.transport;
		return (open != null) ? open.peer().calls() : null;
	}

	/** The connection there is, and those that wait for their last answers. */
	synchronized List<WebSocketTransport> transports() {
		List<WebSocketTransport> all = new ArrayList<>(this.draining);
		WebSocketTransport open = this.transport;
		if (open != null) {
			all.add(open);
		}
		return all;
	}

	/**
	 * A connection has ended, and casts may be lost; not those before an end that this
	 * client asked for, for an endpoint reads on to that. On any thread.
	 */
	private synchronized void inDoubt(long casts) {
		if (!isEnded()) {
			this.unsent.inDoubt(casts);
		}
	}

	/**
	 * A connection certainly did not deliver a cast: the next one does. On any thread.
	 */
	private synchronized void unsent(OutboundCalls failed, @Nullable UnsentCast cast) {
		if (this.state == ClientState.CLOSED) {
			this.unsent.giveUpNext(this.why);
			return;
		}
		this.unsent.add(cast);
		OutboundCalls now = connection();
		if (now != null && now != failed) {
			this.unsent.sendOver(now);
		}
	}

	/**
	 * Use the connection as soon as there is one: at once, on the calling thread, or
	 * later.
	 * @param request what wants it
	 * @param failed the connection that just failed it, {@code null} if none has: it
	 * waits for another
	 */
	void whenConnected(Waiting request, @Nullable OutboundCalls failed) {
		OutboundCalls now;
		synchronized (this) {
			now = connection();
			if (now == failed) {
				now = null;
			}
			if (now == null && !isEnded() && this.waiting.size() < this.mostWaiting) {
				this.waiting.add(request);
				if (failed == null || request.isUrgent()) {
					hurry();
				}
				return;
			}
		}
		if (now != null) {
			request.connected(now);
		}
		else {
			request.failed(unavailable(request.toString()));
		}
	}

	/**
	 * Use the connection after a pause, or the next if there is none then.
	 * @param request what wants it
	 * @param attempts how often it has failed since it succeeded
	 * @param atLeast nanoseconds that it must wait
	 * @return {@code false} if this client tries nothing again
	 */
	boolean whenConnectedAfterPause(Waiting request, int attempts, long atLeast) {
		if (this.backoff == null) {
			return false;
		}
		this.timer.accept(() -> whenConnected(request, null), Math.max(atLeast, this.backoff.pauseNanos(attempts)));
		return true;
	}

	/** It waits no longer. */
	synchronized void forget(Waiting request) {
		this.waiting.remove(request);
	}

	GenServerUnavailableException unavailable(String what) {
		ClientState present = state();
		String reason = (present == ClientState.CLOSED || present == ClientState.STOPPED) ? this.why
				: "there is no connection to " + ConnectFailures.shown(this.uri) + " (" + this.why + ")";
		return new GenServerUnavailableException(what + " was not sent: " + reason, true);
	}

	synchronized ClientState state() {
		return this.state;
	}

	/** Completes with the reason once it is closed. */
	CompletableFuture<String> closed() {
		return this.closed.copy();
	}

	URI uri() {
		return this.uri;
	}

	/** Under the monitor: a connection that is in use has become open before. */
	synchronized void onState(BiConsumer<ClientState, String> listener) {
		this.listeners.add(listener);
	}

	/** Waits for a connection. */
	interface Waiting {

		/**
		 * Whether it keeps the pauses between attempts short for as long as it waits, and
		 * not only when it comes.
		 */
		default boolean isUrgent() {
			return true;
		}

		/** There is one. Must not block. */
		void connected(OutboundCalls calls);

		/** There will be none. */
		void failed(GenServerUnavailableException failure);

	}

}
