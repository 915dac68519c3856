package io.genserver.rpc.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import io.genserver.log.SafeLogger;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.remote.RpcPeer;
import io.genserver.remote.RpcPeerEvent;
import io.genserver.remote.RpcPeers;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.time.Durations;
import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * The connections of the endpoint. A connection takes a place before it is upgraded and
 * holds it until its socket is closed, so that there are never more than configured. Safe
 * for use by many threads.
 */
public final class RpcConnections implements RpcPeers {

	private static final SafeLogger logger = SafeLogger.of(RpcConnections.class);

	/** Counts for all addresses that are none. */
	private static final String UNREADABLE = "no address";

	/**
	 * What some proxies write behind an address. Spring leaves it there, and writes
	 * brackets around both as if that were IPv6.
	 */
	private static final Pattern PORT = Pattern.compile("^(\\[[^\\]]*]):\\d{1,5}$|^\\[?([0-9.]+):\\d{1,5}]?$");

	private static final CloseReason SHUTDOWN = new CloseReason(CloseCode.GOING_AWAY, "the server shuts down");

	private final int limit;

	private final Quota principals;

	private final Quota addresses;

	private final AtomicInteger taken = new AtomicInteger();

	private final AtomicLong ids = new AtomicLong();

	private final Consumer<RpcPeerEvent> listener;

	private final Executor workers;

	private final SharedBuffer buffer;

	private final @Nullable RemoteContracts contracts;

	private final Map<String, ConnectedPeer> open = new ConcurrentHashMap<>();

	/**
	 * Connections are refused because all places are taken, and that was logged. Goes on
	 * until a tenth of the places is free, or every place that is given back and taken
	 * again would be logged.
	 */
	private final AtomicBoolean full = new AtomicBoolean();

	/** Completes when no connection is left; another one once it is opened again. */
	private volatile CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();

	private volatile boolean refusing;

	/**
	 * Create an endpoint's connections, of which there are none.
	 * @param limit how many there may be
	 * @param perPrincipal how many one principal may have, 0 for any number
	 * @param perAddress how many there may be from one address, 0 for any number
	 */
	public RpcConnections(int limit, int perPrincipal, int perAddress) {
		this(limit, perPrincipal, perAddress, new SharedBuffer(0));
	}

	RpcConnections(int limit, int perPrincipal, int perAddress, SharedBuffer buffer) {
		this(limit, perPrincipal, perAddress, buffer, (event) -> {
		}, Runnable::run, null);
	}

	/**
	 * Create an endpoint's connections, of which there are none.
	 * @param limit how many there may be
	 * @param perPrincipal how many one principal may have, 0 for any number
	 * @param perAddress how many there may be from one address, 0 for any number
	 * @param totalBuffer bytes all of them together may hold, 0 for any number
	 * @param listener is called with what happens to them
	 * @param workers where it is called
	 * @param contracts makes proxies of what peers serve, {@code null} if they are not
	 * called
	 */
	public RpcConnections(int limit, int perPrincipal, int perAddress, long totalBuffer,
			Consumer<RpcPeerEvent> listener, Executor workers, @Nullable RemoteContracts contracts) {
		this(limit, perPrincipal, perAddress, new SharedBuffer(totalBuffer), listener, workers, contracts);
	}

	private RpcConnections(int limit, int perPrincipal, int perAddress, SharedBuffer buffer,
			Consumer<RpcPeerEvent> listener, Executor workers, @Nullable RemoteContracts contracts) {
		this.buffer = buffer;
		this.contracts = contracts;
		this.listener = listener;
		this.workers = workers;
		this.limit = limit;
		this.principals = new Quota(perPrincipal);
		this.addresses = new Quota(perAddress);
	}

	/**
	 * Return the connections that are open.
	 * @return a snapshot, oldest first
	 */
	public List<RpcConnection> list() {
		return this.open.values()
			.stream()
			.map(RpcConnection::of)
			.sorted(Comparator.comparing(RpcConnection::since))
			.toList();
	}

	@Override
	public List<RpcPeer> all() {
		return this.open.values()
			.stream()
			.<RpcPeer>map((each) -> each)
			.sorted(Comparator.comparing(RpcPeer::since))
			.toList();
	}

	@Override
	public @Nullable RpcPeer find(String id) {
		return this.open.get(id);
	}

	/**
	 * Return how many connections are open.
	 * @return a number
	 */
	public int size() {
		return this.open.size();
	}

	/**
	 * Close those that hold the most if all together hold too much. To be called about
	 * ten times a second; never blocks.
	 */
	public void shed() {
		this.buffer.enforce(this.open.values());
	}

	/**
	 * Whether new connections are refused because the endpoint shuts down.
	 * @return whether it shuts down
	 */
	public boolean isShuttingDown() {
		return this.refusing;
	}

	/**
	 * Accept no more connections, refuse new calls on those there are, let calls in
	 * flight finish, and close each connection when its last one has, or at the end of
	 * the drain time. Sockets of peers that do not take notice are closed after a grace
	 * period. Idempotent.
	 * @param drain time for calls in flight
	 * @param grace time for peers to take leave after that
	 * @return completes when no connection is left
	 */
	public CompletableFuture<@Nullable Void> shutdown(Duration drain, Duration grace) {
		CompletableFuture<@Nullable Void> done = this.closed;
		this.refusing = true;
		this.open.values().forEach((each) -> each.drainThenClose(SHUTDOWN, drain));
		completeIfDone();
		// Handshakes that do not end hold a place, and nothing up.
		long drainNanos = Durations.nanos(drain);
		long graceNanos = Durations.nanos(grace);
		after(drainNanos + 2 * graceNanos, done, () -> done.complete(null));
		after(drainNanos, done, () -> this.open.values().forEach((each) -> each.transport().leave(SHUTDOWN)));
		after(drainNanos + graceNanos, done, () -> this.open.values().forEach((each) -> each.transport().abort()));
		return done.copy();
	}

