package io.genserver.rpc.client;

/**
 * Where a {@link GenServerClient} is in its life.
 *
 * @since 0.1.0
 */
public enum ClientState {

	/** A connection is being made. */
	CONNECTING,

	/** There is a connection. */
	OPEN,

	/**
	 * The other end leaves: what runs there may finish, what comes now waits for another
	 * connection.
	 */
	DRAINING,

	/** The connection was lost; after a pause another will be made. */
	WAITING,

	/**
	 * The application context that the client belongs to was stopped; it connects again
	 * when that starts.
	 */
	STOPPED,

	/** It was closed, or lost in a way that trying again would not change. */
	CLOSED

}
