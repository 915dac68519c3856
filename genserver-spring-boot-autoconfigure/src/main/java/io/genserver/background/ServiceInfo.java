package io.genserver.background;

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
 * @since 0.1.0
 */
public record ServiceInfo(String name, String type, ServiceState state, long steps, long items, long restarts,
		@Nullable Instant started, @Nullable Instant ended, @Nullable Failure lastFailure) {

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
