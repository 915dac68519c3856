package io.genserver.runtime.contract;

import java.lang.reflect.Method;

import io.genserver.Call;
import io.genserver.time.DurationText;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of {@link Call} other than the name.
 *
 * @param timeoutNanos time a call may take, 0 for the server's call timeout
 * @param idempotent whether it may run twice
 * @param interruptible whether its thread is interrupted when no caller waits any more
 * @param concurrency invocations that may run at once outside the turn, 0 for none
 * @param detached whether calls are not limited by the deadline of the calling turn
 */
record OperationOptions(long timeoutNanos, boolean idempotent, boolean interruptible, int concurrency,
		boolean detached) {

	static final OperationOptions NONE = new OperationOptions(0, false, false, 0, false);

	static OperationOptions of(Method method, @Nullable Call call) {
		if (call == null) {
			return NONE;
		}
		if (call.concurrent() < 0) {
			throw new InvalidOperationException(method, "cannot be run " + call.concurrent() + " times at once",
					"Write @Call(concurrent = 4), for example, or leave it out");
		}
		return new OperationOptions(timeoutNanos(method, call.timeout()), call.idempotent(), call.interruptible(),
				call.concurrent(), call.detached());
	}

	private static long timeoutNanos(Method method, String timeout) {
		if (timeout.isEmpty()) {
			return 0;
		}
		try {
			return Durations.nanos(DurationText.parse(timeout));
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidOperationException(method, "has a bad timeout: " + ex.getMessage(),
					"Write @Call(timeout = \"500ms\"), for example");
		}
	}

}
