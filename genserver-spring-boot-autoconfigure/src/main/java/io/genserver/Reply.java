package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * The reply to a call that its handler has deferred. Completes the caller once; later
 * attempts have no effect. Fails by itself at the call's deadline, and when the server
 * restarts or stops. Safe for use by many threads.
 *
 * @param <T> type of the reply
 * @since 0.1.0
 */
public interface Reply<T extends @Nullable Object> {

	/**
	 * Answer the call.
	 * @param value the reply
	 * @return whether the caller gets it; {@code false} if the call was over already
	 */
	boolean complete(T value);

	/**
	 * Let the call fail.
	 * @param failure what the caller gets
	 * @return whether the caller gets it; {@code false} if the call was over already
	 */
	boolean fail(Throwable failure);

	/**
	 * Return whether the call is over: answered, failed, expired or cancelled.
	 * @return {@code true} if an answer has no effect any more
	 */
	boolean isOver();

}
