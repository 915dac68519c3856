package io.genserver;

/**
 * What happens to an event that meets a subscriber's full buffer.
 *
 * @since 0.1.0
 */
public enum SlowSubscriber {

	/**
	 * The subscription ends with a {@link FellBehindException}, after what is buffered.
	 */
	FAIL,

	/**
	 * The oldest buffered event is discarded.
	 */
	DROP_OLDEST,

	/**
	 * The new event is discarded.
	 */
	DROP_NEWEST

}
