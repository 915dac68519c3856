package io.genserver;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The instances of a keyed server. Injected with the contract or the class as its type.
 * Two of one server and type are equal, and so are the proxies and refs of one key.
 * <p>
 * With {@code @GenServer(name = "room", keyed = true)} on the class, and
 * {@code Keyed<Room> rooms} injected:
 *
 * <pre class="code">
 * Room lobby = rooms.get("lobby");
 * lobby.enter("Ada"); // the instance starts with its first message
 * int inside = rooms.get("lobby").inside(); // the same instance: 1
 * int upstairs = rooms.get("attic").inside(); // another one: 0
 * </pre>
 *
 * @param <S> the server's contract or class
 * @since 0.1.0
 */
public interface Keyed<S> {

	/**
	 * Return the name of the keyed server.
	 * @return the name
	 */
	String name();

	/**
	 * Return the contract of one instance. The instance starts with its first message.
	 * @param key the key, not empty
	 * @return a proxy whose every method goes through the instance's mailbox
	 * @throws IllegalArgumentException if the key is {@code null} or empty
	 * @throws IllegalStateException if {@code S} is not a contract of the server; use
	 * {@link #ref(String)} then
	 */
	S get(String key);

	/**
	 * Return a ref for one instance. The instance starts with its first message.
	 * @param key the key, not empty
	 * @return the ref
	 * @throws IllegalArgumentException if the key is {@code null} or empty
	 */
	GenServerRef<S> ref(String key);

	/**
	 * Return the keys that have a live instance, in no order. An instance that starts or
	 * ends while the stream is read may be in it or not.
	 * @return the keys of instances that were asked for and have not ended
	 * @throws UnsupportedOperationException if the server runs elsewhere, where its keys
	 * are known
	 */
	Stream<String> keys();

	/**
	 * Call the instances of some keys, a few at a time. An instance that is not live
	 * starts, as with any call. Does not block. The calls are made for the calling
	 * thread, or the server in whose turn it is, whose deadline limits them all; each is
	 * also limited by the server's {@code call-timeout}.
	 *
	 * <pre class="code">
	 * rooms.askAll(List.of("lobby", "attic"), 16, Room::inside)
	 *     .thenAccept((inside) -&gt; System.out.println(inside.replies()));
	 * </pre>
	 * @param <R> type of the replies
	 * @param keys the keys; read while the calls go on, each key is called once
	 * @param parallelism how many calls may be pending at once, at least 1
	 * @param function runs in the turn of each instance
	 * @return completes with what became of each call; cancelling it cancels those that
	 * are pending, and no more are made
	 * @throws UnsupportedOperationException if the server runs elsewhere: code cannot
	 * travel
	 */
	<R extends @Nullable Object> CompletableFuture<KeyedReplies<R>> askAll(Iterable<String> keys, int parallelism,
			CallFunction<? super S, ? extends R, ? extends Exception> function);

	/**
	 * Send a cast to every live instance. None is started for it, and it waits for none:
	 * an instance whose mailbox is full does not get it, which counts as any refused
	 * cast.
	 * @param action runs in the turn of each instance
	 * @return the number of instances whose mailboxes took it
	 * @throws UnsupportedOperationException if the server runs elsewhere: code cannot
	 * travel
	 */
	int forEachLive(CastAction<? super S> action);

	/**
	 * Says for which instances of a keyed server an event is. Goes with Spring's
	 * {@code @EventListener} on a method of the server: the event becomes a cast to each
	 * instance, which starts if it is not live.
	 *
	 * <pre class="code">
	 * &#064;EventListener
	 * &#064;Keyed.By("#payment.account()")
	 * void paid(Payment payment) { … }
	 * </pre>
	 *
	 * @since 0.1.0
	 */
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@Documented
	@interface By {

		/**
		 * An expression of the Spring Expression Language, which sees what the condition
		 * of an {@code @EventListener} sees: the parameter by name, {@code #a0},
		 * {@code #root.event} and beans. Evaluated on the thread that publishes, after
		 * the condition, which gets what it throws. Its value is the key, as text; of
		 * several, a collection, an array or a stream, each is one; {@code null} or none
		 * is an event that is for no instance. An empty key throws
		 * {@link IllegalArgumentException}. If one instance refuses the cast the others
		 * get theirs all the same, and then the publisher gets the refusal.
		 * @return the expression
		 */
		String value();

	}

}
