package io.genserver.actuate;

import java.time.Instant;

import io.genserver.background.ServiceInfo;
import io.genserver.background.ServiceState;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * A background service, as {@link BackgroundServicesEndpoint} shows it.
 *
 * @param name the service's name
 * @param type name of its class
 * @param state where it is in its life
 * @param steps steps that ended without an exception
 * @param items items its consumer took; all items if it has no consumer
 * @param restarts how often it was started again, for whatever reason
 * @param started when it was last started, restarts included; absent if never
 * @param ended when it ended; absent if it has not
 * @param lastFailure what it threw last; absent if it never did
 * @param inFlight what it is doing now; absent between two steps and after the end
 */
public record BackgroundServiceDescription(String name, String type, ServiceState state, long steps, long items,
		long restarts, @Nullable Instant started, @Nullable Instant ended, @Nullable FailureDescription lastFailure,
		@Nullable InFlightDescription inFlight) implements OperationResponseBody {

	private static final int MESSAGE_LENGTH = 500;

	static BackgroundServiceDescription of(ServiceInfo info) {
		ServiceInfo.Failure failure = info.lastFailure();
		return new BackgroundServiceDescription(info.name(), info.type(), info.state(), info.steps(), info.items(),
				info.restarts(), info.started(), info.ended(),
				(failure != null) ? FailureDescription.of(failure) : null, InFlightDescription.of(info.inFlight()));
	}

	/**
	 * What a service is doing.
	 *
	 * @param operation {@code step}, {@code constructor} or {@code @PreDestroy}
	 * @param ageMillis how long it has been doing that
	 * @param stuck whether that is longer than its limit
	 */
	public record InFlightDescription(String operation, long ageMillis, boolean stuck) {

		static @Nullable InFlightDescription of(ServiceInfo.@Nullable InFlight inFlight) {
			return (inFlight != null) ? new InFlightDescription(inFlight.operation(), Durations.millis(inFlight.age()),
					inFlight.isStuck()) : null;
		}

	}

	/**
	 * A failure of a service.
	 *
	 * @param time when
	 * @param exception class name of the exception
	 * @param message message of the exception, cut after 500 characters; absent if it has
	 * none
	 */
	public record FailureDescription(Instant time, String exception, @Nullable String message) {

		static FailureDescription of(ServiceInfo.Failure failure) {
			String message = failure.message();
			if (message != null && message.length() > MESSAGE_LENGTH) {
				message = message.substring(0, MESSAGE_LENGTH) + "…";
			}
			return new FailureDescription(failure.time(), failure.exception(), message);
		}

	}

}
