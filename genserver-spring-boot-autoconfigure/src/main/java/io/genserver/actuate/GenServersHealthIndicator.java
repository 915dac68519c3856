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
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells whether the servers do their work: DOWN if one has failed, else OUT_OF_SERVICE if
 * a handler has been running for longer than a server should be silent, else UP. What is
 * wrong is in the details, all of it whatever the status.
 *
 * @since 0.1.0
 */
public class GenServersHealthIndicator extends AbstractHealthIndicator {

	/** Instances of a keyed server among which the stuck ones are looked for. */
	private static final int INSTANCES = 1000;

	/** Stuck instances of one keyed server that are told apart. */
	private static final int STUCK_SHOWN = 10;

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
			if (isStuck(info)) {
				addStuck(info, stuck);
			}
		}
		builder.status(!failed.isEmpty() ? Status.DOWN : !stuck.isEmpty() ? Status.OUT_OF_SERVICE : Status.UP);
		builder.withDetail("servers", servers).withDetail("instances", instances);
		if (!failed.isEmpty()) {
			builder.withDetail("failed", failed);
		}
		if (!stuck.isEmpty()) {
			builder.withDetail("stuck", stuck).withDetail("stuckHandlerLimitMillis", this.stuckHandlerLimit.toMillis());
		}
	}

	private void addStuck(ServerInfo info, List<Map<String, Object>> stuck) {
		if (!info.keyed()) {
			stuck.add(describe(info));
			return;
		}
		List<Map<String, Object>> found = this.registry.instances(info.name(), INSTANCES)
			.stream()
			.filter(this::isStuck)
			.limit(STUCK_SHOWN)
			.map(GenServersHealthIndicator::describe)
			.toList();
		// One beyond those looked at, or one that has just ended, is still known from the
		// sum.
		stuck.addAll(!found.isEmpty() ? found : List.of(describe(info)));
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
			details.put("ageMillis", inFlight.age().toMillis());
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
