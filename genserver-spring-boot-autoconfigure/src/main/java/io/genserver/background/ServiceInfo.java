package io.genserver.background;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A background service, as it was at one moment. Counts go on across restarts.
 *
 * @param name the service's name
 * @param type name of its class
 * @param state where it is in its life
 * @param steps steps that ended without an exception
 * @param items items its consumer took; all items if it has no consumer
 * @param restarts how often it was started again, for whatever reason
 * @param started when it was last started, restarts included; {@code null} if never
 * @param ended when it ended; {@code null} if it has not
 * @param lastFailure what it threw last; {@code null} if it never did
 * @param inFlight what it is doing now; {@code null} between two steps and after the end
 * @since 0.1.0
 */
public record ServiceInfo(String name, String type, ServiceState state, long steps, long items, long restarts,
		@Nullable Instant started, @Nullable Instant ended, @Nullable Failure lastFailure,
		@Nullable InFlight inFlight) {

	/**
	 * What a service is doing.
	 *
	 * @param operation {@code step}, which includes handing its item over,
	 * {@code constructor} or {@code @PreDestroy}
	 * @param age how long it has been doing that
	 * @param stuckLimit age above which it counts as stuck; zero if it never does
	 * @since 0.1.0
	 */
	public record InFlight(String operation, Duration age, Duration stuckLimit) {

		/**
		 * Return whether the service counts as stuck.
		 * @return {@code true} if it has a limit, and exceeds it
		 */
		public boolean isStuck() {
			return !this.stuckLimit.isZero() && this.age.compareTo(this.stuckLimit) > 0;
		}

	}

	/**
	 * A failure of a service.
	 *
	 * @param time when
	 * @param exception class name of the exception
	 * @param message its message
	 * @since 0.1.0
	 */
	public record Failure(Instant time, String exception, @Nullable String message) {
	}

}
