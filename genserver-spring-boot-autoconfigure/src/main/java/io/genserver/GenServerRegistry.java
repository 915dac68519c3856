package io.genserver;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The registry of all servers of the application. A bean; safe for use by many threads.
 * <p>
 * With {@code record Increment(long by) implements Request<Long>}, for which the server
 * has a handler:
 *
 * <pre class="code">
 * long value = registry.call("counter", new Increment(5));
 * registry.restart("counter"); // a new instance
 * ServerState state = registry.info("counter").state();
 * </pre>
 *
 * @since 0.1.0
 */
public interface GenServerRegistry {

	/**
	 * Return the names of all servers, in the order they start.
	 * @return the names
	 */
	Set<String> names();

	/**
	 * Return a ref for a server by name.
	 * @param <S> type of the server, not checked
	 * @param name the server's name
	 * @return the ref
	 * @throws NoSuchServerException if there is none, or it is keyed
	 */
	<S> GenServerRef<S> ref(String name);

	/**
	 * Return a ref for one instance of a keyed server by name.
	 * @param <S> type of the server, not checked
	 * @param name the server's name
	 * @param key the key, not empty
	 * @return the ref
	 * @throws NoSuchServerException if there is none, or it is not keyed
	 */
	<S> GenServerRef<S> ref(String name, String key);

	/**
	 * Return a ref for the only server of a class or contract.
	 * @param <S> type of the server
	 * @param type its class or one of its contracts
	 * @return the ref
	 * @throws NoSuchServerException if there is none, several, or it is keyed
	 */
	<S> GenServerRef<S> ref(Class<S> type);

	/**
	 * Return a ref for one instance of the only keyed server of a class or contract.
	 * @param <S> type of the server
	 * @param type its class or one of its contracts
	 * @param key the key, not empty
	 * @return the ref
	 * @throws NoSuchServerException if there is none, several, or it is not keyed
	 */
	<S> GenServerRef<S> ref(Class<S> type, String key);

	/**
	 * Return the contract of a server.
	 * @param <C> the contract
	 * @param name the server's name
	 * @param contract an interface the server implements
	 * @return a proxy whose every method goes through the server's mailbox; equal to
	 * other proxies of the same contract and server
	 * @throws NoSuchServerException if there is no such server, or it is keyed
	 * @throws IllegalArgumentException if the type is not a contract of the server
	 */
	<C> C contract(String name, Class<C> contract);

	/**
	 * Return the instances of a keyed server.
	 * @param <S> the server's class or one of its contracts
	 * @param name the server's name
	 * @param type the class or contract
	 * @return its instances
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 */
	<S> Keyed<S> keyed(String name, Class<S> type);

	/**
	 * Send a message to the handler of its class and wait for the reply.
	 * @param <R> type of the reply
	 * @param name the server's name
	 * @param message the message
	 * @return the reply
	 * @see GenServerRef#call(Request)
	 */
	<R extends @Nullable Object> R call(String name, Request<R> message);

	/**
	 * Send a message to the handler of its class and wait for the reply.
	 * @param name the server's name
	 * @param message the message
	 * @return the reply
	 * @throws UnknownOperationException if the server has no handler that answers such a
	 * message
	 */
	@Nullable Object call(String name, Object message);

	/**
	 * Send a message to the handler of its class. Never blocks.
	 * @param name the server's name
	 * @param message the message
	 * @return completes with the reply
	 */
	CompletableFuture<@Nullable Object> callAsync(String name, Object message);

	/**
	 * Send a message to the handler of its class. Never blocks.
	 * @param <R> type of the reply
	 * @param name the server's name
	 * @param message the message
	 * @return completes with the reply
	 * @see GenServerRef#callAsync(Request)
	 */
	<R extends @Nullable Object> CompletableFuture<R> callAsync(String name, Request<R> message);

	/**
	 * Send a message to one instance of a keyed server and wait for the reply.
	 * @param <R> type of the reply
	 * @param name the server's name
	 * @param key the key, not empty
	 * @param message the message
	 * @return the reply
	 * @see GenServerRef#call(Request)
	 */
	<R extends @Nullable Object> R call(String name, String key, Request<R> message);

	/**
	 * Send a message to one instance of a keyed server. Never blocks.
	 * @param <R> type of the reply
	 * @param name the server's name
	 * @param key the key, not empty
	 * @param message the message
	 * @return completes with the reply
	 * @see GenServerRef#callAsync(Request)
	 */
	<R extends @Nullable Object> CompletableFuture<R> callAsync(String name, String key, Request<R> message);

	/**
	 * Send a message to the handler of its class without waiting for it to be handled.
	 * @param name the server's name
	 * @param message the message
	 * @throws UnknownOperationException if the server has no handler for the message
	 * @see GenServerRef#cast(CastAction)
	 */
	void cast(String name, Object message);

	/**
	 * Send a message to one instance of a keyed server without waiting for it to be
	 * handled.
	 * @param name the server's name
	 * @param key the key, not empty
	 * @param message the message
	 * @throws UnknownOperationException if the server has no handler for the message
	 * @see GenServerRef#cast(CastAction)
	 */
	void cast(String name, String key, Object message);

