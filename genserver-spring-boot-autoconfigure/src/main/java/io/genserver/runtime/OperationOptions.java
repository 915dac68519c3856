package io.genserver.runtime;

import java.lang.reflect.Method;

import io.genserver.Call;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Call} says about an operation besides its name.
 *
 * @param timeoutNanos time a call may take, 0 for the server's call timeout
 * @param idempotent whether it may run twice
 * @param interruptible whether its thread is interrupted when nobody waits any more
 */
record OperationOptions(long timeoutNanos, boolean idempotent, boolean interruptible) {

	static final OperationOptions NONE = new OperationOptions(0, false, false);

	static OperationOptions of(Method method, @Nullable Call call) {
		if (call == null) {
			return NONE;
		}
		return new OperationOptions(timeoutNanos(method, call.timeout()), call.idempotent(), call.interruptible());
	}

	private static long timeoutNanos(Method method, String timeout) {
		if (timeout.isEmpty()) {
			return 0;
		}
		try {
			return DurationText.parse(timeout).toNanos();
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidOperationException(method, "has a bad timeout: " + ex.getMessage(),
					"Write @Call(timeout = \"500ms\"), for example");
		}
	}

}
