package io.genserver.remote;

import java.time.Instant;
import java.util.concurrent.ConcurrentMap;

import io.genserver.Caller;
import io.genserver.GenServerUnavailableException;

/**
 * The client at the other end of a connection to this application's endpoint. Safe for
 * use by many threads.
 *
 * @since 0.1.0
 */
public interface RpcPeer {

	/**
	 * Return what identifies the connection in this process.
	 * @return the id, never used again
	 */
	String id();

	/**
	 * Return who it is, as handlers see it.
	 * @return connection, address and principal
	 */
	Caller.Remote caller();

	/**
	 * Return what is spoken.
	 * @return {@code muxio} in base mode, {@code genserver.v1} in ext mode
	 */
	String protocol();

	/**
	 * Return when the connection was made.
	 * @return the time
	 */
	Instant since();

	/**
	 * Return how the connection is.
	 * @return the state; it may be another one by now
	 */
	State state();

	/**
	 * Return what the peer serves, by its contract, to call it. Nothing is sent before an
	 * operation is called. A call fails with {@link GenServerUnavailableException} when
	 * the connection ends.
	 * @param <C> the contract
	 * @param name the name under which the peer serves it
	 * @param contract the contract, an interface
	 * @return a proxy that may be kept as long as the connection lasts
	 * @throws IllegalArgumentException if the interface is no contract, or none that can
	 * be called remotely, saying why
	 */
	<C> C server(String name, Class<C> contract);

	/**
	 * Return what the application has noted about the peer. Dropped with the connection.
	 * @return a map to read and to write
	 */
	ConcurrentMap<String, Object> attributes();

	/**
	 * Close the connection: calls of the peer that run are cancelled, as if it had hung
	 * up. Returns at once. Does nothing if the connection is closed already.
	 * @param code why: 1000, 1001, 1008, 1011 to 1013, or 4000 to 4999. Clients of this
	 * project connect again on 1001, 1011 to 1013, 4008, 4010 and 4029, on 4001 with a
	 * fresh token, unless that was refused within the last ten seconds, and not on others
	 * @param reason why, for people; cut after 123 bytes
	 * @throws IllegalArgumentException if the code is none of these
	 */
	void close(int code, String reason);

	/**
	 * How a connection is.
	 *
	 * @since 0.1.0
	 */
	enum State {

		/**
		 * The handshake is done, but the peer has not said yet, in ext mode, how it wants
		 * to be spoken to.
		 */
		CONNECTING,

		/**
		 * Calls are taken.
		 */
		CONNECTED,

		/**
		 * New calls are refused, those that run may finish.
		 */
		DRAINING,

		/**
		 * It is over.
		 */
		CLOSED

	}

}
