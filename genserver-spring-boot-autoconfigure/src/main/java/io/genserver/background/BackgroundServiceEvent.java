package io.genserver.background;

import org.jspecify.annotations.Nullable;

/**
 * Something happened in the life of a background service. In a Spring application it is
 * published as an application event, on the service's thread: a listener that takes its
 * time holds the service back.
 *
 * @param service name of the service
 * @param kind what happened
 * @param cause why, if something went wrong
 * @since 0.1.0
 */
public record BackgroundServiceEvent(String service, Kind kind, @Nullable Throwable cause) {

	/**
	 * What can happen to a background service.
	 *
	 * @since 0.1.0
	 */
	public enum Kind {

		/**
		 * It has started.
		 */
		STARTED,

		/**
		 * It goes on: after a failure, which is the cause, or because a restart was
		 * requested.
		 */
		RESTARTED,

		/**
		 * It has ended: there was nothing left to do.
		 */
		DONE,

		/**
		 * It has ended: it was cancelled.
		 */
		CANCELLED,

		/**
		 * It has ended: its consumer refused an item.
		 */
		REFUSED,

		/**
		 * It has been given up.
		 */
		FAILED

	}

}
