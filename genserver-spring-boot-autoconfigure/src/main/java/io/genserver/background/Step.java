package io.genserver.background;

import java.time.Duration;
import java.util.Objects;

/**
 * What came of one unit of a background service's work.
 *
 * @param <T> type of the service's items
 * @since 0.1.0
 */
public sealed interface Step<T> {

	/**
	 * Hand an item to the consumer, then go on.
	 * @param <T> type of the item
	 * @param item the item
	 * @return the step
	 */
	static <T> Step<T> item(T item) {
		return new Item<>(item, Duration.ZERO);
	}

	/**
	 * Hand an item to the consumer, then go on after a pause. A cancellation ends the
	 * pause at once.
	 * @param <T> type of the item
	 * @param item the item
	 * @param pause time before the next step
	 * @return the step
	 * @throws IllegalArgumentException if the pause is negative
	 */
	static <T> Step<T> item(T item, Duration pause) {
		return new Item<>(item, pause);
	}

	/**
	 * Go on.
	 * @param <T> type of the service's items
	 * @return the step
	 */
	static <T> Step<T> next() {
		return new Next<>(Duration.ZERO);
	}

	/**
	 * Go on after a pause. A cancellation ends the pause at once.
	 * @param <T> type of the service's items
	 * @param pause time before the next step
	 * @return the step
	 * @throws IllegalArgumentException if the pause is negative
	 */
	static <T> Step<T> next(Duration pause) {
		return new Next<>(pause);
	}

	/**
	 * End: there is nothing left to do.
	 * @param <T> type of the service's items
	 * @return the step
	 */
	static <T> Step<T> done() {
		return new Done<>();
	}

	/**
	 * There is an item, and more to do.
	 *
	 * @param <T> type of the item
	 * @param value the item
	 * @param pause time before the next step
	 * @since 0.1.0
	 */
	record Item<T>(T value, Duration pause) implements Step<T> {

		/**
		 * Checks the values.
		 */
		public Item {
			Objects.requireNonNull(value, "The item of a step must not be null: return Step.next() if there is none");
			check(pause);
		}

	}

	/**
	 * There is more to do.
	 *
	 * @param <T> type of the service's items
	 * @param pause time before the next step
	 * @since 0.1.0
	 */
	record Next<T>(Duration pause) implements Step<T> {

		/**
		 * Checks the pause.
		 */
		public Next {
			check(pause);
		}

	}

	/**
	 * There is nothing left to do.
	 *
	 * @param <T> type of the service's items
	 * @since 0.1.0
	 */
	record Done<T>() implements Step<T> {

	}

	private static void check(Duration pause) {
		if (pause.isNegative()) {
			throw new IllegalArgumentException("The pause after a step must not be negative, but is " + pause);
		}
	}

}
