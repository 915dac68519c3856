package io.genserver.runtime.contract;

import java.lang.reflect.Method;
import java.time.Duration;

import io.genserver.Call;
import io.genserver.Cast;
import io.genserver.time.DurationText;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of {@link Call} and {@link Cast} other than the name, and what is set
 * instead.
 *
 * @param timeoutNanos time a call may take, 0 for the server's call timeout
 * @param idempotent whether it may run twice
 * @param interruptible whether its thread is interrupted when no caller waits any more
 * @param concurrency invocations that may run at once outside the turn, 0 for none
 * @param detached whether calls are not limited by the deadline of the calling turn
 * @param overtakes whether it waits behind no message that waits for a slot
 * @param slowNanos time after which a handler is logged as slow, 0 for never, -1 for the
 * server's
 */
record OperationOptions(long timeoutNanos, boolean idempotent, boolean interruptible, int concurrency, boolean detached,
		boolean overtakes, long slowNanos) {

	static final OperationOptions NONE = new OperationOptions(0, false, false, 0, false, false, -1);

	static OperationOptions of(Method method, @Nullable Call call, @Nullable Cast cast, AnnotationText text) {
		if (call == null) {
			return (cast != null && cast.overtakes()) ? new OperationOptions(0, false, false, 0, false, true, -1)
					: NONE;
		}
		int concurrent = text.number("concurrent", call.concurrent(), call.concurrentString(),
				(attribute, reason) -> invalid(method, attribute, reason,
						"Write @Call(concurrent = 4), for example, or set the property that it names"));
		if (concurrent < 0) {
			throw new InvalidOperationException(method, "cannot be run " + concurrent + " times at once",
					"Write @Call(concurrent = 4), for example, or leave it out");
		}
		if (call.overtakes() && concurrent > 0) {
			throw new InvalidOperationException(method,
					"is annotated @Call with overtakes = true and with concurrent = " + concurrent
							+ ", but what overtakes takes no place among concurrent invocations",
					"Remove one of the two attributes");
		}
		return new OperationOptions(timeoutNanos(method, call.timeout(), text), call.idempotent(), call.interruptible(),
				concurrent, call.detached(), call.overtakes(), -1);
	}

	private static long timeoutNanos(Method method, String timeout, AnnotationText text) {
		Duration read = text.read("timeout", timeout, DurationText::parse, (attribute, reason) -> invalid(method,
				attribute, reason, "Write @Call(timeout = \"500ms\"), for example, or set the property that it names"));
		return (read != null) ? Durations.nanos(read) : 0;
	}

	private static InvalidOperationException invalid(Method method, String attribute, String reason, String action) {
		return new InvalidOperationException(method, "is annotated @Call with " + attribute + ": " + reason, action);
	}

	/** The same, except for what is set: -1 for what is not. */
	OperationOptions with(int concurrency, long slowNanos) {
		return new OperationOptions(this.timeoutNanos, this.idempotent, this.interruptible,
				(concurrency >= 0) ? concurrency : this.concurrency, this.detached, this.overtakes && concurrency <= 0,
				slowNanos);
	}

}
