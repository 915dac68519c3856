package io.genserver.rpc.server;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.genserver.GenServerRegistry;
import io.genserver.NoSuchServerException;
import io.genserver.ServerInfo;
import io.genserver.ServerState;
import io.genserver.rpc.inbound.ExposedOperations;
import io.genserver.rpc.inbound.ExposedOperations.Exposed;
import org.jspecify.annotations.Nullable;

/**
 * How the servers are, as a peer may know it: the answer of {@code $rpc.health}. One word
 * for all of them, as Actuator has it, and one for each that is exposed, without reasons.
 * Looks at most once a second, however often it is asked. Safe for use by many threads.
 */
final class RpcHealth {

	private static final long KEPT = TimeUnit.SECONDS.toNanos(1);

	private final GenServerRegistry registry;

	private final ExposedOperations exposed;

	private final Duration stuckHandlerLimit;

	private final LongSupplier clock;

	private @Nullable Map<String, Object> known;

	private long time;

	/**
	 * Create.
	 * @param registry knows the servers
	 * @param exposed those a peer may know of
	 * @param stuckHandlerLimit a handler that runs longer counts as stuck
	 * @param clock nanoseconds from an arbitrary origin
	 */
	RpcHealth(GenServerRegistry registry, ExposedOperations exposed, Duration stuckHandlerLimit, LongSupplier clock) {
		this.registry = registry;
		this.exposed = exposed;
		this.stuckHandlerLimit = stuckHandlerLimit;
		this.clock = clock;
	}

	/**
	 * Tell.
	 * @return an object as JSON has them
	 */
	synchronized Map<String, Object> tell() {
		long now = this.clock.getAsLong();
		Map<String, Object> last = this.known;
		if (last == null || now - this.time >= KEPT) {
			last = look();
			this.known = last;
			this.time = now;
		}
		return last;
	}

	private Map<String, Object> look() {
		Status all = Status.UP;
		Map<String, String> shown = new TreeMap<>();
		for (Exposed each : this.exposed.list()) {
			shown.put(each.server().name(), "");
		}
		for (String name : this.registry.names()) {
			Status status = status(name);
			all = (status.compareTo(all) > 0) ? status : all;
			shown.computeIfPresent(name, (same, unknown) -> status.name());
		}
		return JsonSchemas.ordered("status", all.name(), "servers", shown);
	}

	private Status status(String name) {
		try {
			ServerInfo info = this.registry.info(name);
			if (info.state() == ServerState.FAILED) {
				return Status.DOWN;
			}
			ServerInfo.InFlight inFlight = info.inFlight();
			return (inFlight != null && inFlight.age().compareTo(this.stuckHandlerLimit) > 0) ? Status.OUT_OF_SERVICE
					: Status.UP;
		}
		catch (NoSuchServerException ex) {
			return Status.UP;
		}
	}

	/** The worst is the last. */
	private enum Status {

		UP, OUT_OF_SERVICE, DOWN

	}

}
