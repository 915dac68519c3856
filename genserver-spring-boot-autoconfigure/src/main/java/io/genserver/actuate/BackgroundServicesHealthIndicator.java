package io.genserver.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceInfo;
import io.genserver.background.ServiceState;
import io.genserver.time.Durations;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells whether the background services do their work: DOWN if one has been given up,
 * OUT_OF_SERVICE if a step of one has taken longer than its limit, else UP. Those that
 * are given up, those that are stuck, and those that have just thrown and are to be
 * restarted, are in the details.
 */
public class BackgroundServicesHealthIndicator extends AbstractHealthIndicator {

	private final BackgroundServices services;

	/**
	 * Create an indicator.
	 * @param services knows the services
	 */
	public BackgroundServicesHealthIndicator(BackgroundServices services) {
		super("Health check of the background services failed");
		this.services = services;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		List<ServiceInfo> all = this.services.list();
		Map<String, String> failed = reasons(all, ServiceState.FAILED);
		Map<String, String> restarting = reasons(all, ServiceState.RESTARTING);
		Map<String, Object> stuck = stuck(all);
		builder.status(!failed.isEmpty() ? Status.DOWN : !stuck.isEmpty() ? Status.OUT_OF_SERVICE : Status.UP)
			.withDetail("services", all.size());
		if (!failed.isEmpty()) {
			builder.withDetail("failed", failed);
		}
		if (!stuck.isEmpty()) {
			builder.withDetail("stuck", stuck);
		}
		if (!restarting.isEmpty()) {
			builder.withDetail("restarting", restarting);
		}
	}

	private static Map<String, Object> stuck(List<ServiceInfo> all) {
		Map<String, Object> stuck = new LinkedHashMap<>();
		for (ServiceInfo info : all) {
			ServiceInfo.InFlight inFlight = info.inFlight();
			if (inFlight != null && inFlight.isStuck()) {
				Map<String, Object> details = new LinkedHashMap<>();
				details.put("operation", inFlight.operation());
				details.put("ageMillis", Durations.millis(inFlight.age()));
				details.put("stuckStepLimitMillis", Durations.millis(inFlight.stuckLimit()));
				stuck.put(info.name(), details);
			}
		}
		return stuck;
	}

	/** The exception a service threw last, by its name. */
	private static Map<String, String> reasons(List<ServiceInfo> all, ServiceState state) {
		Map<String, String> reasons = new LinkedHashMap<>();
		for (ServiceInfo info : all) {
			if (info.state() == state) {
				ServiceInfo.Failure failure = info.lastFailure();
				reasons.put(info.name(), (failure != null) ? failure.exception() : "restart requested");
			}
		}
		return reasons;
	}

}
