package io.genserver;

import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A source of events of a server, for any number of subscribers. Each has a bounded
 * buffer of its own, so that a slow one disturbs neither the server nor the others.
 * Events reach subscribers outside the server's turn, each subscriber in the order of
 * emission. All subscriptions end, with an error, when the server restarts or stops. A
 * source without subscribers that the server no longer refers to takes no memory.
 *
 * <pre class="code">
 * &#064;GenServer("lobby")
 * class LobbyServer implements Lobby {
 *
 *     private final Events&lt;String&gt; events;
 *
 *     private final Set&lt;String&gt; present = new TreeSet&lt;&gt;();
 *
 *     LobbyServer(GenServerContext context) {
 *         this.events = context.events();
 *     }
 *
 *     &#064;Override
 *     public Flow.Publisher&lt;String&gt; join(String name) {
 *         this.present.add(name);
 *         this.events.emit(name + " joined");
 *         return this.events.subscriber(name).startingWith(this.present, (end) -&gt; left(name));
 *     }
 *
 *     private void left(String name) {
 *         // In a turn of its own, also if the mailbox is full.
 *         if (this.events.subscriber(name).subscribers() == 0 &amp;&amp; this.present.remove(name)) {
 *             this.events.emit(name + " left");
 *         }
 *     }
 *
 *     &#064;Override
 *     public void whisper(String name, String text) {
 *         this.events.subscriber(name).emit(text);
 *     }
 *
 *     &#064;Override
 *     public void kick(String name) {
 *         this.events.subscriber(name).complete();
 *     }
 *
 * }
 * </pre>
 *
 * @param <E> type of the events
 * @since 0.1.0
 */
public interface Events<E> {

	/**
	 * Send an event to all subscribers. Only in the server's turn; never waits.
	 * @param event the event
	 * @throws IllegalStateException outside of the turn, or if the source is closed
	 */
	void emit(E event);

	/**
	 * Return the events from a subscription on.
	 * @return the events; may be subscribed to many times, on any thread
	 */
	Flow.Publisher<E> stream();

	/**
	 * Return the events from a subscription on, and let the server know when a
	 * subscription has ended. That becomes a task of the server's turn, once for each
	 * subscription, and a full mailbox neither refuses nor drops it. An instance of a
	 * keyed server is not passivated before. If the server restarts or stops, its
	 * subscriptions end with the instance and its tasks with them: the next instance
	 * begins without subscribers.
	 * @param onEnd gets the reason, in the server's turn, when the subscriber no longer
	 * counts; what it throws is treated like the failure of a cast
	 * @return the events; may be subscribed to many times, on any thread
	 */
	Flow.Publisher<E> stream(Consumer<? super End> onEnd);

	/**
	 * Return a snapshot and every later event, without a gap and without an overlap. To
	 * be returned by a handler: the subscription must happen in the server's turn, in the
	 * same as this call.
	 * @param snapshot the items that come first; read at the subscription and not counted
	 * towards the buffer
	 * @return snapshot and events
	 */
	Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot);

	/**
	 * Return a snapshot and every later event as {@link #startingWith(Iterable)} does,
	 * and let the server know when the subscription has ended as
	 * {@link #stream(Consumer)} does.
	 * @param snapshot the items that come first
	 * @param onEnd gets the reason, in the server's turn
	 * @return snapshot and events
	 */
	Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot, Consumer<? super End> onEnd);

	/**
	 * Return the subscriber of an id, which need not have subscribed yet: its streams are
	 * those that are made here. An id may have several subscriptions, such as those of
	 * two windows of one user; what is sent to it goes to each of them.
	 * @param id an id of the server's choice, compared by {@code equals}
	 * @return the subscriber; takes no memory of the source without a subscription
	 */
	Subscriber<E> subscriber(Object id);

	/**
	 * Return the number of subscribers, those with an id included.
	 * @return the number of subscriptions that have not ended
	 */
	int subscribers();

	/**
	 * End the streams of all subscribers without an error, after the events that they
	 * have not seen yet. There may be other subscribers later. Only in the server's turn;
	 * never waits.
	 * @throws IllegalStateException outside of the turn
	 */
	void complete();

	/**
	 * End the streams of all subscribers as {@link #complete()} does, and those of later
	 * subscribers at once, after their snapshot. Has an effect once. Only in the server's
	 * turn.
	 * @throws IllegalStateException outside of the turn
	 */
	void close();

	/**
	 * The subscriptions of one id to the {@link Events} of a server.
	 *
	 * @param <E> type of the events
	 */
	interface Subscriber<E> {

		/**
		 * Return the events from a subscription on, those for this subscriber only among
		 * them.
		 * @return the events; may be subscribed to many times, on any thread
		 */
		Flow.Publisher<E> stream();

		/**
		 * Return the events as {@link #stream()} does, and let the server know when a
		 * subscription has ended: see {@link Events#stream(Consumer)}.
		 * @param onEnd gets the reason, in the server's turn
		 * @return the events; may be subscribed to many times, on any thread
		 */
		Flow.Publisher<E> stream(Consumer<? super End> onEnd);

		/**
		 * Return a snapshot and every later event: see
		 * {@link Events#startingWith(Iterable)}.
		 * @param snapshot the items that come first
		 * @return snapshot and events
		 */
		Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot);

		/**
		 * Return a snapshot and every later event, and let the server know when the
		 * subscription has ended: see {@link Events#startingWith(Iterable, Consumer)}.
		 * @param snapshot the items that come first
		 * @param onEnd gets the reason, in the server's turn
		 * @return snapshot and events
		 */
		Flow.Publisher<E> startingWith(Iterable<? extends E> snapshot, Consumer<? super End> onEnd);

		/**
		 * Send an event to this subscriber only, in order with those sent to all. Only in
		 * the server's turn; never waits.
		 * @param event the event
		 * @return whether there is a subscription of this id
		 * @throws IllegalStateException outside of the turn, or if the source is closed
		 */
		boolean emit(E event);

		/**
		 * End the streams of this subscriber without an error, after the events that it
		 * has not seen yet. A connection that they go over stays open, and it may
		 * subscribe again. Only in the server's turn; never waits.
		 * @return whether there was a subscription of this id
		 * @throws IllegalStateException outside of the turn
		 */
		boolean complete();

		/**
		 * Return the number of subscriptions of this id.
		 * @return the number of those that have not ended
		 */
		int subscribers();

	}

	/**
	 * Why a subscription has ended.
	 */
	enum End {

		/**
		 * The subscriber cancelled, its connection was lost, or it threw.
		 */
		CANCELLED,

		/**
		 * The subscriber was further behind than its buffer allows, and got a
		 * {@link FellBehindException}.
		 */
		FELL_BEHIND,

		/**
		 * The server ended the stream, by {@link Events#complete()},
		 * {@link Events#close()} or {@link Subscriber#complete()}.
		 */
		COMPLETED

	}

}
