package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * A message that was refused or discarded. Its payload is not kept.
 *
 * @param server name of the server it was for
 * @param key key of the instance it was for, or {@code null}
 * @param operation the operation
 * @param cast whether its sender expected no reply
 * @param reason why
 * @since 0.1.0
 */
public record DeadLetter(String server, @Nullable String key, String operation, boolean cast, Reason reason) {

	/**
	 * Why a message was not handled.
	 *
	 * @since 0.1.0
	 */
	public enum Reason {

		/**
		 * The mailbox was full.
		 */
		MAILBOX_FULL,

		/**
		 * It was a cast, and a later one took its place in a full mailbox.
		 */
		DISPLACED,

		/**
		 * The server was stopped, or stopped while the message was queued.
		 */
		STOPPED,

		/**
		 * The keyed server had as many instances as it may have, and none for the key.
		 */
		TOO_MANY_INSTANCES

	}

}
