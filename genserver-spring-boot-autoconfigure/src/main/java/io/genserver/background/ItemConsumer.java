package io.genserver.background;

/**
 * Takes the items of a background service. Called on the service's own thread, which does
 * nothing else meanwhile: a consumer that takes its time holds the service back, and no
 * item ever waits in between.
 *
 * @param <T> type of the items
 * @since 0.1.0
 */
@FunctionalInterface
public interface ItemConsumer<T> {

	/**
	 * Take an item.
	 * @param item the item
	 * @return {@code true} to go on; {@code false} to refuse, which ends the service for
	 * good, as {@link Completion.Reason#REFUSED}
	 * @throws Exception if it cannot take the item now. The item is lost, and the service
	 * fails as if it had thrown itself
	 */
	boolean accept(T item) throws Exception;

}
