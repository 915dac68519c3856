package io.genserver;

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
	 * @throws IllegalStateException if {@code S} is not a contract of the server; use
	 * {@link #ref(String)} then
	 */
	S get(String key);

	/**
	 * Return a ref for one instance. The instance starts with its first message.
	 * @param key the key, not empty
	 * @return the ref
	 */
	GenServerRef<S> ref(String key);

}
