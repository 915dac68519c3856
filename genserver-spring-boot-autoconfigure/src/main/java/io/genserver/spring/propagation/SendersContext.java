package io.genserver.spring.propagation;

import org.jspecify.annotations.Nullable;

/**
 * The context of the reactive subscriber whose message is being sent, or handled, on this
 * thread. Names no type of Reactor, which may be absent.
 */
final class SendersContext {

	/** While it is sent. */
	static final ThreadLocal<@Nullable Object> SENDING = new ThreadLocal<>();

	/** While it is handled. */
	static final ThreadLocal<@Nullable Object> HANDLING = new ThreadLocal<>();

	private SendersContext() {
	}

	/** Set a value and return what was there. */
	static @Nullable Object exchange(ThreadLocal<@Nullable Object> place, @Nullable Object value) {
		Object before = place.get();
		if (value != null) {
			place.set(value);
		}
		else if (before != null) {
			place.remove();
		}
		return before;
	}

}
