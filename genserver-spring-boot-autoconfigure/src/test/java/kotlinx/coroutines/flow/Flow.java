package kotlinx.coroutines.flow;

import org.reactivestreams.Publisher;

/**
 * Stands for Kotlin's, which Spring adapts where kotlinx-coroutines-reactor is there.
 *
 * @param <T> type of the items
 */
@FunctionalInterface
public interface Flow<T> {

	/**
	 * Stands for what the adapter makes of it.
	 * @return the items
	 */
	Publisher<T> publisher();

}
