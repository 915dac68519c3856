package io.genserver.runtime.contract;

/**
 * The message an operation is invoked for, as far as the operation needs to know it.
 */
@FunctionalInterface
public interface Invocation {

	/**
	 * Return whether the handler has deferred its reply, so that what it returns is
	 * ignored.
	 * @return {@code true} once the handler has asked for a deferred reply
	 */
	boolean isReplyDeferred();

	/**
	 * Return whether the handler has put the message off: it will be invoked again, with
	 * the same payload, and what it returns now is ignored.
	 * @return {@code true} once the handler has put it off
	 */
	default boolean isStashed() {
		return false;
	}

}
