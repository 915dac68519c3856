package io.genserver;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * A server's view of itself. Injected into its constructor, or taken with
 * {@link #current()} in its turn. What concerns the message being handled is only
 * available in the server's turn.
 *
 * @since 0.1.0
 */
public interface GenServerContext {

	/**
	 * Return the context of the server whose turn runs on this thread.
	 * @return the context
	 * @throws IllegalStateException if this thread is not in a turn
	 */
	static GenServerContext current() {
		GenServerContext context = CurrentContext.get();
		if (context == null) {
			throw new IllegalStateException("This thread (" + Thread.currentThread().getName()
					+ ") is not in a server's turn: GenServerContext.current() works in handlers, "
					+ "constructors and lifecycle methods of a server only");
		}
		return context;
	}

	/**
	 * Return the name of the server.
	 * @return the name
	 */
	String name();

	/**
	 * Return the key of this instance.
	 * @return the key, or {@code null} if the server is not keyed
	 */
	@Nullable String key();

	/**
	 * Return the address of this server, which may be handed out.
	 * @param <S> type of the server
	 * @return the ref
	 */
	<S> GenServerRef<S> self();

	/**
	 * Return the time until the deadline of the message being handled.
	 * @return the remaining time, zero if it has passed, or {@code null} if the message
	 * has no deadline
	 */
	@Nullable Duration remaining();

	/**
	 * Return whether nobody waits for the message being handled any more: its caller
	 * cancelled, or its deadline has passed. May be asked on any thread the handler uses.
	 * @return {@code true} if the work may be given up
	 */
	boolean isCancelled();

	/**
	 * Return who sent the message being handled.
	 * @return the caller
	 */
	Caller caller();

	/**
	 * Run code whose calls are not limited by the deadline of the message being handled.
	 * @param <R> type of the result
	 * @param task what to run, on this thread
	 * @return the result of the task
	 * @throws Exception what the task threw
	 */
	<R extends @Nullable Object> R detached(Callable<R> task) throws Exception;

	/**
	 * Take over answering the call being handled: what the handler returns is ignored,
	 * and the server goes on with its next message.
	 * @param <T> type of the reply
	 * @return completes the caller, from any thread
	 * @throws IllegalStateException if no call is being handled on this thread
	 */
	<T extends @Nullable Object> Reply<T> deferReply();

	/**
	 * Run a task in this server's turn after some time, once. A restart or stop cancels
	 * it; an instance of a keyed server is not let go before.
	 * @param delay how long to wait at least; timers count in milliseconds
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @return the timer
	 */
	GenServerTimer schedule(Duration delay, Runnable task);

	/**
	 * Run a task in this server's turn again and again. At most one tick is due at a
	 * time; those that were missed are not made up for. A restart or stop cancels it. It
	 * keeps no instance of a keyed server from being let go, and its ticks do not count
	 * as activity: whoever needs it scheduled sets it up in the constructor.
	 * @param period time from one tick to the next, and to the first
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @return the timer
	 */
	GenServerTimer scheduleEvery(Duration period, Runnable task);

	/**
	 * Run a task in this server's turn before any other message, once the current one has
	 * been answered.
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @throws IllegalStateException outside of the server's turn
	 */
	void continueWith(Runnable task);

	/**
	 * Make a source of events whose subscribers each have a buffer for 256 of them and
	 * fail if they fall behind further.
	 * @param <E> type of the events
	 * @return the source, which ends with this instance
	 */
	<E> Events<E> events();

	/**
	 * Make a source of events.
	 * @param <E> type of the events
	 * @param buffer number of events each subscriber may be behind
	 * @param rule what happens to a subscriber that falls behind further
	 * @return the source, which ends with this instance
	 */
	<E> Events<E> events(int buffer, SlowSubscriber rule);

	/**
	 * Let the items of a stream become messages of this server. The stream is slowed down
	 * to what the mailbox takes, and cancelled when the server restarts or stops.
	 * @param <T> type of the items
	 * @param publisher the stream; subscribed to at once, on this thread
	 * @param handler handles the items in the server's turn
	 * @return the attachment
	 */
	<T> Attachment attach(Flow.Publisher<T> publisher, StreamHandler<? super T> handler);

	/**
	 * Stop this server after the message being handled. What is queued fails.
	 */
	void stop();

}
