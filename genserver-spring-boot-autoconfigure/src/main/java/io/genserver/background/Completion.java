package io.genserver.background;

import org.jspecify.annotations.Nullable;

/**
 * How a background service ended.
 *
 * @param reason why
 * @param cause what the service or its consumer threw: always there for
 * {@link Reason#FAILED}, and for {@link Reason#CANCELLED} if the cancelled step ended
 * with an exception
 * @since 0.1.0
 */
public record Completion(Reason reason, @Nullable Throwable cause) {

	static final Completion DONE = new Completion(Reason.DONE, null);

	static final Completion CANCELLED = new Completion(Reason.CANCELLED, null);

	static final Completion REFUSED = new Completion(Reason.REFUSED, null);

	/**
	 * Why a service ended.
	 *
	 * @since 0.1.0
	 */
	public enum Reason {

		/**
		 * There was nothing left to do.
		 */
		DONE,

		/**
		 * It was cancelled.
		 */
		CANCELLED,

		/**
		 * Its consumer refused an item.
		 */
		REFUSED,

		/**
		 * It threw, more often than it may be restarted.
		 */
		FAILED

	}

}
