package io.genserver;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A server's view of itself. Injected into its constructor, or taken with
 * {@link #current()} in its turn.
 *
 * <pre class="code">
 * &#064;GenServer("stock")
 * class StockServer implements Stock {
 *
 *     private final GenServerContext context;
 *
 *     private int reserved;
 *
 *     StockServer(GenServerContext context) {
 *         this.context = context;
 *     }
 *
 *     &#064;Override
 *     public void reserve(int pieces) {
 *         this.reserved += pieces;
 *         // In a minute, unless it restarts before.
 *         this.context.schedule(Duration.ofMinutes(1), () -&gt; this.reserved -= pieces);
 *     }
 *
 * }
 * </pre>
 *
 * <b>Messages.</b> {@link #caller()} and {@link #remaining()} describe the message being
 * handled on the thread that runs the handler; on other threads they throw
 * {@link IllegalStateException}, so that they never describe another message. A context
 * that {@link #current()} returned in a handler stays with the handler's message, and
 * describes it on any thread, also after the handler has returned.
 * <p>
 * <b>Instances.</b> A context belongs to one instance. Once that has ended, by a restart,
 * a stop or after an idle time, it does nothing to the instance's successor:
 * {@link #stop()} has no effect, {@link #isCancelled()} is {@code true}, and
 * {@link #self()}, {@link #schedule}, {@link #scheduleEvery}, {@link #timer},
 * {@link #receiveTimeout}, {@link #whenIdle}, {@link #continueWith}, {@link #pipe},
 * {@link #stash()}, {@link #deferReply()}, {@link #detached}, {@link #events()} and
 * {@link #attach} throw {@link IllegalStateException}; those that begin something do so
 * from the moment the instance begins to terminate. A ref that was taken before still
 * reaches the server.
 *
 * @since 0.1.0
 */
public interface GenServerContext {

	/**
	 * Return the context of the server whose turn runs on this thread. It stays with the
	 * message being handled, if there is one, and describes that message on any thread.
	 * @return the context
	 * @throws IllegalStateException if this thread is not in a turn
	 */
	static GenServerContext current() {
		GenServerContext context = CurrentContext.ofMessage();
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
	 * Return a ref of this server, which may be passed on, and is valid for as long as
	 * there is a server of that name, also after a restart.
	 * @param <S> type of the server
	 * @return the ref
	 * @throws IllegalStateException if the instance has ended
	 */
	<S> GenServerRef<S> self();

	/**
	 * Return the time until the deadline of the message being handled.
	 * @return the remaining time, zero if it has passed, or {@code null} if the message
	 * has no deadline, or none is being handled
	 * @throws IllegalStateException on another thread than the handler's, unless this
	 * context stays with a message
	 */
	@Nullable Duration remaining();

	/**
	 * Return whether the caller of the message being handled no longer waits for it: it
	 * cancelled the call, or the deadline has passed. May be called on any thread. On
	 * another thread than the handler's, and if the context does not stay with a message,
	 * the result is that of the messages whose handlers have returned while their work is
	 * still pending, or, if there are none, of those whose handlers run.
	 * @return {@code true} if the work may be given up
	 * @throws IllegalStateException on another thread, if some of those messages were
	 * given up and others were not
	 */
	boolean isCancelled();

	/**
	 * Return who sent the message being handled.
	 * @return the caller
	 * @throws IllegalStateException if no message is being handled; and on another thread
	 * than the handler's, unless this context stays with a message
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
	 * Defer the reply to the call being handled: what the handler returns is ignored, and
	 * the server continues with its next message.
	 * @param <T> type of the reply
	 * @return completes the caller, from any thread
	 * @throws IllegalStateException if no call is being handled on this thread, or the
	 * instance has ended
	 */
	<T extends @Nullable Object> Reply<T> deferReply();

	/**
	 * Run a task in this server's turn after some time, once. A restart or stop cancels
	 * it; an instance of a keyed server is not passivated before.
	 * @param delay how long to wait at least; timers count in milliseconds
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @return the timer
	 */
	GenServerTimer schedule(Duration delay, Runnable task);

	/**
	 * Run a task in this server's turn again and again. At most one tick is due at a
	 * time; those that were missed are skipped. A restart or stop cancels it. It does not
	 * keep an instance of a keyed server from being passivated, and its ticks do not
	 * count as activity: a timer that every instance needs is scheduled in its
	 * constructor.
	 * @param period time from one tick to the next, and to the first
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @return the timer
	 */
	GenServerTimer scheduleEvery(Duration period, Runnable task);

	/**
	 * Run a task in this server's turn after some time, once, in place of the task of the
	 * same name that has not begun: that one is cancelled, also if it is due already.
	 * Otherwise as {@link #schedule}.
	 *
	 * <pre class="code">
	 * void heartbeat() {
	 *     this.online = true;
	 *     this.context.timer("offline", Duration.ofSeconds(30), () -&gt; this.online = false);
	 * }
	 * </pre>
	 * @param name name of the timer within this instance
	 * @param delay how long to wait at least; timers count in milliseconds
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @return the timer
	 */
	GenServerTimer timer(String name, Duration delay, Runnable task);

	/**
	 * Cancel the timer of a name.
	 * @param name name of a timer of this instance
	 * @return whether this cancelled it; {@code false} if there is none, or it has begun
	 */
	boolean cancelTimer(String name);

	/**
	 * Run a task in this server's turn when no message has come for some time, in place
	 * of the task that was given before. The time begins when the last message has been
	 * handled; messages, and results that were piped, count, and ticks of timers do not.
	 * It runs once, and again only when another message has come since, and then none for
	 * that time. A restart or stop cancels it; an instance of a keyed server is not
	 * passivated before it has run.
	 *
	 * <pre class="code">
	 * this.context.receiveTimeout(Duration.ofMinutes(5), this.context::stop);
	 * </pre>
	 * @param quiet how long no message must have come; timers count in milliseconds
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @return the timer, whose cancellation ends it for good
	 */
	GenServerTimer receiveTimeout(Duration quiet, Runnable task);

	/**
	 * Run a task in this server's turn as soon as no message waits, in place of the task
	 * that was given before and has not run. So that what many messages bring can be
	 * worked on together:
	 *
	 * <pre class="code">
	 * &#064;Cast
	 * void append(Entry entry) {
	 *     this.entries.add(entry);
	 *     if (this.entries.size() == 100) {
	 *         write();
	 *     }
	 *     else {
	 *         this.context.whenIdle(this::write);
	 *     }
	 * }
	 * </pre>
	 *
	 * While messages keep coming it does not run, so limit what is collected. A restart
	 * or stop drops it: a {@code @PreDestroy} method can do what is left.
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @throws IllegalStateException outside of the server's turn, or if the instance has
	 * ended
	 */
	void whenIdle(Runnable task);

	/**
	 * Return the time of day by the clock that timers and deadlines go by: in a test in
	 * virtual time it is the virtual one. The bean of type
	 * {@link java.time.InstantSource} that is there unless the application defines one
	 * has the same time.
	 * @return the time
	 */
	Instant now();

	/**
	 * Run a task in this server's turn before any other message, once the current one has
	 * been answered.
	 * @param task what to run; what it throws is treated like the failure of a cast
	 * @throws IllegalStateException outside of the server's turn, or if the instance has
	 * ended
	 */
	void continueWith(Runnable task);

	/**
	 * Let what goes on elsewhere become a message of this server when it is there, while
	 * the server goes on with other messages. The result is handled in the server's turn,
	 * never refused by a full mailbox, and lost only with this instance: a restart or
	 * stop drops it, without cancelling what goes on. An instance of a keyed server is
	 * not passivated before, so let a stage that may never complete have a time limit,
	 * such as {@link java.util.concurrent.CompletableFuture#orTimeout}. May be called on
	 * any thread.
	 *
	 * <pre class="code">
	 * void refresh(String city) {
	 *     this.context.pipe(this.weather.fetch(city), (report) -&gt; this.reports.put(city, report));
	 * }
	 * </pre>
	 *
	 * What the stage fails with is treated like the failure of a cast: it is counted,
	 * logged, and may restart the server, as its supervision says.
	 * @param <T> type of the result
	 * @param stage completes with the result, on any thread
	 * @param handler handles the result in the server's turn; what it throws is treated
	 * like the failure of a cast
	 */
	<T extends @Nullable Object> void pipe(CompletionStage<? extends T> stage, Consumer<? super T> handler);

	/**
	 * The same with a handler for failures.
	 * @param <T> type of the result
	 * @param stage completes with the result, on any thread
	 * @param handler handles the result in the server's turn; what it throws is treated
	 * like the failure of a cast
	 * @param failureHandler handles what the stage failed with, as it was thrown, in
	 * place of the other handler
	 */
	<T extends @Nullable Object> void pipe(CompletionStage<? extends T> stage, Consumer<? super T> handler,
			Consumer<? super Throwable> failureHandler);

	/**
	 * Put the message being handled off: what its handler returns is ignored, and it is
	 * handled again, from the beginning, after {@link #unstash()}. A call that is put off
	 * ends at its deadline, when its caller cancels it, or when the server stops, like
	 * one that is queued. A restart keeps what was put off: the next instance handles it
	 * first. An instance of a keyed server that has put messages off is not passivated.
	 *
	 * <pre class="code">
	 * public int price(String item) {
	 *     if (this.prices == null) {
	 *         this.context.stash();
	 *         return 0;
	 *     }
	 *     return this.prices.get(item);
	 * }
	 *
	 * &#064;Cast
	 * void loaded(Prices prices) {
	 *     this.prices = prices.all();
	 *     this.context.unstash();
	 * }
	 * </pre>
	 * @throws MailboxFullException if as many messages are put off as the mailbox holds
	 * @throws IllegalStateException if no message that the server was sent is being
	 * handled in its turn, on this thread, or its reply is deferred
	 */
	void stash();

	/**
	 * Handle all messages that were put off again, in the order in which they were, after
	 * the current message and before those in the mailbox.
	 * @return how many there are
	 * @throws IllegalStateException outside of the server's turn, or if the instance has
	 * ended
	 */
	int unstash();

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
	 * Stop this server after the message being handled. What is queued fails. On any
	 * thread; has no effect once the instance has ended.
	 */
	void stop();

}
