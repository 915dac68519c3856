package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * Something happened in the life of a server. Published as an application event, on the
 * thread of the server's turn: listeners must be quick.
 *
 * @param server name of the server
 * @param key key of the instance, or {@code null} if the server is not keyed
 * @param kind what happened
 * @param cause why, if something went wrong
 * @since 0.1.0
 */
public record GenServerEvent(String server, @Nullable String key, Kind kind, @Nullable Throwable cause) {

	/**
	 * What can happen to a server.
	 *
	 * @since 0.1.0
	 */
	public enum Kind {

		/**
		 * It has started.
		 */
		STARTED,

		/**
		 * It restarts with a new instance.
		 */
		RESTARTED,

		/**
		 * It has been given up.
		 */
		FAILED,

		/**
		 * It has terminated.
		 */
		STOPPED

	}

}