	/**
	 * Accept connections again after a {@link #shutdown}.
	 */
	public void reopen() {
		if (this.refusing) {
			this.closed = new CompletableFuture<>();
			this.refusing = false;
		}
	}

	/**
	 * On the timer's thread: the tasks only hand over, and no pool must be free for them.
	 */
	private static void after(long nanos, Future<?> done, Runnable task) {
		CompletableFuture.delayedExecutor(Math.min(nanos, Durations.LONGEST), TimeUnit.NANOSECONDS, Runnable::run)
			.execute(() -> {
				if (!done.isDone()) {
					task.run();
				}
			});
	}

	/**
	 * Take a place for a connection that is about to be made. All clients whose address
	 * is no address, as one of a forwarded header may be, count as one. One that is not
	 * resolved, as those that Spring takes from forwarded headers are not, is an address
	 * if its text is one; names are never looked up.
	 * @param client the client's address, {@code null} if it is not known
	 * @return a place, or why there is none for it
	 */
	Admission takeFor(@Nullable InetSocketAddress client) {
		if (client == null) {
			return takeFrom(null);
		}
		InetAddress address = client.getAddress();
		return takeFrom((address != null) ? address.getHostAddress() : literal(client.getHostString()));
	}

	/**
	 * Take a place for a connection that is about to be made.
	 * @param address the client's address, {@code null} if it is not known
	 * @return a place, or why there is none for it
	 */
	Admission take(@Nullable InetAddress address) {
		return takeFrom((address != null) ? address.getHostAddress() : null);
	}

	/** The address that a text is, with a port or without, written as all others are. */
	private static String literal(String text) {
		byte[] bytes = NetUtil.createByteArrayFromIpAddressString(PORT.matcher(text).replaceFirst("$1$2"));
		try {
			return (bytes != null) ? InetAddress.getByAddress(bytes).getHostAddress() : UNREADABLE;
		}
		catch (UnknownHostException ex) {
			return UNREADABLE;
		}
	}

	private Admission takeFrom(@Nullable String from) {
		if (!this.addresses.take(from)) {
			return new Refused("there are too many connections from this address");
		}
		int before = this.taken.getAndUpdate((count) -> (count < this.limit) ? count + 1 : count);
		if (before < this.limit) {
			Place place = new Place("c" + this.ids.incrementAndGet(), from);
			if (!this.refusing) {
				return place;
			}
			place.release();
			return new Refused("the server shuts down");
		}
		this.addresses.release(from);
		if (this.full.compareAndSet(false, true)) {
			logger.warn("Refusing connections to the RPC endpoint: there are {}, as many as"
					+ " genserver.rpc.max-connections allows", this.limit);
		}
		return new Refused("there are too many connections");
	}

	/** Places are taken before anything is refused or complete, so none is overlooked. */
	private void completeIfDone() {
		if (this.refusing && this.taken.get() == 0) {
			this.closed.complete(null);
		}
	}

	/** Whether there is a place for a connection. */
	sealed interface Admission {

	}

	/**
	 * There is no place.
	 *
	 * @param reason why, for the client
	 */
	record Refused(String reason) implements Admission {
	}

	/** A place for one connection. */
	final class Place implements Admission {

		private final String id;

		private final @Nullable String address;

		private final AtomicBoolean released = new AtomicBoolean();

		/** Who counts for it. */
		private volatile @Nullable String principal;

		private volatile boolean connected;

		private Place(String id, @Nullable String address) {
			this.id = id;
			this.address = address;
		}

		/** What identifies the connection. */
		String id() {
			return this.id;
		}

		/**
		 * Whose connection it will be.
		 * @return whether there is a place for one more of that principal
		 */
		boolean claim(@Nullable Principal owner) {
			String name = (owner != null) ? owner.getName() : null;
			if (!RpcConnections.this.principals.take(name)) {
				return false;
			}
			this.principal = name;
			return true;
		}

		/**
		 * Who the connection counts for: the principal, or else the address, of which all
		 * that are none are one.
		 */
		@Nullable String owner() {
			String name = this.principal;
			return (name != null) ? "principal " + name : (this.address != null) ? "address " + this.address : null;
		}

		/** The connection is made and will release its place when it ends. */
		void connected(WebSocketTransport connection) {
			this.connected = true;
			ConnectedPeer peer = new ConnectedPeer(connection, RpcConnections.this.listener,
					RpcConnections.this.workers, RpcConnections.this.contracts);
			RpcConnections.this.open.put(this.id, peer);
			peer.opened();
			if (RpcConnections.this.refusing) {
				peer.drainThenClose(SHUTDOWN, Duration.ZERO);
			}
		}

		/** Releases the place unless the connection was made. */
		void releaseUnlessConnected() {
			if (!this.connected) {
				release();
			}
		}

		void release() {
			if (this.released.compareAndSet(false, true)) {
				RpcConnections.this.open.remove(this.id);
				RpcConnections.this.principals.release(this.principal);
				RpcConnections.this.addresses.release(this.address);
				int left = RpcConnections.this.taken.decrementAndGet();
				if (left <= RpcConnections.this.limit - Math.max(1, RpcConnections.this.limit / 10)) {
					RpcConnections.this.full.set(false);
				}
				completeIfDone();
			}
		}

	}

}
