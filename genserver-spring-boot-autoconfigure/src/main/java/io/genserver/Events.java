package io.genserver;

import java.util.concurrent.Flow;

/**
 * A source of events of a server, for any number of subscribers. Each has a bounded
 * buffer of its own, so that a slow one disturbs neither the server nor the others.
 * Events reach subscribers outside the server's turn, each subscriber in the order of
 * emission. All subscriptions end, with an error, when the server restarts or stops.
 *
 * @param <E> type of the events
 * @since 0.1.0
 */
public interface Events<E> {

	/**
	 * Send an event to all subscribers. Only in the server's turn; never waits.
	 * @param event the event
	 * @throws IllegalStateException outside of the turn
	 */
	void emit(E event);

	/**
	 * Return the events from a subscription on.
	 * @return the events; may be subscribed to many times, on any thread
	 */
	Flow.Publisher<E> stream();

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
	 * Return the number of subscribers.
	 * @return the number
	 */
	int subscribers();

}
