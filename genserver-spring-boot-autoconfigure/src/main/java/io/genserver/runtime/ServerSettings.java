package io.genserver.runtime;

import java.time.Duration;
import java.util.Map;

import io.genserver.Overflow;
import io.genserver.SupervisionStrategy;
import io.genserver.runtime.supervision.Supervision;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * What can be set for each server, in its final form: properties, annotation and defaults
 * are already merged.
 *
 * @param capacity messages that may wait in a mailbox, at least 1
 * @param overflow what happens to a cast that meets a full mailbox
 * @param callTimeout time a call may take in all, positive
 * @param supervision what becomes of the server when a handler throws
 * @param maxInstances number of instances a keyed server may have at once, at least 1
 * @param idleTimeout time after which an idle instance of a keyed server is let go,
 * {@code null} for never
 * @param startFailure what becomes of the application when the start fails
 * @param handlerTimeout time for which the server waits for what a handler returned
 * unfinished whose message has no deadline, positive; {@code null} for the call timeout
 * @param stopGrace time a running handler has to end once its server is asked to stop or
 * to restart; then it is interrupted. Not negative
 * @param handlers what can be set for single operations, and when a handler is slow
 */
public record ServerSettings(int capacity, Overflow overflow, Duration callTimeout, Supervision supervision,
		int maxInstances, @Nullable Duration idleTimeout, StartFailure startFailure, @Nullable Duration handlerTimeout,
		Duration stopGrace, Handlers handlers) {

	/**
	 * The default of {@link #stopGrace}.
	 */
	public static final Duration STOP_GRACE = Duration.ofSeconds(1);

	/**
	 * The defaults.
	 */
	public static final ServerSettings DEFAULTS = new ServerSettings(1024, Overflow.BLOCK, Duration.ofSeconds(5),
			Supervision.DEFAULTS, 100_000, Duration.ofMinutes(10), StartFailure.FAIL_APPLICATION);

	public ServerSettings {
		if (capacity < 1) {
			throw new IllegalArgumentException("Mailbox capacity must be at least 1, not " + capacity);
		}
		Durations.positive("Call timeout", callTimeout);
		if (maxInstances < 1) {
			throw new IllegalArgumentException("Maximum number of instances must be at least 1, not " + maxInstances);
		}
		if (idleTimeout != null) {
			Durations.positive("Idle timeout", idleTimeout);
		}
		if (handlerTimeout != null && (handlerTimeout.isNegative() || handlerTimeout.isZero())) {
			throw new IllegalArgumentException("Handler timeout must be positive, not " + handlerTimeout);
		}
		if (stopGrace.isNegative()) {
			throw new IllegalArgumentException("Stop grace must not be negative, but is " + stopGrace);
		}
	}

	/**
	 * Create settings with the default limits of what a handler does.
	 * @param capacity messages that may wait in a mailbox, at least 1
	 * @param overflow what happens to a cast that meets a full mailbox
	 * @param callTimeout time a call may take in all, positive
	 * @param supervision what becomes of the server when a handler throws
	 * @param maxInstances number of instances a keyed server may have at once, at least 1
	 * @param idleTimeout time after which an idle instance of a keyed server is let go,
	 * {@code null} for never
	 * @param startFailure what becomes of the application when the start fails
	 */
	public ServerSettings(int capacity, Overflow overflow, Duration callTimeout, Supervision supervision,
			int maxInstances, @Nullable Duration idleTimeout, StartFailure startFailure) {
		this(capacity, overflow, callTimeout, supervision, maxInstances, idleTimeout, startFailure, null, STOP_GRACE);
	}

	/**
	 * Create settings with nothing set for single operations.
	 * @param capacity messages that may wait in a mailbox, at least 1
	 * @param overflow what happens to a cast that meets a full mailbox
	 * @param callTimeout time a call may take in all, positive
	 * @param supervision what becomes of the server when a handler throws
	 * @param maxInstances number of instances a keyed server may have at once, at least 1
	 * @param idleTimeout time after which an idle instance of a keyed server is let go,
	 * {@code null} for never
	 * @param startFailure what becomes of the application when the start fails
	 * @param handlerTimeout time for what is returned unfinished, {@code null} for the
	 * call timeout
	 * @param stopGrace time a running handler has once its server is to stop or restart
	 */
	public ServerSettings(int capacity, Overflow overflow, Duration callTimeout, Supervision supervision,
			int maxInstances, @Nullable Duration idleTimeout, StartFailure startFailure,
			@Nullable Duration handlerTimeout, Duration stopGrace) {
		this(capacity, overflow, callTimeout, supervision, maxInstances, idleTimeout, startFailure, handlerTimeout,
				stopGrace, Handlers.DEFAULTS);
	}

	/**
	 * Return these settings with another capacity and policy.
	 * @param capacity messages that may wait
	 * @param overflow what happens to a cast beyond them
	 * @return other settings
	 */
	public ServerSettings withMailbox(int capacity, Overflow overflow) {
		return new ServerSettings(capacity, overflow, this.callTimeout, this.supervision, this.maxInstances,
				this.idleTimeout, this.startFailure, this.handlerTimeout, this.stopGrace, this.handlers);
	}

	/**
	 * Return these settings with another call timeout.
	 * @param callTimeout time a call may take in all
	 * @return other settings
	 */
	public ServerSettings withCallTimeout(Duration callTimeout) {
		return new ServerSettings(this.capacity, this.overflow, callTimeout, this.supervision, this.maxInstances,
				this.idleTimeout, this.startFailure, this.handlerTimeout, this.stopGrace, this.handlers);
	}

	/**
	 * Return these settings with one strategy for exceptions and errors.
	 * @param strategy what becomes of the server when a handler throws
	 * @return other settings
	 */
	public ServerSettings withStrategy(SupervisionStrategy strategy) {
		return withSupervision(this.supervision.with(strategy));
	}

	/**
	 * Return these settings with another supervision.
	 * @param supervision what becomes of the server when a handler throws
	 * @return other settings
	 */
	public ServerSettings withSupervision(Supervision supervision) {
		return new ServerSettings(this.capacity, this.overflow, this.callTimeout, supervision, this.maxInstances,
				this.idleTimeout, this.startFailure, this.handlerTimeout, this.stopGrace, this.handlers);
	}

	/**
	 * Return these settings with another idle timeout.
	 * @param idleTimeout time after which an idle instance is let go, {@code null} for
	 * never
	 * @return other settings
	 */
	public ServerSettings withIdleTimeout(@Nullable Duration idleTimeout) {
		return new ServerSettings(this.capacity, this.overflow, this.callTimeout, this.supervision, this.maxInstances,
				idleTimeout, this.startFailure, this.handlerTimeout, this.stopGrace, this.handlers);
	}

	/**
	 * Return these settings with other limits of what a handler does.
	 * @param handlerTimeout time for what is returned unfinished, {@code null} for the
	 * call timeout
	 * @param stopGrace time a running handler has once its server is to stop or restart
	 * @return other settings
	 */
	public ServerSettings withHandlerLimits(@Nullable Duration handlerTimeout, Duration stopGrace) {
		return new ServerSettings(this.capacity, this.overflow, this.callTimeout, this.supervision, this.maxInstances,
				this.idleTimeout, this.startFailure, handlerTimeout, stopGrace, this.handlers);
	}

	/**
	 * Return these settings with others for handlers.
	 * @param handlers what can be set for single operations, and when a handler is slow
	 * @return other settings
	 */
	public ServerSettings withHandlers(Handlers handlers) {
		return new ServerSettings(this.capacity, this.overflow, this.callTimeout, this.supervision, this.maxInstances,
				this.idleTimeout, this.startFailure, this.handlerTimeout, this.stopGrace, handlers);
	}

	/**
	 * What can be set for the handlers of a server, all of them or those of one
	 * operation.
	 *
	 * @param slowThreshold time after which a running handler is logged, zero for never;
	 * {@code null} for the runtime's
	 * @param operations what differs for operations, by their names, which are compared
	 * without case, dashes and underscores
	 */
	public record Handlers(@Nullable Duration slowThreshold, Map<String, OfOperation> operations) {

		/**
		 * Nothing is set.
		 */
		public static final Handlers DEFAULTS = new Handlers(null, Map.of());

		public Handlers {
			if (slowThreshold != null) {
				Durations.notNegative("Slow handler threshold", slowThreshold);
			}
			operations = Map.copyOf(operations);
		}

	}

	/**
	 * What can be set for the handlers of one operation.
	 *
	 * @param concurrent invocations that may run at once outside the server's turn, 0 for
	 * none; {@code null} for what the operation itself says
	 * @param slowThreshold time after which a running handler is logged, zero for never;
	 * {@code null} for the server's
	 */
	public record OfOperation(@Nullable Integer concurrent, @Nullable Duration slowThreshold) {

		public OfOperation {
			if (concurrent != null && concurrent < 0) {
				throw new IllegalArgumentException(
						"Concurrent invocations must not be negative, but are " + concurrent);
			}
			if (slowThreshold != null) {
				Durations.notNegative("Slow handler threshold", slowThreshold);
			}
		}

	}

	/**
	 * What becomes of the application when a server cannot start.
	 */
	public enum StartFailure {

		/**
		 * The application does not start.
		 */
		FAIL_APPLICATION,

		/**
		 * The server is marked failed; the application starts.
		 */
		MARK_FAILED

	}

}
