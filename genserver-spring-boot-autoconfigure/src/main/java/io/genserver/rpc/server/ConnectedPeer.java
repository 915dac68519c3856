package io.genserver.rpc.server;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import io.genserver.Caller;
import io.genserver.log.SafeLogger;
import io.genserver.protocol.CloseReason;
import io.genserver.remote.RpcPeer;
import io.genserver.remote.RpcPeerEvent;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.rpc.socket.WebSocketTransport;
import org.jspecify.annotations.Nullable;

/**
 * A connection as the application sees it. Publishes its events: each on a worker, after
 * the one before.
 */
final class ConnectedPeer implements RpcPeer, SharedBuffer.Holder {

	private static final SafeLogger logger = SafeLogger.of(ConnectedPeer.class);

	private final WebSocketTransport transport;

	private final Consumer<RpcPeerEvent> listener;

	private final Executor workers;

	private final @Nullable RemoteContracts contracts;

	private final ConcurrentMap<String, Object> attributes = new ConcurrentHashMap<>();

	private State state = State.CONNECTING;

	/** Completes when the events so far were published. */
	private CompletableFuture<@Nullable Void> published = CompletableFuture.completedFuture(null);

	ConnectedPeer(WebSocketTransport transport, Consumer<RpcPeerEvent> listener, Executor workers,
			@Nullable RemoteContracts contracts) {
		this.transport = transport;
		this.listener = listener;
		this.workers = workers;
		this.contracts = contracts;
	}

	/** Tell of the connection, now and at its end. */
	void opened() {
		publish(State.CONNECTING, 0, "");
		this.transport.peer().ready().thenAccept((spoken) -> become(State.CONNECTED, 0, ""));
		this.transport.peer().lost().thenAccept((reason) -> become(State.CLOSED, this.transport.closeCode(), reason));
	}

	/**
	 * Refuse new calls, and close when those in flight are answered. The peer comes
	 * first, but its end is not published before this is.
	 */
	synchronized void drainThenClose(CloseReason reason, Duration time) {
		this.transport.drainThenClose(reason, time);
		become(State.DRAINING, 0, "");
	}

	private synchronized void become(State next, int code, String reason) {
		if (this.state.compareTo(next) < 0) {
			this.state = next;
			publish(next, code, reason);
		}
	}

	private synchronized void publish(State now, int code, String reason) {
		this.published = this.published.thenApplyAsync((before) -> {
			try {
				this.listener.accept(new RpcPeerEvent(this, now, code, reason));
			}
			catch (RuntimeException ex) {
				this.transport.failures()
					.warn(logger, "$rpc", "listener", ex, "A listener of connection {} failed", id());
			}
			return null;
		}, this.workers);
	}

	WebSocketTransport transport() {
		return this.transport;
	}

	@Override
	public long heldBytes() {
		return this.transport.bytesHeld();
	}

	@Override
	public void letGo(CloseReason reason) {
		this.transport.close(reason);
	}

	@Override
	public String id() {
		return caller().connection();
	}

	@Override
	public Caller.Remote caller() {
		return this.transport.remote();
	}

	@Override
	public String protocol() {
		return this.transport.mode().subprotocol();
	}

	@Override
	public Instant since() {
		return this.transport.since();
	}

	@Override
	public synchronized State state() {
		return this.state;
	}

	@Override
	public <C> C server(String name, Class<C> contract) {
		RemoteContracts known = this.contracts;
		if (known == null) {
			throw new IllegalStateException("There is nothing to encode arguments with");
		}
		return known.server(this.transport.peer().calls(), caller().toString(), name, contract);
	}

	@Override
	public ConcurrentMap<String, Object> attributes() {
		return this.attributes;
	}

	@Override
	public void close(int code, String reason) {
		boolean allowed = code == 1000 || code == 1001 || code == 1008 || (code >= 1011 && code <= 1013)
				|| (code >= 4000 && code <= 4999);
		if (!allowed) {
			throw new IllegalArgumentException("A connection can be closed with 1000, 1001, 1008, 1011 to 1013, or"
					+ " 4000 to 4999, not with " + code);
		}
		this.transport.close(new CloseReason(code, reason));
	}

	@Override
	public String toString() {
		return caller() + " on connection " + id();
	}

}
