package io.genserver;

/**
 * A subscriber to the {@link Events} of a server was further behind than its buffer
 * allows, and the rule was {@link SlowSubscriber#FAIL}. What it has not seen is lost to
 * it; it may subscribe again. A peer gets {@code RESOURCE_EXHAUSTED} with the reason
 * {@code fell-behind}.
 *
 * @since 0.1.0
 */
public class FellBehindException extends GenServerException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception.
	 * @param message how far behind it was, and what to do about it
	 */
	public FellBehindException(String message) {
		super(message, false);
	}

}
