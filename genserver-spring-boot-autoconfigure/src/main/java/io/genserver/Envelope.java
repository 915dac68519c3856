package io.genserver;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A message as interceptors see it, without its arguments. Safe for use by many threads.
 *
 * @since 0.1.0
 */
public interface Envelope {

	/**
	 * Return the name of the server it is sent to.
	 * @return the name
	 */
	String server();

	/**
	 * Return the key of the instance it is sent to.
	 * @return the key, or {@code null} if the server is not keyed
	 */
	@Nullable String key();

	/**
	 * Return the name of the operation.
	 * @return the name
	 */
	String operation();

	/**
	 * Tell whether its sender expects no reply.
	 * @return {@code true} for casts, timers and continuations
	 */
	boolean isCast();

	/**
	 * Return who sent it.
	 * @return the sender
	 */
	Caller caller();

	/**
	 * Return how much time is left until its deadline.
	 * @return the time, not negative, or {@code null} if it has no deadline
	 */
	@Nullable Duration remaining();

	/**
	 * Return how long it waited in the mailbox.
	 * @return the time; zero until it is handled, and for timers and continuations
	 */
	Duration waited();

	/**
	 * Return how long ago it was sent.
	 * @return the time
	 */
	Duration age();

	/**
	 * Return the headers that a peer has sent with the arguments, among them its trace
	 * context as {@code traceparent} and {@code tracestate}. They are the peer's claims,
	 * not verified.
	 * @return headers by their names, in lower case; empty for messages of this process
	 */
	Map<String, String> headers();

	/**
	 * Return what an interceptor has put on the message.
	 * @param <T> type of the value
	 * @param attribute what to look for
	 * @return the value, or {@code null} if there is none
	 */
	<T> @Nullable T get(Attribute<T> attribute);

	/**
	 * Put something on the message, for the interceptor to find on the other side.
	 * @param <T> type of the value
	 * @param attribute what it is
	 * @param value the value
	 */
	<T> void put(Attribute<T> attribute, T value);

	/**
	 * The name of something that goes with a message. Two attributes are never the same,
	 * whatever their names: keep it in a constant.
	 *
	 * @param <T> type of the value
	 * @since 0.1.0
	 */
	final class Attribute<T> {

		private final String name;

		/**
		 * Create an attribute.
		 * @param name its name, for messages only
		 */
		public Attribute(String name) {
			this.name = name;
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