	/**
	 * Add a server at run time and start it. Its settings are those of
	 * {@code genserver.servers.NAME}, then those of the annotation {@link GenServer} if
	 * its class has one, then those of all servers. As no server bears the name when the
	 * application starts, settings for it need {@code genserver.unknown-servers: warn}.
	 * <p>
	 * There is one instance, whatever the annotation says of keys, and it is no bean:
	 * timers ({@link Every}) tick, but no container injects anything into it, initializes
	 * it, or sends it application events. Peers may call it as they may call beans: if
	 * its name, or an operation of it, is listed as exposed; until it stops.
	 * <p>
	 * Once it has stopped, for any reason, it is removed from the registry: its name is
	 * free, and its meters are removed. Refs of it stay refs of a server that has
	 * stopped, also when the name is used again. One that has failed is kept until it is
	 * stopped.
	 * @param <S> type of the server
	 * @param name a name that no server bears
	 * @param type the server's class
	 * @param factory makes the instance, in the server's own turn
	 * @return the ref of the started server
	 * @throws IllegalArgumentException if the name is taken or not well-formed, or a
	 * method of the class cannot be what its annotation says
	 * @throws RuntimeException if a setting is not valid, naming it
	 */
	<S> GenServerRef<S> start(String name, Class<S> type, Supplier<? extends S> factory);

	/**
	 * Stop a server after the message it is handling. Queued messages fail; later calls
	 * fail at once. A future that a handler has returned is not waited for, and a handler
	 * that runs is interrupted after {@code genserver.stop-grace}. A server that is a
	 * bean stays in the registry, as {@link ServerState#STOPPED}, and can be restarted;
	 * one that was started at run time is removed.
	 * @param name the server's name; all instances stop if it is keyed
	 * @return completes when the server has terminated; cancelling it stops nothing
	 * @throws NoSuchServerException if there is none
	 */
	CompletableFuture<@Nullable Void> stop(String name);

	/**
	 * Restart a server: it continues with a new instance after the message it is
	 * handling, without a pause, and the restart does not count as one after a failure. A
	 * future that a handler has returned is not waited for, and a handler that runs is
	 * interrupted after {@code genserver.stop-grace}. Queued messages stay queued. Ends
	 * the state {@link ServerState#FAILED}, but a suspended server stays suspended. Does
	 * nothing once the application shuts down.
	 * @param name the server's name; all instances restart if it is keyed
	 * @throws NoSuchServerException if there is none
	 */
	void restart(String name);

	/**
	 * Restart a server, and choose how long the handler that runs may take until then.
	 * @param name the server's name; all instances restart if it is keyed
	 * @param grace time after which the handler is interrupted, zero for at once
	 * @throws NoSuchServerException if there is none
	 * @throws IllegalArgumentException if the time is negative
	 * @see #restart(String)
	 */
	void restart(String name, Duration grace);

	/**
	 * Restart one instance of a keyed server, and choose how long the handler that runs
	 * may take until then.
	 * @param name the server's name
	 * @param key the key; nothing happens if there is no such instance
	 * @param grace time after which the handler is interrupted, zero for at once
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 * @throws IllegalArgumentException if the time is negative
	 * @see #restart(String)
	 */
	void restart(String name, String key, Duration grace);

	/**
	 * Restart one instance of a keyed server.
	 * @param name the server's name
	 * @param key the key; nothing happens if there is no such instance
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 * @see #restart(String)
	 */
	void restart(String name, String key);

	/**
	 * Suspend a server after the message it is handling. Messages queue until
	 * {@link #resume(String)}; a restart does not resume it. When the application shuts
	 * down meanwhile the server is not resumed, and its queued messages fail at once
	 * without having been executed.
	 * @param name the server's name; all instances there are now if it is keyed
	 * @throws NoSuchServerException if there is none
	 */
	void suspend(String name);

	/**
	 * Suspend one instance of a keyed server. It is not passivated until it is resumed.
	 * @param name the server's name
	 * @param key the key; nothing happens if there is no such instance
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 * @see #suspend(String)
	 */
	void suspend(String name, String key);

	/**
	 * Resume a server that is suspended.
	 * @param name the server's name
	 * @throws NoSuchServerException if there is none
	 */
	void resume(String name);

	/**
	 * Resume one instance of a keyed server.
	 * @param name the server's name
	 * @param key the key; nothing happens if there is no such instance
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 */
	void resume(String name, String key);

	/**
	 * Describe one server.
	 * @param name the server's name
	 * @return a snapshot; for a keyed server the sum of its instances
	 * @throws NoSuchServerException if there is none
	 */
	ServerInfo info(String name);

	/**
	 * Describe one instance of a keyed server.
	 * @param name the server's name
	 * @param key the key
	 * @return a snapshot, or {@code null} if there is no such instance now
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 */
	@Nullable ServerInfo info(String name, String key);

	/**
	 * Describe the instances of a keyed server that are alive.
	 * @param name the server's name
	 * @param limit how many to describe at most
	 * @return snapshots, in no particular order
	 * @throws NoSuchServerException if there is no such server, or it is not keyed
	 */
	List<ServerInfo> instances(String name, int limit);

}
