package io.genserver;

import org.jspecify.annotations.Nullable;

/**
 * Handles a stream attached to a server, in the server's turn.
 *
 * @param <T> type of the items
 * @since 0.1.0
 */
@FunctionalInterface
public interface StreamHandler<T> {

	/**
	 * An item has arrived. What it throws is treated like the failure of a cast.
	 * @param item the item
	 * @throws Exception if it fails
	 */
	void onItem(T item) throws Exception;

	/**
	 * The stream has completed.
	 * @param failure why, or {@code null} if it has completed
	 * @throws Exception if it fails
	 */
	default void onEnd(@Nullable Throwable failure) throws Exception {
	}

}
