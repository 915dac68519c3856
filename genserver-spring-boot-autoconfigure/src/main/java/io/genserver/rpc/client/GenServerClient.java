package io.genserver.rpc.client;

import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.genserver.BlockingCallException;
import io.genserver.Keyed;
import io.genserver.protocol.CloseCode;
import io.genserver.protocol.CloseReason;
import io.genserver.rpc.codec.RpcCodec;
import io.genserver.rpc.outbound.DynamicOperations;
import io.genserver.rpc.outbound.EventLoops;
import io.genserver.rpc.outbound.InterceptedChannel;
import io.genserver.rpc.outbound.RemoteContracts;
import io.genserver.rpc.outbound.RemoteOperation;
import io.genserver.rpc.outbound.RequestBody;
import io.genserver.rpc.outbound.RpcInterceptors;
import io.genserver.rpc.socket.WebSocketTransport;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import reactor.core.publisher.Flux;

/**
 * A connection to the servers of another application, over one WebSocket.
 *
 * <pre>{@code
 * try (GenServerClient client = GenServerClient.connect("ws://localhost:8080/ws")) {
 *     KeyValue kv = client.server("kv", KeyValue.class);
 *     kv.set("color", "green");
 *     String color = kv.get("color");
 * }
 * }</pre>
 *
 * A server is used through its contract, the same interface that callers within the other
 * application use, or by the names of its operations. Only what is exposed over there can
 * be called. Every call has a deadline. What the other end answers instead of a reply is
 * thrown as {@link io.genserver.remote.RpcException}. A connection that was lost is made
 * again, after a pause that grows from attempt to attempt; meanwhile calls wait within
 * their deadlines, and cut the pause short, to one attempt a second. Calls that never
 * left, and those of operations declared idempotent, are sent again then; others that
 * were pending fail with {@link io.genserver.GenServerUnavailableException}, since they
 * may have been executed. Casts that certainly did not arrive are sent over the next
 * connection, ahead of what waits for it; those whose time is over are counted and
 * logged.
 * <p>
 * Calls that wait must not be made on event loops and other threads that must not block;
 * there they fail at once. Futures complete and streams deliver on virtual threads.
 * Requests of one thread leave in the order it makes them. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public final class GenServerClient implements AutoCloseable {

	private static final CloseReason STOPPED = new CloseReason(CloseCode.GOING_AWAY,
			"the application context was stopped");

	private static final CloseReason CLOSED = new CloseReason(CloseCode.NORMAL, "the client was closed");

	/** Time for what was sent last to leave, when the client is closed. */
	private static final Duration LAST_WORDS = Duration.ofSeconds(2);

	/** Time for the other end to take leave, after that. */
	private static final Duration LEAVE = Duration.ofSeconds(6);

	private final ReconnectingConnection link;

	private final ReconnectingChannel routed;

	private final InterceptedChannel calls;

	private final DynamicOperations operations;

	private final RemoteContracts contracts;

	private final ServedHandlers served;

	GenServerClient(ReconnectingConnection link, RpcCodec codec, Executor workers, Duration callTimeout,
			ServedHandlers served, RpcInterceptors interceptors) {
		this.link = link;
		this.routed = new ReconnectingChannel(link, workers);
		this.calls = new InterceptedChannel(this.routed, interceptors, ConnectFailures.shown(link.uri()));
		this.contracts = new RemoteContracts(codec, callTimeout, RpcInterceptors.NONE, ClientReplies.ALL);
		this.operations = new DynamicOperations(codec, Durations.nanos(callTimeout));
		this.served = served;
	}

	ReconnectingConnection link() {
		return this.link;
	}

	/**
	 * Connect with default settings.
	 * @param uri address of the endpoint, such as {@code ws://localhost:8080/ws}
	 * @return the client, connected
	 * @throws IllegalArgumentException if there cannot be an endpoint at such an address
	 * @throws io.genserver.GenServerUnavailableException if it cannot be connected to,
	 * saying why
	 * @throws BlockingCallException on a thread that must not block
	 */
	public static GenServerClient connect(String uri) {
		return connect(URI.create(uri));
	}

	/**
	 * Connect with default settings.
	 * @param uri address of the endpoint, such as {@code ws://localhost:8080/ws}
	 * @return the client, connected
	 * @throws IllegalArgumentException if there cannot be an endpoint at such an address
	 * @throws io.genserver.GenServerUnavailableException if it cannot be connected to,
	 * saying why
	 * @throws BlockingCallException on a thread that must not block
	 */
	public static GenServerClient connect(URI uri) {
		return builder().connect(uri);
	}

	/**
	 * Return a builder, to connect with other settings.
	 * @return a builder with default settings
	 * @throws io.genserver.MissingLibraryException if a library that clients need is not
	 * on the class path, naming it
	 */
	public static GenServerClientBuilder builder() {
		ClientLibraries.check();
		return new GenServerClientBuilder();
	}

	/**
	 * Return a server, by its contract. Nothing is sent before an operation is called.
	 * @param <C> the contract
	 * @param name the server's name
	 * @param contract the contract, an interface; its reply types may be plain,
	 * {@link CompletableFuture}, {@link reactor.core.publisher.Mono} and {@link Flux}
	 * @return a proxy that may be kept and shared
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	public <C> C server(String name, Class<C> contract) {
		return this.contracts.server(this.calls, name, contract);
	}

	/**
	 * Return one instance of a keyed server, by its contract.
	 * @param <C> the contract
	 * @param name the server's name
	 * @param key the key, not empty
	 * @param contract the contract, an interface
	 * @return a proxy that may be kept and shared
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	public <C> C server(String name, String key, Class<C> contract) {
		return keyed(name, contract).get(key);
	}

	/**
	 * Return the instances of a keyed server, by their contract. There are no refs to
	 * them, for code cannot travel.
	 * @param <C> the contract
	 * @param name the server's name
	 * @param contract the contract, an interface
	 * @return the instances
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	public <C> Keyed<C> keyed(String name, Class<C> contract) {
		return this.contracts.keyed(this.calls, name, contract);
	}

	/**
	 * Answer calls of the other end, under the name of the contract: {@code
	 * Notifications} is called as {@code notifications}.
	 * @param <C> the contract
	 * @param contract the contract, an interface
	 * @param handler does what is asked for
	 * @throws IllegalArgumentException if the interface is no contract, or something is
	 * served under that name already
	 * @see #serve(String, Class, Object)
	 */
	public <C> void serve(Class<C> contract, C handler) {
		String name = contract.getSimpleName();
		serve(Character.toLowerCase(name.charAt(0)) + name.substring(1), contract, handler);
	}

	/**
	 * Answer calls of the other end, over this connection and those that follow it. The
	 * handler is a server: one message at a time, on a thread of the engine, and where
	 * the contract says otherwise as it says.
	 * @param <C> the contract
	 * @param name the name by which the other end calls it
	 * @param contract the contract, an interface
	 * @param handler does what is asked for
	 * @throws IllegalArgumentException if the interface is no contract, or something is
	 * served under that name already
	 */
	public <C> void serve(String name, Class<C> contract, C handler) {
		this.served.add(name, contract, handler);
	}

	/**
	 * Call an operation by name and wait for the reply.
	 * @param <R> type of the reply
	 * @param operation the operation, such as {@code kv.get}
	 * @param reply type of the reply, {@code void.class} for none
	 * @param arguments the arguments, the key first if the server is keyed
	 * @return the reply
	 * @throws io.genserver.remote.RpcException if there is no reply, saying why
	 * @throws io.genserver.GenServerUnavailableException if the connection is lost
	 * @throws BlockingCallException on a thread that must not block
	 */
	public <R extends @Nullable Object> R call(String operation, Class<R> reply, @Nullable Object... arguments) {
		return call(operation, (Type) reply, arguments);
	}

	/**
	 * Call an operation by name and wait for the reply, whose type has type arguments.
	 * @param <R> type of the reply
	 * @param operation the operation, such as {@code kv.get}
	 * @param reply type of the reply, the same as {@code R}
	 * @param arguments the arguments, the key first if the server is keyed
	 * @return the reply
	 * @throws io.genserver.remote.RpcException if there is no reply, saying why
	 * @throws io.genserver.GenServerUnavailableException if the connection is lost
	 * @throws BlockingCallException on a thread that must not block
	 */
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object> R call(String operation, Type reply, @Nullable Object... arguments) {
		RemoteOperation remote = this.operations.operation(operation, reply, arguments);
		return (R) this.calls.call(remote.method(), remote.encode(null, arguments), remote.timeoutNanos(),
				remote.decoder());
	}

	/**
	 * Call an operation by name without waiting.
	 * @param <R> type of the reply
	 * @param operation the operation, such as {@code kv.get}
	 * @param reply type of the reply, {@code void.class} for none
	 * @param arguments the arguments, the key first if the server is keyed
	 * @return completes with the reply; cancelling it cancels the call
	 */
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object> CompletableFuture<R> callAsync(String operation, Class<R> reply,
			@Nullable Object... arguments) {
		return (CompletableFuture<R>) callAsync(operation, (Type) reply, arguments);
	}

	/**
	 * Call an operation by name without waiting, whose reply's type has type arguments.
	 * @param <R> type of the reply
	 * @param operation the operation, such as {@code kv.get}
	 * @param reply type of the reply, the same as {@code R}
	 * @param arguments the arguments, the key first if the server is keyed
	 * @return completes with the reply; cancelling it cancels the call
	 */
	@SuppressWarnings({ "unchecked", "NullAway" })
	public <R extends @Nullable Object> CompletableFuture<R> callAsync(String operation, Type reply,
			@Nullable Object... arguments) {
		RemoteOperation remote = this.operations.operation(operation, reply, arguments);
		return (CompletableFuture<R>) (CompletableFuture<?>) this.calls.callAsync(remote.method(),
				remote.encode(null, arguments), remote.timeoutNanos(), remote.decoder());
	}

	/**
	 * Send a message that is not answered, by the name of its operation. Returns once it
	 * is queued to be sent; waits before that, where the thread may block, while too much
	 * waits already.
	 * @param operation the operation, such as {@code kv.set}
	 * @param arguments the arguments, the key first if the server is keyed
	 * @throws io.genserver.remote.RpcException if too much waits to be sent
	 * @throws io.genserver.GenServerUnavailableException if the connection is lost
	 */
	public void cast(String operation, @Nullable Object... arguments) {
		RemoteOperation remote = this.operations.operation(operation, void.class, arguments);
		this.calls.cast(remote.method(), remote.encode(null, arguments), remote.timeoutNanos());
	}

	/**
	 * Open a stream by the name of its operation, once for each subscriber.
	 * @param <T> type of the items
	 * @param operation the operation, such as {@code kv.watch}
	 * @param item type of the items
	 * @param arguments the arguments, the key first if the server is keyed
	 * @return the items, until the subscriber cancels or the stream ends
	 */
	public <T> Flux<T> stream(String operation, Class<T> item, @Nullable Object... arguments) {
		RemoteOperation remote = this.operations.operation(operation, item, arguments);
		return stream(remote, remote.encode(null, arguments), null);
	}

	/**
	 * Open a stream that outlives its connection, by the name of its operation. When the
	 * connection is lost the stream is asked for again over the next, by arguments made
	 * from the last item; until there was one, by the first arguments. So it is, in ext
	 * mode and after a pause as before connecting again, when the server ends it with an
	 * error that says that it may be tried again: the subscriber fell behind, the server
	 * restarted or stopped, or its mailbox was full.
	 *
	 * <pre class="code">
	 * client.resumableStream("log.after", Entry.class, (last) -&gt; new Object[] { last.number() }, 0)
	 * </pre>
	 * @param <T> type of the items
	 * @param operation the operation, such as {@code log.after}
	 * @param item type of the items
	 * @param resume makes the arguments that make the stream go on after an item; called
	 * on a virtual thread; if it throws or returns {@code null} the stream ends with the
	 * error
	 * @param arguments the arguments to begin with
	 * @return the items, until the subscriber cancels, the stream ends or the client is
	 * closed
	 */
	public <T> Flux<T> resumableStream(String operation, Class<T> item, Function<? super T, @Nullable Object[]> resume,
			@Nullable Object... arguments) {
		RemoteOperation remote = this.operations.operation(operation, item, arguments);
		return stream(remote, remote.encode(null, arguments), (last) -> {
			@Nullable Object[] next = resume.apply(Objects.requireNonNull(item.cast(last), "the last item is null"));
			if (next == null) {
				throw new IllegalStateException("Stream " + operation + " cannot go on after its connection was lost:"
						+ " the function that makes its arguments returned null");
			}
			return this.operations.operation(operation, item, next).encode(null, next);
		});
	}

	private <T> Flux<T> stream(RemoteOperation remote, byte[] encoded,
			@Nullable Function<@Nullable Object, byte[]> resume) {
		Flow.Publisher<T> items = (subscriber) -> {
			@SuppressWarnings("unchecked")
			Flow.Subscriber<@Nullable Object> target = (Flow.Subscriber<@Nullable Object>) (Flow.Subscriber<?>) subscriber;
			this.calls.stream(remote.method(), RequestBody.of(encoded), target,
					(body, seen) -> this.routed.stream(remote.method(), body, remote.decoder(), resume, seen));
		};
		return Flux.from(FlowAdapters.toPublisher(items));
	}

	/**
	 * Tell where the client is in its life.
	 * @return the state
	 */
	public ClientState state() {
		return this.link.state();
	}

	/**
	 * Tell where the client is in its life, in detail.
	 * @return address, state, since when, why, and when the next attempt is
	 */
	public ClientStatus status() {
		return this.link.status();
	}

	/**
	 * Add a listener for changes of the state from now on: it gets the new state, and
	 * why, for messages.
	 * @param listener is called on a virtual thread, with one change after the other;
	 * must not block for long
	 */
	public void onState(BiConsumer<ClientState, String> listener) {
		this.link.onState(listener);
	}

	/**
	 * Tell whether there is a connection at present.
	 * @return {@code false} while there is none, and for good once it was closed
	 */
	public boolean isOpen() {
		return this.link.state() == ClientState.OPEN;
	}

	/**
	 * Tell of the end: the client was closed, or its connection was lost and is not made
	 * again.
	 * @return completes with what happened, on a virtual thread
	 */
	public CompletableFuture<String> closed() {
		return this.link.closed();
	}

	/**
	 * Close the connection, and make no other. What was sent before still leaves; calls
	 * without a reply fail. Waits for the other end to take leave, a few seconds at most,
	 * unless the thread must not block. Does nothing the second time.
	 */
	@Override
	public void close() {
		this.link.close(CLOSED.text());
		List<WebSocketTransport> all = this.link.transports();
		takeLeave(all, CLOSED, LAST_WORDS);
		all.forEach((open) -> awaitEnd(open, LEAVE));
		this.served.close();
	}

	/**
	 * Close the connections, and make no other until {@link #resume}. Returns at once.
	 * @param time for what was sent last to leave
	 * @return the connections, which end a little later
	 */
	List<WebSocketTransport> suspend(Duration time) {
		List<WebSocketTransport> all = this.link.suspend(STOPPED.text());
		takeLeave(all, STOPPED, (time.compareTo(LAST_WORDS) < 0) ? time : LAST_WORDS);
		return all;
	}

	/** Connect again, if it was suspended. Returns at once. */
	void resume() {
		this.link.resume();
	}

	private static void takeLeave(List<WebSocketTransport> all, CloseReason reason, Duration time) {
		for (WebSocketTransport open : all) {
			open.peer().calls().refuse(reason.text());
			CompletableFuture<@Nullable Void> sent = open.peer().drain(time, reason.text());
			sent.orTimeout(Durations.nanos(time), TimeUnit.NANOSECONDS)
				.whenComplete((done, late) -> open.close(reason));
		}
	}

	/** Wait until a connection has ended; one that does not is cut. */
	static void awaitEnd(WebSocketTransport open, Duration limit) {
		if (!EventLoops.mustNotBlock()) {
			try {
				open.peer().lost().get(Durations.nanos(limit), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			catch (ExecutionException | TimeoutException ex) {
				open.abort();
			}
		}
	}

	@Override
	public String toString() {
		return "client of " + ConnectFailures.shown(this.link.uri()) + " (" + state().name().toLowerCase(Locale.ROOT)
				+ ")";
	}

}
