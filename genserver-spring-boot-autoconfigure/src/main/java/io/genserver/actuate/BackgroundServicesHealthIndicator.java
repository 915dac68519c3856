package io.genserver.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.background.BackgroundServices;
import io.genserver.background.ServiceInfo;
import io.genserver.background.ServiceState;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells whether the background services do their work: DOWN if one has been given up,
 * else UP. Those that are given up, and those that have just thrown and are to be
 * restarted, are in the details.
 *
 * @since 0.1.0
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
		builder.status(failed.isEmpty() ? Status.UP : Status.DOWN).withDetail("services", all.size());
		if (!failed.isEmpty()) {
			builder.withDetail("failed", failed);
		}
		if (!restarting.isEmpty()) {
			builder.withDetail("restarting", restarting);
		}
	}

	/** The exception a service threw last, by its name. */
	private static Map<String, String> reasons(List<ServiceInfo> all, ServiceState state) {
		Map<String, String> reasons = new LinkedHashMap<>();
		for (ServiceInfo info : all) {
			if (info.state() == state) {
				ServiceInfo.Failure failure = info.lastFailure();
				reasons.put(info.name(), (failure != null) ? failure.exception() : "told to");
			}
		}
		return reasons;
	}

}
