package io.genserver;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Address of one server, for talking to it without a contract. A ref stays valid when the
 * server stops or starts again; it never holds the instance. Refs of one server, or of
 * one key of it, are equal, regardless of their timeouts. Safe for use by many threads.
 * <p>
 * With {@code GenServerRef<CounterServer> counter}, injected or from the registry:
 *
 * <pre class="code">
 * long value = counter.call((server) -&gt; server.add(5));
 * counter.withTimeout(Duration.ofMillis(50)).cast((server) -&gt; server.reset());
 * </pre>
 *
 * @param <S> type of the server: its class or one of its contracts
 * @since 0.1.0
 */
public interface GenServerRef<S> {

	/**
	 * Return the name of the server.
	 * @return the name
	 */
	String name();

	/**
	 * Return the key of the instance.
	 * @return the key, or {@code null} for a server that is not keyed
	 */
	@Nullable String key();

	/**
	 * Run a function on the server and wait for its result. Waits for room in the mailbox
	 * too; the timeout covers everything.
	 * @param <R> type of the result
	 * @param <X> type of the checked exception of the function
	 * @param function what to run in the server's turn
	 * @return the function's result
	 * @throws X what the function threw
	 * @throws GenServerTimeoutException if there is no result in time
	 * @throws CallInterruptedException if the calling thread is interrupted
	 * @throws GenServerUnavailableException if the server is stopped or stops
	 * @throws BlockingCallException if the calling thread must not block
	 */
	<R extends @Nullable Object, X extends Exception> R call(CallFunction<? super S, ? extends R, X> function) throws X;

	/**
	 * Send a message to the handler of its class and wait for the reply.
	 * @param <R> type of the reply
	 * @param message the message
	 * @return the reply
	 * @throws UnknownOperationException if the server has no handler for the message
	 * @see #call(CallFunction)
	 */
	<R extends @Nullable Object> R call(Request<R> message);

	/**
	 * Run a function on the server. Refused at once if the mailbox is full, except by
	 * {@link #waitingForRoom()}. Never blocks.
	 * @param <R> type of the result
	 * @param function what to run in the server's turn
	 * @return completes with the result or with what {@link #call(CallFunction)} throws;
	 * cancelling it cancels the call
	 */
	<R extends @Nullable Object> CompletableFuture<R> callAsync(
			CallFunction<? super S, ? extends R, ? extends Exception> function);

	/**
	 * Send a message to the handler of its class. Refused at once if the mailbox is full,
	 * except by {@link #waitingForRoom()}. Never blocks.
	 * @param <R> type of the reply
	 * @param message the message
	 * @return completes with the reply or with what {@link #call(Request)} throws;
	 * cancelling it cancels the call
	 */
	<R extends @Nullable Object> CompletableFuture<R> callAsync(Request<R> message);

	/**
	 * Run an action on the server without waiting for it. What happens when the mailbox
	 * is full is the server's {@link Overflow} policy.
	 * @param action what to run in the server's turn
	 * @throws MailboxFullException if the mailbox is full and the policy or the thread
	 * does not allow waiting, or there was no room in time
	 * @throws GenServerUnavailableException if the server is stopped
	 */
	void cast(CastAction<? super S> action);

	/**
	 * Run an action on the server without waiting for anything.
	 * @param action what to run in the server's turn
	 * @return whether the action was queued; {@code false} if the mailbox is full or the
	 * server is stopped
	 */
	boolean tryCast(CastAction<? super S> action);

	/**
	 * Let the server stop after the message it is handling. What is queued fails. A
	 * server that is not keyed stays stopped; the next message to a key makes another
	 * instance.
	 * @return completes when the server, or the instance of the key, has terminated; at
	 * once if there is none
	 * @see GenServerRegistry#stop(String)
	 */
	CompletableFuture<@Nullable Void> stop();

	/**
	 * Tell when the server, or the instance of the key that is there now, has terminated,
	 * for any reason. Restarts do not count. What depends on the future runs outside of
	 * any turn. A future that was cancelled, or completed in another way, leaves nothing
	 * at the server, however long that lives.
	 * @return completes when it has terminated; at once if there is no such instance
	 */
	CompletableFuture<@Nullable Void> termination();

	/**
	 * Return a ref whose calls take at most the given time instead of the server's call
	 * timeout. The deadline of the calling turn still limits them.
	 * @param timeout the timeout, positive
	 * @return another ref for the same server
	 */
	GenServerRef<S> withTimeout(Duration timeout);

	/**
	 * Return a ref whose calls are not limited by the deadline of the calling turn.
	 * @return another ref for the same server
	 */
	GenServerRef<S> detached();

	/**
	 * Return a ref whose asynchronous calls wait for room in a full mailbox instead of
	 * being refused. Neither a thread nor the calling turn waits with them: the future
	 * completes once the call has been queued and answered, or at its deadline. As many
	 * calls as the mailbox holds may wait so; more are refused. What the sender sends
	 * after such a call is handled after it.
	 *
	 * With {@code store = registry.ref(StoreServer.class).waitingForRoom()} a server
	 * sends as fast as the other takes it, and handles other messages meanwhile:
	 *
	 * <pre class="code">
	 * void saveNext() {
	 *     Row row = this.rows.poll();
	 *     if (row != null) {
	 *         this.context.pipe(this.store.callAsync((server) -&gt; server.save(row)), (id) -&gt; saveNext());
	 *     }
	 * }
	 * </pre>
	 * @return another ref for the same server
	 */
	GenServerRef<S> waitingForRoom();

}
