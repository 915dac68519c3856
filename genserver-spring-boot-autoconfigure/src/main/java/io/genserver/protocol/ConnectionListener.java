package io.genserver.protocol;

/**
 * Receives what concerns the connection as a whole. Every method is called on the
 * connection's thread, from within {@link WireSession#receive}, {@link WireSession#tick}
 * or {@link WireSession#close}; it must not block, and may call the session where nothing
 * else is said.
 */
public interface ConnectionListener {

	/**
	 * The peer broke the protocol. The session takes no more bytes; the transport closes
	 * the WebSocket with this reason and then calls {@link WireSession#close(String)}.
	 * Called at most once.
	 * @param reason code and text for the close frame
	 */
	default void violated(CloseReason reason) {
	}

	/**
	 * The peer will leave, in ext mode. Calls it does not serve any more have failed when
	 * this is called, see {@link OutboundCall#isNotExecuted()}; new ones need another
	 * connection.
	 * @param goAway what it said
	 */
	default void goingAway(GoAway goAway) {
	}

	/**
	 * More requests are open than may be, most of them refused: the listener writes what
	 * answers it has, and if its transport takes no more of them, reads no more before it
	 * does. Must not call the session but to write.
	 * @return whether what the peer sends from now on is not read until its answers are
	 * taken
	 */
	default boolean crowded() {
		return false;
	}

	/**
	 * A frame was received and had no effect.
	 * @param why the reason
	 * @param streamId its stream
	 */
	default void dropped(Dropped why, int streamId) {
	}

}
