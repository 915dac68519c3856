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

	/** The connection was lost; after a pause another will be made. */
	WAITING,

	/** It was closed, or lost in a way that trying again would not change. */
	CLOSED

}
