package io.genserver.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.genserver.GenServerRegistry;
import io.genserver.NoSuchServerException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.time.Durations;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells whether the servers do their work: DOWN if one has failed, or has stopped because
 * a handler failed and that is its strategy, else OUT_OF_SERVICE if a handler has been
 * running for longer than a server should be silent, else UP. What is wrong is in the
 * details, all of it whatever the status; so are single instances of a keyed server that
 * have failed, which do not make it DOWN.
 */
public class GenServersHealthIndicator extends AbstractHealthIndicator {

	/** Instances of a keyed server that are looked at one by one. */
	private static final int INSTANCES = 1000;

	/** Instances of one keyed server that are named for one reason. */
	private static final int SHOWN = 10;

	private final GenServerRegistry registry;

	private final Duration stuckHandlerLimit;

	/**
	 * Create an indicator.
	 * @param registry knows the servers
	 * @param stuckHandlerLimit a handler that runs longer counts as stuck
	 */
	public GenServersHealthIndicator(GenServerRegistry registry, Duration stuckHandlerLimit) {
		super("Health check of the servers failed");
		this.registry = registry;
		this.stuckHandlerLimit = stuckHandlerLimit;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		int servers = 0;
		int instances = 0;
		List<String> failed = new ArrayList<>();
		List<String> stopped = new ArrayList<>();
		List<String> failedInstances = new ArrayList<>();
		List<Map<String, Object>> stuck = new ArrayList<>();
		for (String name : this.registry.names()) {
			ServerInfo info = find(name);
			if (info == null) {
				continue;
			}
			servers++;
			instances += info.instances();
			if (info.state() == ServerState.FAILED) {
				failed.add(name);
			}
			else if (info.stoppedByFailure()) {
				stopped.add(name);
			}
			if (info.keyed()) {
				lookAtInstances(info, failedInstances, stuck);
			}
			else if (isStuck(info)) {
				stuck.add(describe(info));
			}
		}
		builder.status(!failed.isEmpty() || !stopped.isEmpty() ? Status.DOWN
				: !stuck.isEmpty() ? Status.OUT_OF_SERVICE : Status.UP);
		builder.withDetail("servers", servers).withDetail("instances", instances);
		if (!failed.isEmpty()) {
			builder.withDetail("failed", failed);
		}
		if (!stopped.isEmpty()) {
			builder.withDetail("stoppedByFailure", stopped);
		}
		if (!failedInstances.isEmpty()) {
			builder.withDetail("failedInstances", failedInstances);
		}
		if (!stuck.isEmpty()) {
			builder.withDetail("stuck", stuck)
				.withDetail("stuckHandlerLimitMillis", Durations.millis(this.stuckHandlerLimit));
		}
	}

	private void lookAtInstances(ServerInfo sum, List<String> failed, List<Map<String, Object>> stuck) {
		List<ServerInfo> instances = this.registry.instances(sum.name(), INSTANCES);
		instances.stream()
			.filter((instance) -> instance.state() == ServerState.FAILED)
			.limit(SHOWN)
			.forEach((instance) -> failed.add(sum.name() + "/" + instance.key()));
		if (isStuck(sum)) {
			List<Map<String, Object>> found = instances.stream()
				.filter(this::isStuck)
				.limit(SHOWN)
				.map(GenServersHealthIndicator::describe)
				.toList();
			// An instance that was not looked at is still known from the sum.
			stuck.addAll(!found.isEmpty() ? found : List.of(describe(sum)));
		}
	}

	private boolean isStuck(ServerInfo info) {
		ServerInfo.InFlight inFlight = info.inFlight();
		return inFlight != null && inFlight.age().compareTo(this.stuckHandlerLimit) > 0;
	}

	private static Map<String, Object> describe(ServerInfo info) {
		Map<String, Object> details = new LinkedHashMap<>();
		details.put("server", info.name());
		if (info.key() != null) {
			details.put("key", info.key());
		}
		ServerInfo.InFlight inFlight = info.inFlight();
		if (inFlight != null) {
			details.put("operation", inFlight.operation());
			details.put("ageMillis", Durations.millis(inFlight.age()));
			details.put("caller", inFlight.caller());
		}
		return details;
	}

	private @Nullable ServerInfo find(String name) {
		try {
			return this.registry.info(name);
		}
		catch (NoSuchServerException ex) {
			return null;
		}
	}

}
